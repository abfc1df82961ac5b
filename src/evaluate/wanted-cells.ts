import { commonCorruptions } from "../corruptions/corruption.js";
import type { Task } from "../tasks/task.js";
import { notebookSignal } from "../train/notebook-signal.js";
import { type Cell, cellsOf, type Scored } from "./cell.js";
import type { EvaluateOptions, Settled } from "./evaluate-options.js";
import {
	isDomain,
	type PublishedCorruption,
} from "./published/published-corruption.js";
import { hashOfImages, scoringOf } from "./scoring.js";

/** The options with their defaults filled in; throws where there are not so many images. */
export function settle(
	{ test, testBatchSize = 64, corruptedAt: usual = "given" }: Task,
	{
		signal = notebookSignal(),
		corruptions = commonCorruptions,
		severities = [1],
		images = test.length,
		seed = 0,
		channelOrder = "rgb",
		corruptedAt = usual,
		batchSize = testBatchSize,
		...rest
	}: EvaluateOptions,
): Settled {
	if (!(Number.isInteger(images) && images > 0 && images <= test.length)) {
		throw new RangeError(
			`images must be a whole number from 1 to the ${test.length} of ${test.name}, not ${images}`,
		);
	}
	if (!(Number.isInteger(batchSize) && batchSize > 0)) {
		throw new RangeError(
			`batchSize must be a whole number of images, not ${batchSize}`,
		);
	}
	return {
		...rest,
		...(signal && { signal }),
		corruptions,
		severities,
		images,
		seed,
		channelOrder,
		corruptedAt,
		batchSize,
	};
}

/** A domain is scored on images of its own, as many as are asked for or all. */
function scoredOnDomain(
	task: Task,
	corruption: PublishedCorruption,
	settled: Settled & { readonly most: number | undefined },
): Scored {
	const { data } = corruption.open(task, 1);
	return {
		data: data.name,
		images: Math.min(data.length, settled.most ?? data.length),
		...scoringOf({ ...task, test: data }, settled, task.test.name),
	};
}

/** What `evaluate` scores of a task with some options: a row for each, clean first. */
export function wantedCells(task: Task, options: EvaluateOptions): Cell[] {
	const settled = settle(task, options);
	const { images: most } = options;
	const { corruptions, severities, images } = settled;
	const { channelOrder, seed, frostPictures, corruptedAt } = settled;
	const frost = frostPictures
		? `pictures ${hashOfImages(frostPictures)}`
		: "procedural";
	const variant = task.corruptionVariant;
	const scored = {
		data: task.test.name,
		images,
		...scoringOf(task, settled),
	};
	return cellsOf(corruptions, severities, {
		...scored,
		metric: task.metricName,
		...(settled.average === false && { weights: "last" as const }),
		settings: { variant, channelOrder, seed, frost, corruptedAt },
		scoredOf: (corruption) => ({
			...(isDomain(corruption)
				? scoredOnDomain(task, corruption, { ...settled, most })
				: scored),
			isAsEver: false,
		}),
	});
}
