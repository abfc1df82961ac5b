import { setImmediate as nextTurn } from "node:timers/promises";
import * as tf from "@tensorflow/tfjs";
import { writePerImage } from "../runs/per-image-file.js";
import { appendRow } from "../runs/rows.js";
import { runFiles } from "../runs/run-folder.js";
import type { Metric, Task } from "../tasks/task.js";
import { augmentName } from "../train/augmentations.js";
import { recipeHash } from "../train/describe-run.js";
import { notebookReporter } from "../train/notebook-reporter.js";
import { inputOf } from "../train/predictor.js";
import { variationOf } from "../train/recipe-variation.js";
import { rateMeter } from "../train/reporter.js";
import type { Run } from "../train/run.js";
import { type Cell, perImageName } from "./cell.js";
import type { Settled } from "./evaluate-options.js";
import { imagesOf, take } from "./image-stream.js";
import type { RunPredictor } from "./predictor.js";
import { packHits, type ResultRow } from "./result-row.js";
import type { TestImage, Unread } from "./test-image.js";

/** A cell, and the runs that have no row for it yet. */
export interface Gap {
	readonly cell: Cell;
	readonly runs: readonly Run[];
}

/** What one run makes of one cell. */
interface Score<Target, Prediction> {
	readonly predictor: RunPredictor<Prediction>;
	readonly metric: Metric<Prediction, Target>;
	readonly hits: boolean[];
}

type Readable<Target> = Exclude<TestImage<Target>, Unread>;

function addBatch<Target, Prediction>(
	task: Task<Target, Prediction>,
	scores: readonly Score<Target, Prediction>[],
	{
		images,
		batchSize,
	}: { images: readonly Readable<Target>[]; batchSize: number },
): void {
	const { shown, ...tensors } = inputOf(task, images, batchSize);
	for (const { predictor, metric, hits } of scores) {
		const { predictions, confidences } = predictor.predictSurely({
			...tensors,
			shown,
		});
		images.forEach(({ target }, i) => {
			const prediction = predictions[i] as Prediction;
			metric.add(prediction, target, confidences?.[i]);
			if (metric.hit) hits.push(metric.hit(prediction, target));
		});
	}
	tf.dispose(Object.values(tensors));
}

function rowOf<Target, Prediction>(
	cell: Cell,
	{ predictor, metric, hits }: Score<Target, Prediction>,
	{
		seconds,
		skipped,
		perImage,
	}: { seconds: number; skipped: number; perImage: string | undefined },
): ResultRow {
	const details = metric.details?.();
	const { run, step } = predictor;
	const { id, record } = run;
	const { task, backbone, recipe } = record;
	const variation = variationOf(record);
	const { isAsEver: _, applied: __, ...condition } = cell;
	return {
		run: id,
		...(step !== undefined && { step }),
		task: task.name,
		miniature: task.miniature,
		backbone: backbone.name,
		transfer: recipe.transfer,
		augment: augmentName(recipe),
		reading: recipe.reading,
		learningRate: recipe.learningRate,
		seed: recipe.seed,
		recipe: recipeHash(record),
		...(variation && { variation }),
		...condition,
		score: metric.value(),
		seconds,
		...(details && { details }),
		...(skipped > 0 && { skipped }),
		// Of all images or of none: each has its place.
		...(hits.length === cell.images && { correct: packHits(hits) }),
		...(perImage !== undefined && { perImage }),
	};
}

/** Writes down what a score is made of, and returns what the file is called; nothing where the metric does not say it. */
function storePerImage<Target, Prediction>(
	cell: Cell,
	{ predictor, metric }: Score<Target, Prediction>,
	skipped: readonly number[],
): string | undefined {
	const made = metric.perImage?.();
	if (!made) return undefined;
	const { run, step } = predictor;
	const name = perImageName(cell, step);
	const { bytes, ...kind } = made;
	const head = { ...kind, metric: cell.metric, skipped };
	writePerImage(run.folder, name, { head, bytes });
	return name;
}

/** Tells a reporter how many images are done, after each batch. */
function progressOf(
	{ images, reporter = notebookReporter() }: Settled,
	gaps: number,
) {
	const rate = rateMeter();
	const total = images * gaps;
	let done = 0;
	return ({ corruption, severity }: Cell, size: number) => {
		done += size;
		const imagesPerSecond = rate(done);
		reporter?.({
			doing: "evaluating",
			what: severity === 0 ? "clean" : `${corruption} ${severity}`,
			done,
			total,
			imagesPerSecond,
			secondsLeft: (total - done) / imagesPerSecond,
		});
	};
}

/** Warns of each image that could not be read, but not again in every cell. */
function once(onWarning: Settled["onWarning"]): (why: string) => void {
	const known = new Set<string>();
	return (why) => {
		if (known.has(why)) return;
		known.add(why);
		onWarning?.(`an image is left out of all scores: ${why}`);
	};
}

const isReadable = <Target>(
	image: TestImage<Target>,
): image is Readable<Target> => !("unread" in image);

/** Scores the gaps, one after another, and writes each row down the moment it is known. */
export async function fillGaps<Target, Prediction>(
	task: Task<Target, Prediction>,
	{
		gaps,
		predictors,
	}: {
		gaps: readonly Gap[];
		/** By the id of their run. */
		predictors: ReadonlyMap<string, RunPredictor<Prediction>>;
	},
	options: Settled,
): Promise<void> {
	const { images, batchSize, signal } = options;
	const cells = gaps.map(({ cell }) => cell);
	const stream = imagesOf(task, cells, options);
	const progress = progressOf(options, gaps.length);
	const warn = once(options.onWarning);
	try {
		for (const { cell, runs } of gaps) {
			const began = performance.now();
			const skipped: number[] = [];
			let reason = "";
			const scores: Score<Target, Prediction>[] = runs.map(({ id }) => ({
				predictor: predictors.get(id) as RunPredictor<Prediction>,
				metric: task.metric(),
				hits: [],
			}));
			for (let start = 0; start < images; start += batchSize) {
				// an interrupt is heard between turns only
				await nextTurn();
				signal?.throwIfAborted();
				const size = Math.min(batchSize, images - start);
				const taken = await take(stream, size);
				const readable = taken.filter(isReadable);
				taken.forEach((image, i) => {
					if (isReadable(image)) return;
					skipped.push(start + i);
					warn(image.unread);
					reason ||= `: ${image.unread}`;
				});
				if (readable.length > 0)
					addBatch(task, scores, { images: readable, batchSize });
				progress(cell, size);
			}
			const seconds = (performance.now() - began) / 1000;
			if (skipped.length === images)
				throw new Error(
					`none of the ${images} images of ${task.test.name} could be read${reason}`,
				);
			for (const score of scores) {
				const { folder } = score.predictor.run;
				const perImage = storePerImage(cell, score, skipped);
				const counts = { seconds, skipped: skipped.length, perImage };
				appendRow(runFiles(folder).results, rowOf(cell, score, counts));
			}
		}
	} finally {
		await stream.return(undefined);
	}
}
