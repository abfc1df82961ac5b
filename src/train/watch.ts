import type { Check, Checks } from "../check/check-options.js";
import { keyed, oneOf, required, text, whole } from "../check/checks.js";
import { rhythmCheck } from "./length.js";
import {
	afterScore,
	noPlateau,
	type Plateau,
	type PlateauState,
	plateauChecks,
} from "./plateau.js";
import type { Recipe, Rhythm } from "./recipe.js";

/** How scores on held-out data, made while a network is trained and after the last update, lead its training. */
export interface Watch {
	/** How often it is scored. */
	readonly every: Rhythm;
	/** The weights that a run ends with: those of the best score, of equal ones the first, or the last. */
	readonly keep: "best" | "last";
	/** A further figure of the task's metric, such as `mask AP`, in place of its score. */
	readonly metric?: string;
	/** Training ends when so many scores in a row were not better than the best; left out, it does not. */
	readonly patience?: number;
	/** Lowers the learning rate of the schedule; left out, it is that of the schedule. */
	readonly plateau?: Plateau;
}

const checks: Checks<Watch> = {
	every: required(rhythmCheck),
	keep: required(oneOf(["best", "last"])),
	metric: text,
	patience: whole({ from: 1 }),
	plateau: keyed(plateauChecks),
};

/** The check of the watch of a recipe. */
export const watchCheck: Check = keyed(checks);

/** What is known of the scores so far; plain JSON. */
export interface WatchState {
	/** The first of the best scores, and after which update it was. */
	readonly best: { readonly score: number; readonly step: number } | null;
	/** Scores in a row since then. */
	readonly sinceBest: number;
	readonly plateau: PlateauState;
}

/** Before the first score. */
export const nothingSeen: WatchState = {
	best: null,
	sinceBest: 0,
	plateau: noPlateau,
};

/** What is known after one more score, in percent. */
export function seeScore(
	state: WatchState,
	{ score, step }: { readonly score: number; readonly step: number },
	{ watch, learningRate }: Pick<Recipe, "learningRate" | "watch">,
): WatchState {
	const isBest = state.best === null || score > state.best.score;
	return {
		best: isBest ? { score, step } : state.best,
		sinceBest: isBest ? 0 : state.sinceBest + 1,
		plateau: watch?.plateau
			? afterScore(state.plateau, score, { ...watch.plateau, learningRate })
			: state.plateau,
	};
}

/** Whether training ends by its patience. */
export const hasStopped = (
	{ watch }: Pick<Recipe, "watch">,
	state: WatchState | undefined,
): boolean => (state?.sinceBest ?? 0) >= (watch?.patience ?? Infinity);
