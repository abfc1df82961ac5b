import type { Check } from "../check/check-options.js";
import { keyed, number, whole } from "../check/checks.js";
import { unexpected } from "../check/shown.js";
import type { Length, Recipe, Rhythm } from "./recipe.js";
import type { RunRecord } from "./run.js";
import type { Standing } from "./training-state.js";

type KeyOf<Union> = Union extends unknown ? keyof Union : never;

/** A check of an object with one of some keys. */
function oneUnit(units: Readonly<Record<string, Check>>): Check {
	const names = Object.keys(units).map((name) => `{ ${name} }`);
	const expected = `one of ${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
	return {
		expected,
		problems(value, name) {
			const problems = keyed(units).problems(value, name);
			if (problems.length > 0) return problems;
			const given = Object.values(value as object).filter(
				(count) => count !== undefined,
			);
			return given.length === 1
				? []
				: unexpected(value, name, { expected, isKind: true });
		},
	};
}

const counted = {
	epochs: number({ above: 0 }),
	steps: whole({ from: 1 }),
} satisfies Record<KeyOf<Rhythm>, Check>;

/** The check of the length in a recipe. */
export const lengthCheck = oneUnit({
	...counted,
	seconds: number({ above: 0 }),
} satisfies Record<KeyOf<Length>, Check>);

/** The check of how often something is done. */
export const rhythmCheck = oneUnit(counted);

/** Whether something that is done every so often is done after an update. */
export const isInRhythm = (
	step: number,
	every: Rhythm,
	{ batchSize, images }: Pick<Recipe, "batchSize"> & { images: number },
): boolean =>
	step % (stepsOf({ length: every, batchSize }, images) as number) === 0;

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
