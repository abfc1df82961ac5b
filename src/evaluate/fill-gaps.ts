import type * as tf from "@tensorflow/tfjs";
import type { Image } from "../image/image.js";
import type { Metric, Sample, Shown, Task } from "../tasks/task.js";
import { notebookReporter } from "../train/notebook-reporter.js";
import { notebookSignal } from "../train/notebook-signal.js";
import { rateMeter } from "../train/reporter.js";
import { appendRow } from "../train/rows.js";
import { type Run, runFiles } from "../train/run.js";
import type { Cell } from "./cell.js";
import { imagesOf, take } from "./cell-images.js";
import type { Settled } from "./evaluate-options.js";
import { fullBatch, type Predictor } from "./predictor.js";
import { packHits, type ResultRow } from "./result-row.js";

/** A cell, and the runs that have no row for it yet. */
export interface Gap {
	readonly cell: Cell;
	readonly runs: readonly Run[];
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
	shown: readonly Shown[],
): void {
	for (const { predictor, metric, hits } of scores) {
		const predictions = predictor.predict(images, shown);
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

/** Scores the gaps, one after another, and writes each row down the moment it is known. */
export async function fillGaps<Target, Prediction>(
	task: Task<Target, Prediction>,
	{
		gaps,
		predictors,
	}: {
		gaps: readonly Gap[];
		/** By the id of their run. */
		predictors: ReadonlyMap<string, Predictor<Prediction>>;
	},
	options: Settled,
): Promise<void> {
	const { images, batchSize, signal = notebookSignal() } = options;
	const cells = gaps.map(({ cell }) => cell);
	const stream = imagesOf(task, cells, options);
	const progress = progressOf(options, gaps.length);
	try {
		for (const { cell, runs } of gaps) {
			const began = performance.now();
			const scores: Score<Target, Prediction>[] = runs.map(({ id }) => ({
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
				const shown = samples.map(({ image }, i) => ({
					given: image,
					seen: prepared[i] as Image,
				}));
				addBatch(scores, samples, batch, shown);
				batch.dispose();
				progress(cell, size);
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
