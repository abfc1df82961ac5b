import { type Checks, checkOptions } from "../check/check-options.js";
import { oneOf, text, whole } from "../check/checks.js";
import { statisticsChecks } from "../combine/batch-norm-statistics.js";
import { combineRuns } from "../combine/combine-runs.js";
import {
	type InterpolateOptions,
	interpolate,
} from "../combine/interpolate.js";
import type { Task } from "../tasks/task.js";
import type { Run } from "../train/run.js";
import { evaluate } from "./evaluate.js";

/** Of which points the path is made, and how they are scored. */
export interface BarrierOptions
	extends Pick<InterpolateOptions, "parts" | "batchNorm" | "batches"> {
	/** The ends included; 11 by default. */
	readonly points?: number;
	/** Where runs are kept; `runs` by default. */
	readonly folder?: string;
	/** How many test images, from the first; all by default. */
	readonly images?: number;
	/** Threads that prepare, 0 for none; one for each core by default. */
	readonly workers?: number;
}

const checks: Checks<BarrierOptions> = {
	points: whole({ from: 3 }),
	folder: text,
	images: whole({ from: 1 }),
	workers: whole({ from: 0 }),
	parts: oneOf(["all", "backbone"]),
	...statisticsChecks,
};

/** The clean scores on the line between two runs. */
export interface Barrier {
	/** From 0 to 1. */
	readonly alphas: readonly number[];
	/** In percent, one for each of them. */
	readonly scores: readonly number[];
	/** The least of the scores less the line between those of the ends; 0 or below. */
	readonly barrier: number;
	/** The largest difference between neighbors. */
	readonly largestStep: number;
	/** The runs of all points. */
	readonly runs: readonly Run[];
}

/** The barrier on a line of scores at equal distances. */
export function barrierOf(
	scores: readonly number[],
): Pick<Barrier, "barrier" | "largestStep"> {
	const [first, last] = [scores[0] as number, scores.at(-1) as number];
	const line = (i: number) =>
		first + ((last - first) * i) / (scores.length - 1);
	const steps = scores
		.slice(1)
		.map((score, i) => Math.abs(score - (scores[i] as number)));
	return {
		barrier: Math.min(0, ...scores.map((score, i) => score - line(i))),
		largestStep: Math.max(...steps),
	};
}

/**
 * How the clean score goes on the line between two runs, in weights: linearly connected ends have no barrier.
 *
 * The runs between are those of `combineRuns` with `remedies.wiseFt`. Choose the engine first. Throws as those and
 * `evaluate` do.
 */
export async function barrier<Target, Prediction>(
	[first, second]: readonly [Run, Run],
	task: Task<Target, Prediction>,
	options: BarrierOptions = {},
): Promise<Barrier> {
	checkOptions("barrier", options, checks);
	const { points = 11, folder, images, workers, ...rest } = options;
	const alphas = Array.from({ length: points }, (_, i) => i / (points - 1));
	const runs: Run[] = [];
	for (const alpha of alphas)
		runs.push(
			alpha === 0
				? first
				: alpha === 1
					? second
					: await combineRuns(
							[first, second],
							interpolate({ ...rest, alpha }),
							{ task: task as Task, ...(folder !== undefined && { folder }) },
						),
		);
	const rows = await evaluate(runs, task, {
		corruptions: [],
		...(images !== undefined && { images }),
		...(workers !== undefined && { workers }),
	});
	const scores = runs.map(
		({ id }) => rows.find(({ run }) => run === id)?.score as number,
	);
	return { alphas, scores, ...barrierOf(scores), runs };
}
