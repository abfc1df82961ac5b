import { type Check, isRecord } from "../check/check-options.js";
import { required } from "../check/checks.js";
import { isOwn } from "../own.js";
import { optimizerCheck, optimizerRule } from "./optimizer.js";
import type {
	OptimizerRule,
	UpdateAt,
	WeightAfter,
	WeightBefore,
} from "./optimizer-rule.js";
import type { AdamW, Recipe, Sgd } from "./recipe.js";

/** The optimizer whose steps are corrected. */
export interface Corrected {
	/** That of a recipe: `remedies.spd({ optimizer: recipes.cifar10.optimizer })`. */
	readonly optimizer: Recipe["optimizer"];
}

const builtIn: Check = {
	expected: "the optimizer of a recipe, sgd or adamw",
	problems(value, name, words = builtIn.expected) {
		if (!isRecord(value) || isOwn(value))
			return [
				new TypeError(
					`${name} must be ${words}, not ${isRecord(value) ? `${value.name}, which is one's own` : JSON.stringify(value)}`,
				),
			];
		return optimizerCheck.problems(value, name);
	},
};

/** The check of the optimizer whose steps are corrected. */
export const correctedCheck = required(builtIn);

/** How the step of another optimizer is corrected. */
export interface Correction {
	/** As of a rule: what is remembered besides what the other remembers, its shapes, and what changes by step. */
	readonly slots?: readonly string[];
	readonly shapes?: OptimizerRule["shapes"];
	numbers?(at: UpdateAt): Readonly<Record<string, number | readonly number[]>>;
	/** The weight after its step, which the other optimizer has made, corrected; not asked of the task's own layers. */
	correct(
		before: WeightBefore,
		after: WeightAfter,
		numbers: Parameters<OptimizerRule["update"]>[1],
	): WeightAfter;
	readonly heldOut?: OptimizerRule["heldOut"];
}

/** The rule of an optimizer whose steps are corrected with a look at where the weights of the backbone began. */
export function anchored(
	optimizer: Recipe["optimizer"],
	{ slots = [], shapes, numbers, correct, heldOut }: Correction,
): OptimizerRule {
	const rule = optimizerRule(optimizer as Sgd | AdamW);
	return {
		...rule,
		anchored: true,
		slots: [...rule.slots, ...slots],
		...(shapes && { shapes }),
		...(heldOut && { heldOut }),
		numbers: (at) => ({ ...rule.numbers(at), ...numbers?.(at) }),
		update(before, figures) {
			const after = rule.update(before, figures);
			if (before.facts.isHead) return after;
			const corrected = correct(before, after, figures);
			return { ...corrected, slots: { ...after.slots, ...corrected.slots } };
		},
	};
}

/** Of slots that the task's own layers do not have. */
export const ofBackbone =
	(shapeOf: (...given: Parameters<ShapeOf>) => readonly number[]): ShapeOf =>
	(facts, shape) =>
		facts.isHead ? null : shapeOf(facts, shape);

type ShapeOf = NonNullable<NonNullable<OptimizerRule["shapes"]>[string]>;
