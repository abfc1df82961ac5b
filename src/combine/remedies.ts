import type { Own } from "../own.js";
import {
	type AnchoredDecayOptions,
	anchoredDecay,
} from "../train/anchored-decay.js";
import { type AutoRgnOptions, autoRgn } from "../train/auto-rgn.js";
import { trainOnly } from "../train/blocks.js";
import { type FtpOptions, ftp } from "../train/ftp.js";
import { type L2SpOptions, l2Sp } from "../train/l2-sp.js";
import type { OptimizerRule } from "../train/optimizer-rule.js";
import type { Regularizer } from "../train/regularizer.js";
import { type RgnOptions, rgn } from "../train/rgn.js";
import { type SpdOptions, spd } from "../train/spd.js";
import { type TpgmOptions, tpgm } from "../train/tpgm.js";
import type { WeightRule } from "../train/weight-rules.js";
import type { StatisticsOptions } from "./batch-norm-statistics.js";
import type { Combination } from "./combination.js";
import { type InterpolateOptions, interpolate } from "./interpolate.js";
import { type ModelStockOptions, modelStock } from "./model-stock.js";
import { type GreedySoupOptions, greedySoup, uniformSoup } from "./soups.js";

/** What is known to keep a backbone's robustness. */
export interface Remedies {
	// Regularizers of a recipe: `regularizers: [remedies.l2Sp()]`.

	/** Holds weights to where they began. */
	l2Sp(options?: L2SpOptions): Own<Regularizer>;
	/** Pulls weights back by what they matter to the task. */
	rgn(options?: RgnOptions): Own<Regularizer>;

	// Rules of a recipe about weights: `weights: remedies.trainOnly(["stem", "layer1", "head"])`.

	/** Freezes all blocks but some. */
	trainOnly(blocks: readonly string[]): readonly WeightRule[];

	// Optimizers of a recipe, made of another one: `optimizer: remedies.spd({ optimizer: recipe.optimizer })`.

	/** Scales the learning rate of each weight by its relative gradient norm. */
	autoRgn(options: AutoRgnOptions): Own<OptimizerRule>;
	/** Decay to where weights began, beside the moments. */
	anchoredDecay(options: AnchoredDecayOptions): Own<OptimizerRule>;
	/** Takes back steps away from the start that the slope does not ask for. */
	spd(options: SpdOptions): Own<OptimizerRule>;
	/** Keeps weights within radii that follow from the slopes. */
	ftp(options: FtpOptions): Own<OptimizerRule>;
	/** Keeps weights within radii that learn on held-out data. */
	tpgm(options: TpgmOptions): Own<OptimizerRule>;

	// Rules for `combineRuns`.

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
	l2Sp,
	rgn,
	trainOnly,
	autoRgn,
	anchoredDecay,
	spd,
	ftp,
	tpgm,
	wiseFt: interpolate,
	uniformSoup,
	greedySoup,
	modelStock,
});
