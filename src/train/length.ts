import type { Check } from "../check/check-options.js";
import { keyed, number, whole } from "../check/checks.js";
import { unexpected } from "../check/shown.js";
import type { Length, Recipe } from "./recipe.js";
import type { RunRecord } from "./run.js";
import type { Standing } from "./training-state.js";

type KeyOf<Union> = Union extends unknown ? keyof Union : never;

const units = keyed({
	epochs: number({ above: 0 }),
	steps: whole({ from: 1 }),
	seconds: number({ above: 0 }),
} satisfies Record<KeyOf<Length>, Check>);

const expected = "one of { epochs }, { steps } and { seconds }";

/** The check of the length in a recipe. */
export const lengthCheck: Check = {
	expected,
	problems(value, name) {
		const problems = units.problems(value, name);
		if (problems.length > 0) return problems;
		const given = Object.values(value as Length).filter(
			(count) => count !== undefined,
		);
		return given.length === 1
			? []
			: unexpected(value, name, { expected, isKind: true });
	},
};

/** How many updates a recipe takes on so many images; undefined where the clock decides. */
export function stepsOf(
	{ length, batchSize }: Pick<Recipe, "length" | "batchSize">,
	images: number,
): number | undefined {
	if ("steps" in length) return length.steps;
	if ("seconds" in length) return undefined;
	return Math.ceil((length.epochs * images) / batchSize);
}

/** How many updates there will be, as far as can be told; not whole where the clock decides. */
export function expectedSteps(
	{ recipe, task }: Pick<RunRecord, "recipe" | "task">,
	{ step, seconds }: Pick<Standing, "step" | "seconds">,
): number {
	const steps = stepsOf(recipe, task.trainImages);
	if (steps !== undefined) return steps;
	const budget = (recipe.length as { seconds: number }).seconds;
	return step === 0 ? Number.POSITIVE_INFINITY : (step * budget) / seconds;
}
