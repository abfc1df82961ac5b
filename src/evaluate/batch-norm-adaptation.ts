import { type Checks, checkOptions } from "../check/check-options.js";
import {
	type BatchStatistics,
	batchStatisticsChecks,
} from "../nn/batch-norm.js";
import { makePredictor } from "../train/predictor.js";
import {
	type Adaptation,
	type Adapting,
	batchNormsOf,
	orderCheck,
} from "./adaptation.js";

/** How batch norms are adapted. */
export interface BatchNormAdaptationOptions extends Partial<BatchStatistics> {
	/** Of the test images; `shuffled` by default. */
	readonly order?: Adaptation["order"];
}

const checks: Checks<BatchNormAdaptationOptions> = {
	...batchStatisticsChecks,
	prior: { ...batchStatisticsChecks.prior, isRequired: false },
	order: orderCheck,
};

function labelOf({ prior, statistics = "both", variance }: BatchStatistics) {
	const part = statistics === "both" ? "" : `-${statistics}`;
	return `bn${prior}${part}${variance === "biased" ? "-biased" : ""}`;
}

const prepare = (statistics: BatchStatistics) => (given: Adapting) => {
	batchNormsOf(given, "batch-norm adaptation");
	const { task, model, isFrozen } = given;
	const frozen = isFrozen ? Object.values(model.params) : [];
	const predictor = makePredictor(task, model, frozen, {
		batchNorm: statistics,
	});
	return { ...predictor, reset: () => {} };
};

/**
 * Adapts all batch norms to each batch of test images: their statistics become `prior / (prior + n)` the running ones
 * and the rest those of the batch of `n` images, the variance unbiased.
 *
 * The prior is 16 images by default: 0 is the batch alone, Infinity no adaptation. `statistics: "mean"` or `"variance"`
 * adapts one of the two. Rows are called `bn16`. Scores depend on `batchSize`, 64 in classification; segmenters and
 * detectors see one image at a time, of whose padding the statistics are too. Networks without batch norms are refused.
 *
 * Source: Schneider et al., "Improving robustness against common corruptions by covariate shift adaptation", NeurIPS
 * 2020 (`bethgelab/robustness`).
 */
export function batchNormAdaptation(
	options: BatchNormAdaptationOptions = {},
): Adaptation<BatchStatistics> {
	checkOptions("batchNormAdaptation", options, checks);
	const { order, prior = 16, ...rest } = options;
	const statistics = { prior, ...rest };
	return {
		name: labelOf(statistics),
		options: statistics,
		make: prepare,
		source: { module: import.meta.url, name: "batchNormAdaptation" },
		...(order && { order }),
	};
}
