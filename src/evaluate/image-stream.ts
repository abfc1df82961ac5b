import { isDeepStrictEqual } from "node:util";
import { corruptAll } from "../corruptions/corrupt-all.js";
import type { Corruption, Severity } from "../corruptions/corruption.js";
import type { Owned } from "../parallel/arrays.js";
import { type Job, mapInWorkers } from "../parallel/pool.js";
import { sharesOf } from "../parallel/thread-shares.js";
import { memoryBytes } from "../tasks/remembered.js";
import type { Size, Task, TaskSource } from "../tasks/task.js";
import { threadCount } from "../thread-count.js";
import { staleSource } from "../train/example-stream.js";
import { orderOf } from "./adaptation.js";
import type { Cell } from "./cell.js";
import type { Settled } from "./evaluate-options.js";
import { type ImageSettings, type ImageSpan, spanJob } from "./image-worker.js";
import { isPublished } from "./published/published-corruption.js";
import { isForThisThread, sentCondition } from "./published/sent.js";
import {
	type Corrupting,
	prepareTest,
	readTest,
	type TestImage,
	testImages,
} from "./test-image.js";

type Images<Target> = AsyncGenerator<TestImage<Target>, void, undefined>;

/** The places of so many images in the test set, in the order in which they are shown. */
const placesOf = (
	task: Pick<Task, "testBatchSize">,
	{ adaptation }: Pick<Settled, "adaptation">,
	images: number,
): readonly number[] =>
	(adaptation && orderOf(adaptation, task, images)) ??
	Array.from({ length: images }, (_, place) => place);

const sizeOf = ({ height, width }: Size): Size => ({ height, width });

/** Threads corrupt; this one reads and prepares. */
async function* corruptedInThreads<Target>(
	task: Task<Target, unknown>,
	cells: readonly Cell[],
	options: Settled,
): Images<Target> {
	const { batchSize, workers = threadCount() } = options;
	const isSeen = options.corruptedAt === "seen";
	/** Of the images taken, in order: their sizes, or why one could not be read. */
	const taken: (string | Size)[] = [];
	function* requests() {
		for (const { applied, severity, images } of cells)
			for (const place of placesOf(task, options, images)) {
				const sample = readTest(task, place);
				taken.push("unread" in sample ? sample.unread : sizeOf(sample.image));
				if ("unread" in sample) continue;
				const { image } = isSeen ? prepareTest(task, sample) : sample;
				yield {
					...sample,
					image,
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
		let given = taken.shift();
		for (; typeof given === "string"; given = taken.shift())
			yield { unread: given };
		const { image, target } = sample;
		if (isSeen) yield { image, given: given as Size, target };
		else yield prepareTest(task, sample);
	}
	for (const unread of taken) if (typeof unread === "string") yield { unread };
}

const corruptingOf = (
	{ corruptionVariant }: Task,
	{ seed, channelOrder, frostPictures, corruptedAt }: Settled,
): Corrupting => ({
	corruptedAt,
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
		for (const place of placesOf(task, options, cell.images))
			yield imageAt(place, cell);
}

/** Whether no thread can make the images of a cell. */
const isOfHere = ({ applied }: Cell): boolean =>
	applied !== null && isForThisThread(sentCondition(applied));

/** Whether the images of a cell are drawn, which threads can do by themselves. */
const isDrawn = ({ applied }: Cell): boolean =>
	applied !== null && !isPublished(applied);

/** Threads do no more than corrupt. */
async function* preparedHere<Target>(
	task: Task<Target, unknown>,
	cells: readonly Cell[],
	options: Settled,
): Images<Target> {
	for (let first = 0; first < cells.length; ) {
		const drawn = isDrawn(cells[first] as Cell);
		const next = cells.findIndex(
			(cell, i) => i > first && isDrawn(cell) !== drawn,
		);
		const alike = cells.slice(first, next < 0 ? undefined : next);
		yield* !drawn || alike.every(isOfHere)
			? withoutThreads(task, alike, options)
			: corruptedInThreads(task, alike, options);
		first += alike.length;
	}
}

// Some corruptions take longer than a forward pass of small images, and others a tenth of it.
const leadBytes = 2 ** 24;

async function* preparedInThreads<Target>(
	task: Task<Target, unknown>,
	cells: readonly Cell[],
	{ source, ...options }: Settled & { readonly source: TaskSource },
): Images<Target> {
	const { batchSize, workers = threadCount() } = options;
	const images = Math.max(...cells.map((cell) => cell.images));
	const corrupting = corruptingOf(task, options);
	const imageBytes = 6 * task.inputSize ** 2;
	// Small images go together whatever the size of a batch.
	const atOnce = Math.max(batchSize, 16);
	const { chunk, ...pool } = sharesOf(workers, {
		...{ batchSize: Math.min(atOnce, images), imageBytes, leadBytes },
	});
	function* spans(): Generator<ImageSpan> {
		for (const { applied, severity, images } of cells) {
			const order = placesOf(task, options, images);
			for (let first = 0; first < images; first += chunk)
				yield {
					corruption: applied && sentCondition(applied),
					severity,
					places: order.slice(first, first + chunk),
				};
		}
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
		span.corruption && isForThisThread(span.corruption)
			? job.run(span)
			: undefined;
	const chunks = mapInWorkers<
		ImageSettings,
		ImageSpan,
		Owned<TestImage<Target>[]>
	>(spans(), { module, data, here }, pool);
	/** The first cell that threads make, and where its first chunk comes. */
	const first = cells.findIndex((cell) => !isOfHere(cell));
	const checked = cells
		.slice(0, first)
		.reduce((sum, { images }) => sum + Math.ceil(images / chunk), 0);
	let at = 0;
	for await (const { value: found } of chunks) {
		if (at++ === checked) {
			const begun = cells[first] as Cell;
			const own = testImages(task, corrupting)(
				placesOf(task, options, begun.images)[0] as number,
				begun,
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
