import { setImmediate as nextTurn } from "node:timers/promises";
import * as tf from "@tensorflow/tfjs";
import type { Severity } from "../corruptions/corruption.js";
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
import { orderOf } from "./adaptation.js";
import { type Cell, perImageName } from "./cell.js";
import type { Settled } from "./evaluate-options.js";
import { imagesOf, take } from "./image-stream.js";
import type { RunPredictor } from "./predictor.js";
import { isPublished } from "./published/published-corruption.js";
import { packHits, type ResultRow } from "./result-row.js";
import type { Readable, TestImage } from "./test-image.js";

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
	/** By their places, where images are not shown one after another: metrics see them as if they were. */
	readonly waiting: Added<Target, Prediction>[];
}

/** What is known of one image. */
interface Added<Target, Prediction> {
	readonly prediction: Prediction;
	readonly target: Target;
	readonly confidence: number | undefined;
}

function add<Target, Prediction>(
	{ metric, hits }: Score<Target, Prediction>,
	{ prediction, target, confidence }: Added<Target, Prediction>,
): void {
	metric.add(prediction, target, confidence);
	if (metric.hit) hits.push(metric.hit(prediction, target));
}

function addWaiting<Target, Prediction>(
	score: Score<Target, Prediction>,
): void {
	// Of places whose image could not be read there is nothing.
	score.waiting.forEach((added) => {
		add(score, added);
	});
}

function addBatch<Target, Prediction>(
	task: Task<Target, Prediction>,
	scores: readonly Score<Target, Prediction>[],
	{
		images,
		count,
		places,
		isTold = false,
	}: {
		readonly images: readonly Readable<Target>[];
		readonly count: number;
		/** In the test set, where they are not those after the last ones. */
		readonly places?: readonly number[];
		/** Whether what predicts is told the targets. */
		readonly isTold?: boolean;
	},
): void {
	const { shown, ...tensors } = inputOf(task, images, count);
	const targets = images.map(({ target }) => target);
	for (const score of scores) {
		const { predictions, confidences } = score.predictor.predictSurely({
			...tensors,
			shown,
			...(isTold && { targets }),
		});
		images.forEach(({ target }, i) => {
			const prediction = predictions[i] as Prediction;
			const added = { prediction, target, confidence: confidences?.[i] };
			if (places) score.waiting[places[i] as number] = added;
			else add(score, added);
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
	{ reporter = notebookReporter() }: Settled,
	cells: readonly Cell[],
) {
	const rate = rateMeter();
	const total = cells.reduce((sum, { images }) => sum + images, 0);
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
	const { batchSize, signal, adaptation } = options;
	const cells = gaps.map(({ cell }) => cell);
	for (const { applied, severity, images } of cells)
		if (isPublished(applied))
			applied.open(task, severity as Severity).check(images);
	const stream = imagesOf(task, cells, options);
	const progress = progressOf(options, cells);
	const warn = once(options.onWarning);
	try {
		for (const { cell, runs } of gaps) {
			const { images, data } = cell;
			const began = performance.now();
			const order = adaptation && orderOf(adaptation, task, images);
			const placeOf = (at: number): number => order?.[at] ?? at;
			const skipped: number[] = [];
			let reason = "";
			const scores = runs.map(({ id }): Score<Target, Prediction> => {
				const predictor = predictors.get(id) as RunPredictor<Prediction>;
				predictor.reset?.();
				return { predictor, metric: task.metric(), hits: [], waiting: [] };
			});
			for (let start = 0; start < images; start += batchSize) {
				// an interrupt is heard between turns only
				await nextTurn();
				signal?.throwIfAborted();
				const size = Math.min(batchSize, images - start);
				const taken = await take(stream, size);
				const readable = taken.filter(isReadable);
				taken.forEach((image, i) => {
					if (isReadable(image)) return;
					skipped.push(placeOf(start + i));
					warn(image.unread);
					reason ||= `: ${image.unread}`;
				});
				// What adapts sees a batch's own images, and nothing that fills it up.
				const count = adaptation ? readable.length : batchSize;
				const places = taken.flatMap((image, i) =>
					isReadable(image) ? [placeOf(start + i)] : [],
				);
				if (readable.length > 0)
					addBatch(task, scores, {
						...{ images: readable, count },
						...(order && { places }),
						...(adaptation?.usesTargets && { isTold: true }),
					});
				progress(cell, size);
			}
			skipped.sort((a, b) => a - b);
			for (const score of scores) addWaiting(score);
			const seconds = (performance.now() - began) / 1000;
			if (skipped.length === images)
				throw new Error(
					`none of the ${images} images of ${data} could be read${reason}`,
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
