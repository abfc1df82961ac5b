/** Processor milliseconds of the corruptions of C-bar, in turn with the reference where `CBAR` names its folder. */
import { cifar10CBar } from "../../src/corruptions/c-bar/cifar-10-c-bar.js";
import { imagenetCBar } from "../../src/corruptions/c-bar/imagenet-c-bar.js";
import { corrupt } from "../../src/corruptions/corrupt.js";
import type { Corruption, Variant } from "../../src/corruptions/corruption.js";
import { picture } from "../lcg.js";
import {
	heading,
	median,
	print,
	pythonWith,
	runJson,
	table,
} from "./report.js";

const severity = 3;
const repetitions = 9;
const script = new URL("../../../test/bench/c_bar_bench.py", import.meta.url);

interface Size {
	readonly side: number;
	readonly variant: Variant;
	/** Of the reference, which is slow. */
	readonly repetitions: number;
}

function here(corruption: Corruption, { side, variant }: Size): number {
	const image = picture(side, side);
	const times: number[] = [];
	for (let seed = -3; seed < repetitions; seed++) {
		const before = process.cpuUsage();
		corrupt(image, corruption, { severity, variant, seed });
		const { user, system } = process.cpuUsage(before);
		if (seed >= 0) times.push((user + system) / 1000);
	}
	return median(times);
}

const python =
	process.env.CBAR && pythonWith("numpy", "scipy", "skimage", "torch");

function reference(
	{ name, constants }: Corruption,
	{ side, variant, repetitions }: Size,
): number | undefined {
	if (!python) return undefined;
	const level = constants[variant][severity - 1] as number;
	const words = [name.replaceAll("-", "_"), level, side, repetitions];
	return runJson<number>(python, [script, ...words]);
}

const digits = (value: number) => value.toFixed(value < 10 ? 1 : 0);

function rowOf(corruption: Corruption, size: Size): (string | number)[] {
	const first = here(corruption, size);
	const theirs = reference(corruption, size);
	const ours = Math.min(first, here(corruption, size));
	return [
		corruption.name,
		size.side,
		digits(ours),
		theirs === undefined ? "" : digits(theirs),
		theirs === undefined ? "" : Math.round(theirs / ours),
	];
}

const head = ["corruption", "pixels", "here", "reference", "times as fast"];
const large = { side: 224, variant: "imagenet-c", repetitions: 1 } as const;
const small = { side: 32, variant: "cifar-10-c", repetitions: 9 } as const;
print(heading("C-bar", {}));
print(
	`Processor milliseconds an image, severity ${severity}, one thread; the better of two medians of ${repetitions} here${python ? "" : "; without the reference: `CBAR` names its folder imagenet_c_bar"}.\n`,
);
print(
	table([
		head,
		...imagenetCBar.map((one) => rowOf(one, large)),
		...cifar10CBar.map((one) => rowOf(one, small)),
	]),
);
