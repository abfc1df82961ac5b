import { availableParallelism } from "node:os";
import { isDeepStrictEqual } from "node:util";
import { corruptAll } from "../corruptions/corrupt-all.js";
import type { CorruptionName, Severity } from "../corruptions/corruption.js";
import type { Owned } from "../parallel/arrays.js";
import { mapInWorkers } from "../parallel/pool.js";
import { sharesOf } from "../parallel/thread-shares.js";
import { memoryBytes } from "../tasks/remembered.js";
import type { Task, TaskSource } from "../tasks/task.js";
import { staleSource } from "../train/example-stream.js";
import type { Cell } from "./cell.js";
import type { Settled } from "./evaluate-options.js";
import type { ImageSettings, ImageSpan } from "./image-worker.js";
import {
	type Corrupting,
	prepareTest,
	readTest,
	type TestImage,
	testImages,
} from "./test-image.js";

type Images<Target> = AsyncGenerator<TestImage<Target>, void, undefined>;

/** Threads corrupt; this one reads and prepares. */
async function* corruptedInThreads<Target>(
	task: Task<Target, unknown>,
	cells: readonly Cell[],
	options: Settled,
): Images<Target> {
	const { images, batchSize, workers = availableParallelism() } = options;
	/** Of the images taken, in order: null, or why one could not be read. */
	const taken: (string | null)[] = [];
	function* requests() {
		for (const { corruption, severity } of cells)
			for (let i = 0; i < images; i++) {
				const sample = readTest(task, i);
				taken.push("unread" in sample ? sample.unread : null);
				if ("unread" in sample) continue;
				yield {
					...sample,
					corruption: corruption as CorruptionName,
					severity: severity as Severity,
				};
			}
	}
	const { seed, channelOrder, frostPictures } = options;
	// A forward pass keeps this thread busy for as long as a batch lasts.
	const inFlight = 2 * batchSize;
	const corrupted = corruptAll(requests(), {
		variant: task.corruptionVariant,
		seed,
		channelOrder,
		frostPictures,
		workers,
		inFlight,
		waiting: Math.ceil(inFlight / workers),
	});
	for await (const sample of corrupted) {
		for (let why = taken.shift(); typeof why === "string"; why = taken.shift())
			yield { unread: why };
		yield prepareTest(task, sample);
	}
	for (const unread of taken) if (unread !== null) yield { unread };
}

async function* preparedHere<Target>(
	task: Task<Target, unknown>,
	cells: readonly Cell[],
	options: Settled,
): Images<Target> {
	for (const { severity } of cells)
		if (severity === 0)
			for (let i = 0; i < options.images; i++) {
				const sample = readTest(task, i);
				yield "unread" in sample ? sample : prepareTest(task, sample);
			}
	const corrupted = cells.filter(({ severity }) => severity !== 0);
	if (corrupted.length > 0) yield* corruptedInThreads(task, corrupted, options);
}

async function* preparedInThreads<Target>(
	task: Task<Target, unknown>,
	cells: readonly Cell[],
	{ source, ...options }: Settled & { readonly source: TaskSource },
): Images<Target> {
	const { images, batchSize, workers = availableParallelism() } = options;
	const { seed, channelOrder, frostPictures } = options;
	const variant = task.corruptionVariant;
	const corrupting: Corrupting = { variant, seed, channelOrder, frostPictures };
	const imageBytes = 6 * task.inputSize ** 2;
	// Small images go together whatever the size of a batch.
	const atOnce = Math.max(batchSize, 16);
	const shares = { batchSize: Math.min(atOnce, images), imageBytes };
	const { chunk, ...pool } = sharesOf(workers, shares);
	function* spans(): Generator<ImageSpan> {
		for (const { corruption, severity } of cells)
			for (let first = 0; first < images; first += chunk)
				yield {
					corruption,
					severity,
					first,
					count: Math.min(chunk, images - first),
				};
	}
	const module = new URL("./image-worker.js", import.meta.url);
	const data: ImageSettings = {
		...corrupting,
		source,
		mostBytes: memoryBytes / workers,
	};
	const chunks = mapInWorkers<
		ImageSettings,
		ImageSpan,
		Owned<TestImage<Target>[]>
	>(spans(), { module, data }, pool);
	let isChecked = false;
	for await (const { value: found } of chunks) {
		if (!isChecked) {
			const own = testImages(task, corrupting)(0, cells[0] as Cell);
			if (!isDeepStrictEqual(found[0], structuredClone(own)))
				throw staleSource(source);
			isChecked = true;
		}
		yield* found;
	}
}

async function* withoutThreads<Target>(
	task: Task<Target, unknown>,
	cells: readonly Cell[],
	{ images, seed, channelOrder, frostPictures }: Settled,
): Images<Target> {
	const variant = task.corruptionVariant;
	const corrupting = { variant, seed, channelOrder, frostPictures };
	const imageOf = testImages(task, corrupting);
	for (const cell of cells)
		for (let i = 0; i < images; i++) yield imageOf(i, cell);
}

/**
 * The test images of one cell after another, corrupted at their own size and prepared; threads make those
 * to come meanwhile, where the task says how they make it.
 */
export function imagesOf<Target>(
	task: Task<Target, unknown>,
	cells: readonly Cell[],
	options: Settled,
): Images<Target> {
	const { source } = task;
	if (options.workers === 0) return withoutThreads(task, cells, options);
	if (!source || cells.length === 0) return preparedHere(task, cells, options);
	return preparedInThreads(task, cells, { ...options, source });
}

/** The next so many items of a stream; throws where it has fewer. */
export async function take<Item>(
	stream: AsyncGenerator<Item>,
	count: number,
): Promise<Item[]> {
	const items: Item[] = [];
	while (items.length < count) {
		const { value, done } = await stream.next();
		if (done) throw new Error("the stream of images ended early");
		items.push(value);
	}
	return items;
}
