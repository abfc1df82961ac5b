import { oneOf, whole } from "../check/checks.js";
import type { NamedTensors } from "../checkpoint/tensor.js";
import type { CombineAbout } from "./combination.js";

/**
 * What becomes of the running statistics of batch norms: `interpolate` averages means and variances as all other
 * weights; `merge` takes those of a mixture, `mean = sum w mean_i` and `variance = sum w (variance_i + mean_i^2) -
 * mean^2`; `re-estimate` measures them anew on training images.
 */
export interface StatisticsOptions {
	/** `interpolate` by default. */
	readonly batchNorm?: "interpolate" | "merge" | "re-estimate";
	/** Batches of training images that are seen for `re-estimate`; 100 by default. */
	readonly batches?: number;
}

/** The checks of those options. */
export const statisticsChecks = {
	batchNorm: oneOf(["interpolate", "merge", "re-estimate"]),
	batches: whole({ from: 1 }),
} as const;

/** The name of the running mean beside a running variance; undefined for any other weight. */
export const meanBeside = (name: string): string | undefined =>
	name.endsWith(".running_var") ? name.replace(/var$/, "mean") : undefined;

/** The data that a rule with such options depends on. */
export const dataFor = ({
	batchNorm,
}: StatisticsOptions): readonly "training"[] =>
	batchNorm === "re-estimate" ? ["training"] : [];

/** Combined weights with their statistics measured anew, where the options say so. */
export const withStatistics = (
	tensors: NamedTensors,
	{ batchNorm, batches = 100 }: StatisticsOptions,
	about: CombineAbout,
): Promise<NamedTensors> =>
	batchNorm === "re-estimate"
		? about.reEstimated(tensors, batches)
		: Promise.resolve(tensors);
