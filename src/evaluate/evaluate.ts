import type * as tf from "@tensorflow/tfjs";
import { corruptAll } from "../corruptions/corrupt-all.js";
import {
	type CorruptionName,
	commonCorruptions,
	type Severity,
} from "../corruptions/corruption.js";
import type { Image } from "../image/image.js";
import type { Metric, Sample, Task } from "../tasks/task.js";
import { withLock } from "../train/lock.js";
import { type Reporter, rateMeter } from "../train/reporter.js";
import { appendRow, mendRows } from "../train/rows.js";
import { type Run, runFiles } from "../train/run.js";
import { type Cell, cellsOf, isOf } from "./cell.js";
import { fullBatch, loadPredictor, type Predictor } from "./predictor.js";
import { packHits, type ResultRow } from "./result-row.js";
import { readResults } from "./results.js";

export interface EvaluateOptions {
	/** The fifteen common ones by default. */
	readonly corruptions?: readonly CorruptionName[];
	/** `[1]` by default, as in the study. */
	readonly severities?: readonly Severity[];
	/** How many test images, from the first; all by default. */
	readonly images?: number;
	/** What the corruptions are drawn with; 0 by default. */
	readonly seed?: number;
	/** The order in which corruptions are shown the channels; the study's was `bgr`, the default is `rgb`. */
	readonly channelOrder?: "rgb" | "bgr";
	/** The original pictures of the frost corruption; without them, frost is procedural. */
	readonly frostPictures?: readonly Image[];
	/** Images per forward pass; 64 by default. */
	readonly batchSize?: number;
	/** Threads that corrupt; one for each core by default. The scores do not depend on it. */
	readonly workers?: number;
	readonly reporter?: Reporter;
	/** Stops after the batch in progress; rows that are complete are kept. */
	readonly signal?: AbortSignal;
}

/** A cell, and the runs that have no row for it yet. */
interface Gap {
	readonly cell: Cell;
	readonly runs: readonly Run[];
}

type Settled = Required<
	Pick<
		EvaluateOptions,
		| "corruptions"
		| "severities"
		| "images"
		| "seed"
		| "channelOrder"
		| "batchSize"
	>
> &
	EvaluateOptions;

function settle(task: Task, options: EvaluateOptions): Settled {
	const settled: Settled = {
		corruptions: commonCorruptions,
		severities: [1],
		images: task.test.length,
		seed: 0,
		channelOrder: "rgb",
		batchSize: 64,
		...options,
	};
	const { images } = settled;
	if (!(Number.isInteger(images) && images > 0 && images <= task.test.length)) {
		throw new RangeError(
			`images must be a whole number from 1 to the ${task.test.length} of ${task.test.name}, not ${images}`,
		);
	}
	return settled;
}

function checkRuns(runs: readonly Run[], task: Task): void {
	for (const { id, finished, record } of runs) {
		if (!finished)
			throw new Error(
				`the run ${id} is not finished: call finetune again, which goes on with it`,
			);
		if (record.task.name !== task.name)
			throw new Error(
				`the run ${id} is of the task ${record.task.name}, not ${task.name}`,
			);
	}
}

function findGaps(runs: readonly Run[], cells: readonly Cell[]): Gap[] {
	const rows = new Map(runs.map((run) => [run, readResults(run)]));
	return cells
		.map((cell) => ({
			cell,
			runs: runs.filter(
				(run) => !rows.get(run)?.some((row) => isOf(row, cell)),
			),
		}))
		.filter((gap) => gap.runs.length > 0);
}

/** The test images of one cell after another; workers corrupt those to come meanwhile. */
async function* imagesOf<Target>(
	task: Task<Target, unknown>,
	cells: readonly Cell[],
	options: Settled,
): AsyncGenerator<Sample<Target>> {
	const { images, batchSize, workers, seed, channelOrder, frostPictures } =
		options;
	const corrupted = cells.filter(({ severity }) => severity !== 0);
	function* requests() {
		for (const { corruption, severity } of corrupted)
			for (let i = 0; i < images; i++)
				yield {
					...task.test.sample(i),
					corruption: corruption as CorruptionName,
					severity: severity as Severity,
				};
	}
	for (const { severity } of cells)
		if (severity === 0)
			for (let i = 0; i < images; i++) yield task.test.sample(i);
	if (corrupted.length === 0) return;
	yield* corruptAll(requests(), {
		variant: task.corruptionVariant,
		seed,
		channelOrder,
		frostPictures,
		workers,
		// A forward pass keeps the main thread busy for as long as a batch lasts.
		inFlight: 2 * batchSize,
	});
}

/** What one run makes of one cell. */
interface Score<Target, Prediction> {
	readonly predictor: Predictor<Prediction>;
	readonly metric: Metric<Prediction, Target>;
	readonly hits: boolean[];
}

function addBatch<Target, Prediction>(
	scores: readonly Score<Target, Prediction>[],
	samples: readonly Sample<Target>[],
	images: tf.Tensor4D,
): void {
	for (const { predictor, metric, hits } of scores) {
		const predictions = predictor.predict(images);
		samples.forEach(({ target }, i) => {
			const prediction = predictions[i] as Prediction;
			metric.add(prediction, target);
			if (metric.hit) hits.push(metric.hit(prediction, target));
		});
	}
}

function rowOf<Target, Prediction>(
	cell: Cell,
	{ predictor, metric, hits }: Score<Target, Prediction>,
	seconds: number,
): ResultRow {
	const { id, record } = predictor.run;
	const { task, backbone, recipe } = record;
	return {
		run: id,
		task: task.name,
		miniature: task.miniature,
		backbone: backbone.name,
		transfer: recipe.transfer,
		augment: recipe.augment?.name ?? "none",
		reading: recipe.reading,
		learningRate: recipe.learningRate,
		seed: recipe.seed,
		...cell,
		metric: task.metric,
		score: metric.value(),
		seconds,
		...(hits.length > 0 && { correct: packHits(hits) }),
	};
}

/** Scores the gaps, one after another, and writes each row down the moment it is known. */
async function fill<Target, Prediction>(
	task: Task<Target, Prediction>,
	{
		gaps,
		predictors,
	}: {
		gaps: readonly Gap[];
		predictors: ReadonlyMap<string, Predictor<Prediction>>;
	},
	options: Settled,
): Promise<void> {
	const { images, batchSize, reporter, signal } = options;
	const cells = gaps.map(({ cell }) => cell);
	const stream = imagesOf(task, cells, options);
	const rate = rateMeter();
	const total = images * gaps.length;
	let done = 0;
	try {
		for (const { cell, runs } of gaps) {
			const began = performance.now();
			const scores = runs.map(({ id }) => ({
				predictor: predictors.get(id) as Predictor<Prediction>,
				metric: task.metric(),
				hits: [],
			}));
			for (let start = 0; start < images; start += batchSize) {
				signal?.throwIfAborted();
				const size = Math.min(batchSize, images - start);
				const samples = await take(stream, size);
				const prepared = samples.map(({ image }) => task.prepare(image));
				const batch = fullBatch(prepared, batchSize);
				addBatch(scores, samples, batch);
				batch.dispose();
				done += size;
				const imagesPerSecond = rate(done);
				reporter?.({
					doing: "evaluating",
					what:
						cell.severity === 0
							? "clean"
							: `${cell.corruption} ${cell.severity}`,
					done,
					total,
					imagesPerSecond,
					secondsLeft: (total - done) / imagesPerSecond,
				});
			}
			const seconds = (performance.now() - began) / 1000;
			for (const score of scores) {
				const { results } = runFiles(score.predictor.run.folder);
				appendRow(results, rowOf(cell, score, seconds));
			}
		}
	} finally {
		await stream.return(undefined);
	}
}

async function take<Item>(
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

async function withLocks<Result>(
	[first, ...rest]: readonly Run[],
	work: () => Promise<Result>,
): Promise<Result> {
	if (!first) return work();
	return withLock(first.folder, () => withLocks(rest, work));
}

/**
 * Scores finished runs, clean and under each corruption at each severity, over the same images.
 *
 * Returns a row for each run and cell. Each is appended to `results.jsonl` of its run the moment it is
 * known, and a second call computes only what is missing. The rows do not depend on the number of
 * workers, nor on which runs are evaluated together. Choose the engine first. Throws where a run is not
 * finished or of another task, weights or results are damaged, or another process writes to a run.
 */
export async function evaluate<Target, Prediction>(
	runs: Run | readonly Run[],
	task: Task<Target, Prediction>,
	options: EvaluateOptions = {},
): Promise<ResultRow[]> {
	const all = [runs].flat() as Run[];
	const settled = settle(task, options);
	checkRuns(all, task);
	const { corruptions, severities, images, frostPictures } = settled;
	const cells = cellsOf(corruptions, severities, {
		images,
		settings: {
			variant: task.corruptionVariant,
			channelOrder: settled.channelOrder,
			seed: settled.seed,
			frost: frostPictures ? "pictures" : "procedural",
		},
	});
	const incomplete = all.filter((run) => findGaps([run], cells).length > 0);
	if (incomplete.length > 0) {
		await withLocks(incomplete, async () => {
			for (const { folder } of incomplete) mendRows(runFiles(folder).results);
			const predictors = new Map<string, Predictor<Prediction>>();
			try {
				for (const run of incomplete)
					predictors.set(run.id, await loadPredictor(run, task));
				const gaps = findGaps(incomplete, cells);
				await fill(task, { gaps, predictors }, settled);
			} finally {
				for (const predictor of predictors.values()) predictor.dispose();
			}
		});
	}
	return all.flatMap((run) => {
		const rows = readResults(run);
		return cells.map(
			(cell) => rows.find((row) => isOf(row, cell)) as ResultRow,
		);
	});
}
