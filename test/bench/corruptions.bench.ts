/** Milliseconds per image and corruption on one thread, and images per second on one and two. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { corrupt } from "../../src/corruptions/corrupt.js";
import {
	type CorruptionRequest,
	corruptAll,
} from "../../src/corruptions/corrupt-all.js";
import {
	type CorruptionName,
	commonCorruptions,
	corruptionNames,
} from "../../src/corruptions/corruption.js";
import { proceduralFrost } from "../../src/corruptions/procedural-frost.js";
import type { Image } from "../../src/image/image.js";
import { picture } from "../lcg.js";
import { heading } from "./report.js";

const severity = 3;
const repetitions = 9;
const large = picture(427, 640);
const small = picture(224, 224);
/** Drawn once, as the original pictures are read once. */
const frostPictures = [0, 1, 2, 3, 4].map(proceduralFrost);

/** What imagecorruptions with numba took on one core of another machine, at 640 x 427 and severity 3. */
const published: Readonly<Partial<Record<CorruptionName, number>>> = {
	"gaussian-noise": 38,
	"shot-noise": 77,
	"impulse-noise": 24,
	"defocus-blur": 31,
	"glass-blur": 111,
	"motion-blur": 61,
	"zoom-blur": 635,
	snow: 85,
	frost: 21,
	fog: 38,
	brightness: 143,
	contrast: 22,
	"elastic-transform": 156,
	pixelate: 2,
	"jpeg-compression": 3,
};

function median(values: readonly number[]): number {
	return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

function milliseconds(image: Image, name: CorruptionName): number {
	const times: number[] = [];
	for (let run = -2; run < repetitions; run++) {
		const start = performance.now();
		corrupt(image, name, { severity, seed: run + 2, frostPictures });
		if (run >= 0) times.push(performance.now() - start);
	}
	return median(times);
}

/** The same for imagecorruptions on this machine, if Python has it. */
function upstreamMilliseconds(): Partial<Record<CorruptionName, number>> {
	const script = new URL(
		"../../../test/bench/imagecorruptions_bench.py",
		import.meta.url,
	);
	const size = [large.height, large.width, severity, repetitions];
	const output = execFileSync(
		process.env.PYTHON ?? "python3",
		[fileURLToPath(script), ...size.map(String)],
		{ encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
	);
	return JSON.parse(output) as Partial<Record<CorruptionName, number>>;
}

/** Images per second in the steady state of a stream through all common corruptions. */
async function throughput(workers: number): Promise<number> {
	const rounds = 12;
	const warm = 4 * commonCorruptions.length;
	const requests = Array.from({ length: rounds }, (_, round) =>
		commonCorruptions.map((corruption): CorruptionRequest => {
			return { id: `${round}`, image: large, corruption, severity };
		}),
	).flat();
	let done = 0;
	let start = 0;
	for await (const _ of corruptAll(requests, {
		workers,
		frostPictures,
	})) {
		if (++done === warm) start = performance.now();
	}
	return (1000 * (done - warm)) / (performance.now() - start);
}

function format(value: number | undefined): string {
	return value === undefined ? "" : value.toFixed(1);
}

function sum(values: Partial<Record<CorruptionName, number>>): number {
	return commonCorruptions.reduce((total, name) => total + values[name]!, 0);
}

async function main(): Promise<void> {
	const print = (line: string): void => {
		process.stdout.write(`${line}\n`);
	};
	print(heading("Corruptions", {}));
	print(
		`One thread, severity ${severity}, median of ${repetitions}, milliseconds an image.\n`,
	);
	let upstream: Partial<Record<CorruptionName, number>> = {};
	try {
		upstream = upstreamMilliseconds();
	} catch {
		print(
			"Python has no imagecorruptions: left out (PYTHON names another one).\n",
		);
	}
	const ours: Partial<Record<CorruptionName, number>> = {};
	const oursSmall: Partial<Record<CorruptionName, number>> = {};
	for (const name of corruptionNames) {
		ours[name] = milliseconds(large, name);
		oursSmall[name] = milliseconds(small, name);
	}
	print(
		"| corruption | 640 x 427 | imagecorruptions here | ratio | imagecorruptions, published | 224 x 224 |",
	);
	print("|---|---:|---:|---:|---:|---:|");
	for (const name of corruptionNames) {
		const ratio = upstream[name] && upstream[name] / ours[name]!;
		print(
			`| ${name} | ${format(ours[name])} | ${format(upstream[name])} | ${format(ratio)} | ${published[name] ?? ""} | ${format(oursSmall[name])} |`,
		);
	}
	const hasUpstream = Object.keys(upstream).length > 0;
	const total = hasUpstream ? sum(upstream) : undefined;
	print(
		`| the fifteen common | ${format(sum(ours))} | ${format(total)} | ${format(total && total / sum(ours))} | 1445 | ${format(sum(oursSmall))} |`,
	);
	const speeds = { one: [] as number[], two: [] as number[] };
	for (let round = 0; round < 3; round++) {
		speeds.one.push(await throughput(1));
		speeds.two.push(await throughput(2));
	}
	const [one, two] = [median(speeds.one), median(speeds.two)];
	print(
		`\nThe fifteen in turn at 640 x 427, through the pool: ${format(one)} images a second with one worker, ${format(two)} with two: ${(two / one).toFixed(2)} times.`,
	);
}

await main();
