import type { Recipe } from "./recipe.js";

/** How the head of a run was fitted, on features of a backbone that is left as it is. */
export interface ProbeSettings {
	readonly name: "logistic-regression";
	/** Rising. */
	readonly C: readonly number[];
	readonly iterations: number;
	readonly tolerance: number;
}

/** What a run that was fitted says of it. */
export interface Probed extends ProbeSettings {
	/** What came of it; it follows from the rest, and is not part of the id. */
	readonly found?: {
		readonly C: number;
		/** The task's score of each C on held-out data, where one was chosen. */
		readonly scores?: readonly number[];
		/** The values of C that the iterations did not suffice for. */
		readonly unfinished?: readonly number[];
	};
}

/** What stands in place of a recipe where a head was fitted: there are no steps. `finetune` takes no such recipe. */
export const fittedRecipe = Object.freeze({
	transfer: "fixed-feature",
	reading: "as-described",
	learningRate: 0,
	batchNorm: "frozen",
	augment: null,
	consistency: null,
	seed: 0,
}) as unknown as Recipe;

/** What tables call it: `logistic-regression C 1`. */
export function probeText({ name, C }: ProbeSettings): string {
	const [first, last] = [C[0], C.at(-1)];
	return C.length === 1
		? `${name} C ${first}`
		: `${name} C ${C.length} from ${first} to ${last}`;
}
