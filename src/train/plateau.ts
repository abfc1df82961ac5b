import type { Checks } from "../check/check-options.js";
import { number, required, whole } from "../check/checks.js";

/** A learning rate that falls where the held-out score rises no more, as `ReduceLROnPlateau` of PyTorch. */
export interface Plateau {
	/** What the learning rate is multiplied by each time. */
	readonly factor: number;
	/** How many scores in a row may be no better than the best: the next one lowers the rate. */
	readonly patience: number;
	/** A score is better from the best times one more than this on; 1e-4 by default. */
	readonly threshold?: number;
	/** After the rate was lowered, so many scores do not count; 0 by default. */
	readonly cooldown?: number;
	/** Below which the recipe's learning rate is not lowered; 0 by default. */
	readonly minLearningRate?: number;
}

/** The checks of a plateau. */
export const plateauChecks: Checks<Plateau> = {
	factor: required(number({ above: 0, below: 1 })),
	patience: required(whole({ from: 0 })),
	threshold: number({ from: 0 }),
	cooldown: whole({ from: 0 }),
	minLearningRate: number({ from: 0 }),
};

/** What is known of the scores so far. */
export interface PlateauState {
	/** Null before the first score. */
	readonly best: number | null;
	/** Scores in a row that were no better. */
	readonly bad: number;
	/** Scores to come that do not count. */
	readonly cooling: number;
	/** What the scheduled learning rates are multiplied by. */
	readonly scale: number;
}

/** Before the first score. */
export const noPlateau: PlateauState = {
	best: null,
	bad: 0,
	cooling: 0,
	scale: 1,
};

// PyTorch leaves a rate alone that would change by less.
const leastChange = 1e-8;

/**
 * What is known after one more score, in percent, of a recipe with that learning rate.
 *
 * Source: torch.optim.lr_scheduler, ReduceLROnPlateau with `mode="max"` and `threshold_mode="rel"`.
 */
export function afterScore(
	state: PlateauState,
	score: number,
	{ learningRate, ...plateau }: Plateau & { readonly learningRate: number },
): PlateauState {
	const { factor, patience, threshold = 1e-4 } = plateau;
	const { cooldown = 0, minLearningRate = 0 } = plateau;
	const isBetter = state.best === null || score > state.best * (1 + threshold);
	const isCooling = state.cooling > 0;
	const cooling = isCooling ? state.cooling - 1 : 0;
	const best = isBetter ? score : state.best;
	const bad = isBetter || isCooling ? 0 : state.bad + 1;
	if (bad <= patience) return { ...state, best, bad, cooling };
	const lowest = Math.min(1, minLearningRate / learningRate);
	const lowered = Math.max(state.scale * factor, lowest);
	const change = (state.scale - lowered) * learningRate;
	const scale = change > leastChange ? lowered : state.scale;
	return { best, bad: 0, cooling: cooldown, scale };
}
