import { availableParallelism } from "node:os";
import { isDeepStrictEqual } from "node:util";
import { corruptAll } from "../corruptions/corrupt-all.js";
import type { Corruption, Severity } from "../corruptions/corruption.js";
import { isForHere, sent } from "../corruptions/find-corruption.js";
import type { Owned } from "../parallel/arrays.js";
import { type Job, mapInWorkers } from "../parallel/pool.js";
import { sharesOf } from "../parallel/thread-shares.js";
import { memoryBytes } from "../tasks/remembered.js";
import type { Task, TaskSource } from "../tasks/task.js";
import { staleSource } from "../train/example-stream.js";
import type { Cell } from "./cell.js";
import type { Settled } from "./evaluate-options.js";
import { type ImageSettings, type ImageSpan, spanJob } from "./image-worker.js";
import {
	type Corrupting,
	prepareTest,
	readTest,
	type TestImage,
	testImages,
} from "./test-image.js";

type Images<Target> = AsyncGenerator<TestImage<Target>, void, undefined>;

/** The places of the images in the test set, in the order in which they are shown. */
const placesOf = ({ images, order }: Settled): readonly number[] =>
	order ?? Array.from({ length: images }, (_, place) => place);

/** Threads corrupt; this one reads and prepares. */
async function* corruptedInThreads<Target>(
	task: Task<Target, unknown>,
	cells: readonly Cell[],
	options: Settled,
): Images<Target> {
	const { batchSize, workers = availableParallelism() } = options;
	const order = placesOf(options);
	/** Of the images taken, in order: null, or why one could not be read. */
	const taken: (string | null)[] = [];
	function* requests() {
		for (const { applied, severity } of cells)
			for (const place of order) {
				const sample = readTest(task, place);
				taken.push("unread" in sample ? sample.unread : null);
				if ("unread" in sample) continue;
				yield {
					...sample,
					corruption: applied as Corruption,
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

const corruptingOf = (
	{ corruptionVariant }: Task,
	{ seed, channelOrder, frostPictures }: Settled,
): Corrupting => ({
	variant: corruptionVariant,
	seed,
	channelOrder,
	frostPictures,
});

async function* withoutThreads<Target>(
	task: Task<Target, unknown>,
	cells: readonly Cell[],
	options: Settled,
): Images<Target> {
	const imageAt = testImages(task, corruptingOf(task, options));
	for (const cell of cells)
		for (const place of placesOf(options)) yield imageAt(place, cell);
}

/** Whether no thread can make the images of a cell. */
const isOfHere = ({ applied }: Cell): boolean =>
	applied !== null && isForHere(sent(applied));

/** Threads do no more than corrupt. */
async function* preparedHere<Target>(
	task: Task<Target, unknown>,
	cells: readonly Cell[],
	options: Settled,
): Images<Target> {
	const clean = cells.filter(({ applied }) => applied === null);
	yield* withoutThreads(task, clean, options);
	const corrupted = cells.filter(({ applied }) => applied !== null);
	yield* corrupted.every(isOfHere)
		? withoutThreads(task, corrupted, options)
		: corruptedInThreads(task, corrupted, options);
}

async function* preparedInThreads<Target>(
	task: Task<Target, unknown>,
	cells: readonly Cell[],
	{ source, ...options }: Settled & { readonly source: TaskSource },
): Images<Target> {
	const { images, batchSize, workers = availableParallelism() } = options;
	const corrupting = corruptingOf(task, options);
	const imageBytes = 6 * task.inputSize ** 2;
	// Small images go together whatever the size of a batch.
	const atOnce = Math.max(batchSize, 16);
	const order = placesOf(options);
	const shares = { batchSize: Math.min(atOnce, images), imageBytes };
	const { chunk, ...pool } = sharesOf(workers, shares);
	function* spans(): Generator<ImageSpan> {
		for (const { applied, severity } of cells)
			for (let first = 0; first < images; first += chunk)
				yield {
					corruption: applied && sent(applied),
					severity,
					places: order.slice(first, first + chunk),
				};
	}
	const module = new URL("./image-worker.js", import.meta.url);
	const data: ImageSettings = {
		...corrupting,
		source,
		mostBytes: memoryBytes / workers,
	};
	const job = spanJob(task as Task, corrupting) as Job<
		ImageSpan,
		Owned<TestImage<Target>[]>
	>;
	const here = (span: ImageSpan) =>
		span.corruption && isForHere(span.corruption) ? job.run(span) : undefined;
	const chunks = mapInWorkers<
		ImageSettings,
		ImageSpan,
		Owned<TestImage<Target>[]>
	>(spans(), { module, data, here }, pool);
	/** The first cell that threads make, and where its first chunk comes. */
	const first = cells.findIndex((cell) => !isOfHere(cell));
	const checked = first * Math.ceil(images / chunk);
	let at = 0;
	for await (const { value: found } of chunks) {
		if (at++ === checked) {
			const own = testImages(task, corrupting)(
				order[0] as number,
				cells[first] as Cell,
			);
			if (!isDeepStrictEqual(found[0], structuredClone(own)))
				throw staleSource(source);
		}
		yield* found;
	}
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
	if (options.workers === 0 || cells.every(isOfHere))
		return withoutThreads(task, cells, options);
	if (!source) return preparedHere(task, cells, options);
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
