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
import { heading, pythonWith } from "./report.js";

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

/** Milliseconds of the first image, before which nothing is compiled, and the median of others. */
interface Times {
	readonly first: number;
	readonly median: number;
}

type TimesOf = Partial<Record<CorruptionName, Times>>;

function timesOf(image: Image, name: CorruptionName): Times {
	const times: number[] = [];
	for (let run = -2; run < repetitions; run++) {
		const start = performance.now();
		corrupt(image, name, { severity, seed: run + 2, frostPictures });
		times.push(performance.now() - start);
	}
	return { first: times[0]!, median: median(times.slice(2)) };
}

/** The same for imagecorruptions on this machine, if Python has it. */
function upstreamTimes(): TimesOf {
	const script = new URL(
		"../../../test/bench/imagecorruptions_bench.py",
		import.meta.url,
	);
	const size = [large.height, large.width, severity, repetitions];
	const output = execFileSync(
		pythonWith("imagecorruptions") ?? "python3",
		[fileURLToPath(script), ...size.map(String)],
		{ encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
	);
	return JSON.parse(output) as TimesOf;
}

/** The steady state of a stream through all common corruptions, all threads together. */
interface Stream {
	readonly perSecond: number;
	/** Of the processor, for an image. */
	readonly milliseconds: number;
	/** Pages of memory that were found missing, for an image. */
	readonly faults: number;
}

async function streamed(workers: number): Promise<Stream> {
	const rounds = 12;
	const warm = 4 * commonCorruptions.length;
	const requests = Array.from({ length: rounds }, (_, round) =>
		commonCorruptions.map((corruption): CorruptionRequest => {
			return { id: `${round}`, image: large, corruption, severity };
		}),
	).flat();
	let done = 0;
	let start = 0;
	let before = process.resourceUsage();
	for await (const _ of corruptAll(requests, { workers, frostPictures })) {
		if (++done !== warm) continue;
		start = performance.now();
		before = process.resourceUsage();
	}
	const images = done - warm;
	const seconds = (performance.now() - start) / 1000;
	const after = process.resourceUsage();
	const used = (usage: typeof after): number =>
		(usage.userCPUTime + usage.systemCPUTime) / 1000;
	return {
		perSecond: images / seconds,
		milliseconds: (used(after) - used(before)) / images,
		faults: (after.minorPageFault - before.minorPageFault) / images,
	};
}

function format(value: number | undefined): string {
	return value === undefined ? "" : value.toFixed(1);
}

function sum(times: TimesOf, of: keyof Times): number {
	return commonCorruptions.reduce((total, name) => total + times[name]![of], 0);
}

function print(line: string): void {
	process.stdout.write(`${line}\n`);
}

function printTimes(ours: TimesOf, small: TimesOf, upstream: TimesOf): void {
	print(
		"| corruption | 640 x 427 | imagecorruptions here | ratio | imagecorruptions, published | first image | imagecorruptions here | 224 x 224 |",
	);
	print("|---|---:|---:|---:|---:|---:|---:|---:|");
	for (const name of corruptionNames) {
		const [mine, theirs] = [ours[name]!, upstream[name]];
		const ratio = theirs && theirs.median / mine.median;
		print(
			`| ${name} | ${format(mine.median)} | ${format(theirs?.median)} | ${format(ratio)} | ${published[name] ?? ""} | ${format(mine.first)} | ${format(theirs?.first)} | ${format(small[name]!.median)} |`,
		);
	}
	const has = Object.keys(upstream).length > 0;
	const [all, first] = (["median", "first"] as const).map((of) =>
		has ? sum(upstream, of) : undefined,
	);
	const total = sum(ours, "median");
	print(
		`| the fifteen common | ${format(total)} | ${format(all)} | ${format(all && all / total)} | 1445 | ${format(sum(ours, "first"))} | ${format(first)} | ${format(sum(small, "median"))} |`,
	);
}

/** One worker and two in turn, so that a slow minute meets both. */
async function printStreams(): Promise<void> {
	const measured = new Map<number, Stream[]>([
		[1, []],
		[2, []],
	]);
	for (let round = 0; round < 3; round++)
		for (const [workers, streams] of measured)
			streams.push(await streamed(workers));
	const [one, two] = [...measured.values()].map((streams) => {
		const middle = (of: keyof Stream): number =>
			median(streams.map((stream) => stream[of]));
		return {
			perSecond: middle("perSecond"),
			milliseconds: middle("milliseconds"),
			faults: middle("faults"),
		};
	}) as [Stream, Stream];
	print(
		`\nThe fifteen in turn at 640 x 427, through the pool: ${format(one.perSecond)} images a second with one worker, ${format(two.perSecond)} with two: ${(two.perSecond / one.perSecond).toFixed(2)} times. An image takes ${format(one.milliseconds)} and ${format(two.milliseconds)} ms of the processor, and ${one.faults.toFixed(0)} and ${two.faults.toFixed(0)} pages are found missing.`,
	);
}

async function main(): Promise<void> {
	print(heading("Corruptions", {}));
	print(
		`One thread, severity ${severity}, median of ${repetitions}, milliseconds an image.\n`,
	);
	let upstream: TimesOf = {};
	try {
		upstream = upstreamTimes();
	} catch {
		print(
			"Python has no imagecorruptions: left out (PYTHON names another one).\n",
		);
	}
	const ours: TimesOf = {};
	const oursSmall: TimesOf = {};
	for (const name of corruptionNames) {
		ours[name] = timesOf(large, name);
		oursSmall[name] = timesOf(small, name);
	}
	printTimes(ours, oursSmall, upstream);
	await printStreams();
}

await main();
