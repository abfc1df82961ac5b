import { type Checks, checkOptions } from "../check/check-options.js";
import {
	keyed,
	list,
	number,
	oneOfKinds,
	orNull,
	required,
	whole,
} from "../check/checks.js";

/** How the learning rate changes over a run. */
export type Schedule =
	| { readonly name: "constant" }
	| {
			readonly name: "step";
			/** After which shares of the length: `[1/3, 2/3]` of 150 epochs is every 50. */
			readonly at: readonly number[];
			/** What the learning rate is multiplied by each time. */
			readonly factor: number;
	  }
	| {
			readonly name: "poly";
			readonly power: number;
			/** Where the learning rate ends. */
			readonly minLearningRate: number;
	  }
	| {
			readonly name: "cosine";
			/** Where the learning rate ends. */
			readonly minLearningRate: number;
	  }
	| {
			readonly name: "one-cycle";
			/** The share of the length in which the learning rate rises. */
			readonly rise: number;
			/** It starts at the recipe's learning rate divided by this. */
			readonly startDivisor: number;
			/** It ends at its start divided by this. */
			readonly endDivisor: number;
			/** The momentum (of AdamW: the first beta) falls to `lowest` and rises again; null leaves it. */
			readonly momentum: {
				readonly lowest: number;
				readonly highest: number;
			} | null;
	  };

/** The first steps, in which the scheduled learning rate is scaled up linearly from `ratio` to 1. */
export interface WarmUp {
	readonly steps: number;
	readonly ratio: number;
}

const share = required(
	number({
		kind: "a share of the length (50 of 150 epochs are 1/3)",
		from: 0,
		to: 1,
	}),
);
const part = required(number({ from: 0, to: 1 }));
const divisor = required(number({ above: 0 }));
const least = required(number({ from: 0 }));

/** The check of the schedule of a recipe. */
export const scheduleCheck = oneOfKinds<Schedule, "name">("name", {
	constant: {},
	step: { at: required(list(share)), factor: least },
	poly: { power: least, minLearningRate: least },
	cosine: { minLearningRate: least },
	"one-cycle": {
		rise: share,
		startDivisor: divisor,
		endDivisor: divisor,
		momentum: required(orNull(keyed({ lowest: part, highest: part }))),
	},
});

/** The check of the warm-up of a recipe. */
export const warmUpCheck = orNull(
	keyed({ steps: required(whole({ from: 1 })), ratio: part }),
);

/** The schedule of a recipe, and its warm-up. */
export interface Course {
	readonly schedule: Schedule;
	readonly warmUp: WarmUp | null;
}

const courseChecks: Checks<Course> = {
	schedule: required(scheduleCheck),
	warmUp: required(warmUpCheck),
};

/** How far a run is; `steps` need not be whole where the length is given in seconds. */
export interface Position {
	/** Updates made so far. */
	readonly step: number;
	readonly steps: number;
}

// So that 1/3 of 150 epochs is 50 epochs in spite of rounding.
const tolerance = 1e-9;

const cosine = (from: number, to: number, share: number): number =>
	to + ((from - to) / 2) * (1 + Math.cos(Math.PI * share));

/** How far the rising or falling part of one cycle is, from 0 to 1. */
function partOfCycle(
	rise: number,
	{ step, steps }: Position,
): { rising: boolean; share: number } {
	const peak = rise * steps - 1;
	if (step <= peak) return { rising: true, share: peak > 0 ? step / peak : 1 };
	const fall = steps - 1 - peak;
	return { rising: false, share: Math.min(1, (step - peak) / fall) };
}

function scheduled(
	schedule: Schedule,
	base: number,
	position: Position,
): number {
	const share = position.step / position.steps;
	switch (schedule.name) {
		case "constant":
			return base;
		case "step": {
			const passed = schedule.at.filter((at) => share >= at - tolerance);
			return base * schedule.factor ** passed.length;
		}
		case "poly": {
			const { power, minLearningRate } = schedule;
			const left = Math.max(0, 1 - share) ** power;
			return (base - minLearningRate) * left + minLearningRate;
		}
		case "cosine":
			return cosine(base, schedule.minLearningRate, Math.min(1, share));
		case "one-cycle": {
			const { rise, startDivisor, endDivisor } = schedule;
			const start = base / startDivisor;
			const { rising, share } = partOfCycle(rise, position);
			return rising
				? cosine(start, base, share)
				: cosine(base, start / endDivisor, share);
		}
	}
}

/** As `learningRateAt`, of a recipe that was checked. */
export function rateAt(
	position: Position,
	base: number,
	{ schedule, warmUp }: Course,
): number {
	const rate = scheduled(schedule, base, position);
	if (!warmUp || position.step >= warmUp.steps) return rate;
	const missing = (1 - position.step / warmUp.steps) * (1 - warmUp.ratio);
	return rate * (1 - missing);
}

/**
 * The learning rate of the update that comes after `step` others.
 *
 * `base` is the learning rate of a group of weights, which may be 0: a schedule with a minimum then
 * rises to it, as in mmcv. `course` may be a whole recipe. Sources: torch.optim.lr_scheduler (StepLR,
 * PolynomialLR, CosineAnnealingLR, OneCycleLR); mmcv, `lr_updater.py`, for the minimum of poly and for the
 * warm-up.
 */
export function learningRateAt(
	position: Position,
	base: number,
	course: Course,
): number {
	const { schedule, warmUp = null } = course ?? {};
	checkOptions("learningRateAt", { schedule, warmUp }, courseChecks);
	return rateAt(position, base, course);
}

/** The momentum of that update, or `momentum` itself where the schedule leaves it. */
export function momentumAt(
	position: Position,
	momentum: number,
	schedule: Schedule,
): number {
	if (schedule.name !== "one-cycle" || !schedule.momentum) return momentum;
	const { lowest, highest } = schedule.momentum;
	const { rising, share } = partOfCycle(schedule.rise, position);
	return rising
		? cosine(highest, lowest, share)
		: cosine(lowest, highest, share);
}
