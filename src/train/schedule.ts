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
import { shown } from "../check/shown.js";
import { isOwn, type Makers, makeOf, type Own } from "../own.js";
import { checkMade, orOwn } from "./own-check.js";

/** The schedules there are. */
export type BuiltInSchedule =
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

/**
 * How the learning rate, and maybe the momentum, go over a run: pure functions of the position, asked anew at each step
 * and after each interruption.
 */
export interface ScheduleRule {
	/** The learning rate of the update at a position, of a group of weights whose learning rate is `base`. */
	rate(position: Position, base: number): number;
	/** The momentum (of AdamW: the first beta) where the optimizer's own is `momentum`, which is kept if left out. */
	momentum?(position: Position, momentum: number): number;
}

/** How the learning rate changes over a run: a built-in schedule, or one's own. */
export type Schedule = BuiltInSchedule | Own<ScheduleRule>;

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

/** The check of the warm-up of a recipe. */
export const warmUpCheck = orNull(
	keyed({ steps: required(whole({ from: 1 })), ratio: part }),
);

/** The schedule of a recipe, and its warm-up. */
export interface Course {
	readonly schedule: Schedule;
	readonly warmUp: WarmUp | null;
}

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

type OneCycle = Extract<BuiltInSchedule, { readonly name: "one-cycle" }>;

function oneCycle({
	rise,
	startDivisor,
	endDivisor,
	momentum,
}: OneCycle): ScheduleRule {
	const along = (position: Position, [start, peak, end]: readonly number[]) => {
		const { rising, share } = partOfCycle(rise, position);
		return rising
			? cosine(start as number, peak as number, share)
			: cosine(peak as number, end as number, share);
	};
	return {
		rate(position, base) {
			const start = base / startDivisor;
			return along(position, [start, base, start / endDivisor]);
		},
		...(momentum && {
			momentum: (position) =>
				along(position, [momentum.highest, momentum.lowest, momentum.highest]),
		}),
	};
}

const shareOf = ({ step, steps }: Position): number => step / steps;

const schedules: Makers<ScheduleRule, BuiltInSchedule> = {
	constant: () => ({ rate: (_, base) => base }),
	step: ({ at, factor }) => ({
		rate(position, base) {
			const share = shareOf(position);
			const passed = at.filter((at) => share >= at - tolerance);
			return base * factor ** passed.length;
		},
	}),
	poly: ({ power, minLearningRate }) => ({
		rate(position, base) {
			const left = Math.max(0, 1 - shareOf(position)) ** power;
			return (base - minLearningRate) * left + minLearningRate;
		},
	}),
	cosine: ({ minLearningRate }) => ({
		rate: (position, base) =>
			cosine(base, minLearningRate, Math.min(1, shareOf(position))),
	}),
	"one-cycle": oneCycle,
};

/** What the built-in schedules are called. */
export const scheduleNames: readonly string[] = Object.keys(schedules);

/** The check of the schedule of a recipe. */
export const scheduleCheck = orOwn(
	scheduleNames,
	oneOfKinds<BuiltInSchedule, "name">("name", {
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
	}),
);

const courseChecks: Checks<Course> = {
	schedule: required(scheduleCheck),
	warmUp: required(warmUpCheck),
};

function ruleOf(schedule: Schedule): ScheduleRule {
	const rule = makeOf<ScheduleRule, BuiltInSchedule>(schedule, schedules);
	checkMade(
		`the schedule ${schedule.name}`,
		typeof rule?.rate === "function",
		"{ rate }, a function (position, base) => rate, and maybe { momentum }",
	);
	return rule;
}

/** The number that a schedule gives; throws where one of one's own gives none that a step can be made with. */
function checked(
	value: number,
	what: string,
	{
		schedule,
		position,
	}: { readonly schedule: Schedule; readonly position: Position },
): number {
	if (!isOwn(schedule) || (Number.isFinite(value) && value >= 0)) return value;
	throw new RangeError(
		`the schedule ${schedule.name} gives the ${what} ${shown(value)} at step ${position.step} of ${position.steps}: it must be a number of at least 0`,
	);
}

/** As `learningRateAt`, of a recipe that was checked. */
export function rateAt(
	position: Position,
	base: number,
	{ schedule, warmUp }: Course,
): number {
	const given = ruleOf(schedule).rate(position, base);
	const rate = checked(given, "learning rate", { schedule, position });
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
	const rule = ruleOf(schedule);
	if (!rule.momentum) return momentum;
	const given = rule.momentum(position, momentum);
	return checked(given, "momentum", { schedule, position });
}
