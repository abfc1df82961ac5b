import type { StatisticsOptions } from "./batch-norm-statistics.js";
import type { Combination } from "./combination.js";
import { type InterpolateOptions, interpolate } from "./interpolate.js";
import { type ModelStockOptions, modelStock } from "./model-stock.js";
import { type GreedySoupOptions, greedySoup, uniformSoup } from "./soups.js";

/** What is known to keep a backbone's robustness: rules for `combineRuns`. */
export interface Remedies {
	/** Between two runs, `combineRuns([probe, run], remedies.wiseFt({ alpha: 0.5 }))`. */
	wiseFt(options?: InterpolateOptions): Combination;
	/** The mean of runs with one start. */
	uniformSoup(options?: StatisticsOptions): Combination;
	/** The mean of those that help each other on held-out data: `combineRuns(runs, rule, { task: holdOut(task) })`. */
	greedySoup(options?: GreedySoupOptions): Combination;
	/** Between a start and the mean of runs that began with it: `combineRuns([probe, ...runs], rule)`. */
	modelStock(options?: ModelStockOptions): Combination;
}

/**
 * What is known to keep a backbone's robustness, by name, each with its options: parts of recipes, and rules for
 * `combineRuns`.
 */
export const remedies: Remedies = Object.freeze({
	wiseFt: interpolate,
	uniformSoup,
	greedySoup,
	modelStock,
});
