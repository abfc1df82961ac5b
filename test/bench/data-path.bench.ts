/** Images per second of all that stands between a file and a network, beside torchvision (Pillow) and OpenCV. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { encodeJpeg } from "../../src/image/jpeg/encode.js";
import { mapInWorkers } from "../../src/parallel/pool.js";
import { picture } from "../lcg.js";
import { sharedData } from "../shared-data.js";
import { type DataPath, startJob } from "./data-path-job.js";
import {
	heading,
	median,
	print,
	pythonWith,
	runJson,
	table,
} from "./report.js";

interface Path {
	readonly title: string;
	readonly data: DataPath;
	readonly batchSize: number;
	readonly batches: number;
}

/** Of the processor, for an image in the process itself; and by the clock, with one worker. */
interface Measured {
	readonly milliseconds: number;
	readonly imagesPerSecond: number;
}

const rounds = 3;
/** Batches that do not count: code is compiled, and workers begin. */
const slow = 3;
const script = fileURLToPath(
	new URL("../../../test/bench/data-path.py", import.meta.url),
);
const folder = mkdtempSync(join(tmpdir(), "robust-transfer-bench-"));

/** Real pictures where they are there, else made ones of usual sizes. */
function pictures(path: string): { files: string[]; kind: string } {
	const real = sharedData(join("data", path));
	if (!real.skip) {
		const files = readdirSync(real.path).sort();
		return { files: files.map((name) => join(real.path, name)), kind: "" };
	}
	const sizes = [
		[427, 640],
		[480, 640],
		[640, 480],
		[512, 683],
	] as const;
	const files = sizes.map(([height, width], i) => {
		const file = join(folder, `${i}.jpg`);
		writeFileSync(file, encodeJpeg(picture(height, width), 90));
		return file;
	});
	return { files, kind: ", made pictures" };
}

/** A folder with CIFAR-10's first file of training images, or with one of noise. */
function cifarFolder(): { folder: string; kind: string } {
	const real = sharedData(join("data", "cifar10"));
	if (!real.skip) return { folder: real.path, kind: "" };
	const { data } = picture(32, 1024 * 32);
	const records = new Uint8Array(1024 * 3073);
	for (let i = 0; i < 1024; i++)
		records.set(data.subarray(i * 3072, (i + 1) * 3072), i * 3073 + 1);
	writeFileSync(join(folder, "data_batch_1.bin"), records);
	return { folder, kind: ", made pictures" };
}

function paths(): Path[] {
	const cifar = cifarFolder();
	const ade = pictures(join("ade20k", "images"));
	const coco = pictures(join("coco", "train2017"));
	return [
		{
			title: `CIFAR-10: a part to 224, mirror; batches of 64${cifar.kind}`,
			data: { name: "cifar10", folder: cifar.folder },
			...{ batchSize: 64, batches: 8 },
		},
		{
			title: `ADE20K: decode, to 665, 512 of it, mirror; batches of 8${ade.kind}`,
			data: { name: "ade20k", files: ade.files },
			...{ batchSize: 8, batches: 15 },
		},
		{
			title: `COCO: decode, to 1333 x 800, mirror; batches of 2${coco.kind}`,
			data: { name: "coco", files: coco.files },
			...{ batchSize: 2, batches: 48 },
		},
	];
}

const placesOf = (
	{ batchSize, batches }: Path,
	more = 0,
): readonly (readonly number[])[] =>
	Array.from({ length: batches + more }, (_, batch) =>
		Array.from({ length: batchSize }, (_, i) => batch * batchSize + i),
	);

/** Processor milliseconds of an image, in this thread. */
async function inThisThread(path: Path): Promise<number> {
	const { run } = startJob(path.data);
	const places = placesOf(path);
	for (const some of places.slice(0, slow)) await run(some);
	const begun = process.cpuUsage();
	for (const some of places) await run(some);
	const { user, system } = process.cpuUsage(begun);
	return (user + system) / 1000 / (path.batches * path.batchSize);
}

/** Images per second that one worker makes. */
async function withWorker(path: Path): Promise<number> {
	const module = new URL("./data-path-job.js", import.meta.url);
	const batches = mapInWorkers(
		placesOf(path, slow),
		{ module, data: path.data },
		{ workers: 1, inFlight: 3 },
	);
	let [done, begun] = [0, 0];
	for await (const _ of batches) if (++done === slow) begun = performance.now();
	const seconds = (performance.now() - begun) / 1000;
	return ((done - slow) * path.batchSize) / seconds;
}

type Theirs = Record<"torchvision" | "opencv", Measured>;

/** Ours and theirs in turn, so that a slow minute meets all. */
async function measure(path: Path, python: string | undefined) {
	const ours: Measured[] = [];
	const theirs: Theirs[] = [];
	for (let round = 0; round < rounds; round++) {
		const milliseconds = await inThisThread(path);
		ours.push({ milliseconds, imagesPerSecond: await withWorker(path) });
		const given = JSON.stringify({ ...path, slow });
		const found = python && runJson<Theirs>(python, [script, given]);
		if (found) theirs.push(found);
	}
	return { ours, theirs };
}

const middleOf = (all: readonly Measured[], of: keyof Measured): number =>
	median(all.map((one) => one[of]));

function row(
	{ title }: Path,
	{ ours, theirs }: Awaited<ReturnType<typeof measure>>,
): string[] {
	const others = (["torchvision", "opencv"] as const).map((name) =>
		theirs.map((one) => one[name]),
	);
	const cells = (of: keyof Measured): string[] => {
		const mine = middleOf(ours, of);
		const ratio = (value: number) =>
			of === "milliseconds" ? mine / value : value / mine;
		return [
			mine.toPrecision(3),
			...others.flatMap((all) =>
				all.length === 0
					? ["", ""]
					: [
							middleOf(all, of).toPrecision(3),
							ratio(middleOf(all, of)).toFixed(2),
						],
			),
		];
	};
	return [title, ...cells("milliseconds"), ...cells("imagesPerSecond")];
}

const python = pythonWith("torchvision", "cv2");
const rows: string[][] = [];
for (const path of paths()) rows.push(row(path, await measure(path, python)));
rmSync(folder, { recursive: true });

const versions = python
	? runJson<Record<string, string>>(python, [script, "versions"])
	: undefined;
print(heading("From a file to a batch", versions ?? {}));
print(
	"Images read, decoded, resized, mirrored and put into a batch of floats. On the left milliseconds of the processor for an image, in one thread; on the right images per second by the clock, with one worker. Ratios below 1: less time here. Normalization is part of the compiled network here, and of the data path there.\n",
);
if (!versions) print("No Python has torchvision and cv2: left out.\n");
print(
	table([
		[
			"images",
			"ms",
			"torchvision",
			"ratio",
			"OpenCV",
			"ratio",
			"one worker, images/s",
			"torchvision",
			"ratio",
			"OpenCV",
			"ratio",
		],
		...rows,
	]),
);
