import {
	customGrad,
	findBackend,
	type GradSaveFunc,
	getBackend,
	type Tensor,
	engine as tfEngine,
} from "@tensorflow/tfjs";
import { aside } from "./aside.js";
import { backendName, type OnnxRuntimeBackend } from "./backend.js";
import { recordDraws, replayDraws } from "./random-tensor.js";
import { withoutChance } from "./random-watch.js";

let depth = 0;
let count = 0;

/** Whether what runs was computed before and is computed again for its gradient: what it observed, it has observed. */
export const isRecomputing = (): boolean => depth > 0;

/** How many functions were called so far that are computed again for their gradients. */
export const recomputations = (): number => count;

const valuesOfVariables = () =>
	Object.entries(tfEngine().state.registeredVariables).map(
		([name, { dataId }]) => [name, dataId] as const,
	);

/** Runs a function a second time, with the draws of the first; throws where it assigns variables again. */
function again<Result>(draws: readonly Tensor[], fn: () => Result): Result {
	const before = new Map(valuesOfVariables());
	depth++;
	let made: Result;
	try {
		made = withoutChance(() => replayDraws(draws, fn));
	} finally {
		depth--;
	}
	for (const [name, dataId] of valuesOfVariables())
		if (before.has(name) && before.get(name) !== dataId)
			throw new Error(
				"a function that is computed again for its gradient assigns a variable a second time: let it ask isRecomputing() before",
			);
	return made;
}

/** The same tensor, which a compiled function computes only once another is there. */
function later<Some extends Tensor>(x: Some, other: Tensor): Some {
	const tracer =
		getBackend() === backendName
			? (findBackend(backendName) as OnnxRuntimeBackend).tracer
			: undefined;
	return (tracer?.after(x, other) as Some | undefined) ?? x;
}

/** A function of a tensor and of weights by their names. */
export type OfWeights<X extends Tensor, Y extends Tensor> = (
	x: X,
	weights: Readonly<Record<string, Tensor>>,
) => Y;

/** The gradients with respect to the input and the weights, all of which the function must depend on. */
function gradientsOf<X extends Tensor, Y extends Tensor>(
	fn: OfWeights<X, Y>,
	{ x, weights }: { x: X; weights: Readonly<Record<string, Tensor>> },
	dy: Tensor,
): Tensor[] {
	const { grads } = aside(() =>
		tfEngine().gradients(
			() => fn(x, weights),
			[x, ...Object.values(weights)],
			dy,
			true,
		),
	);
	const names = ["its input", ...Object.keys(weights)];
	const missing = names.filter((_, i) => !grads[i]);
	if (missing.length > 0)
		throw new Error(
			`what is computed again for its gradient does not depend on ${missing.join(", ")}`,
		);
	return grads;
}

/**
 * Calls a function of which nothing is kept for its gradient but its input: all else is computed a second time when
 * the gradient is taken, in less memory and more time.
 *
 * The second time, `drawUniform` and `drawNormal` give what they gave the first time, and `isRecomputing()` holds: a
 * batch norm moves its running statistics once. The function must depend on nothing that changes in between, and has
 * gradients with respect to `x` and `weights` alone. Throws, when the gradient is taken, where it draws numbers in
 * another way, assigns a variable the second time too, or does not depend on a weight.
 */
export function recomputed<X extends Tensor, Y extends Tensor>(
	fn: OfWeights<X, Y>,
	x: X,
	weights: Readonly<Record<string, Tensor>>,
): Y {
	count++;
	const operation = customGrad((...inputs) => {
		const save = inputs.at(-1) as unknown as GradSaveFunc;
		const { made: value, draws } = recordDraws(() => fn(x, weights));
		save([x, ...draws]);
		for (const draw of draws) draw.dispose();
		const gradFunc = (dy: Tensor, [kept, ...drawn]: Tensor[]): Tensor[] => {
			const own = Object.entries(weights).map(
				([name, weight]) => [name, later(weight, dy)] as const,
			);
			const given = {
				x: later(kept as X, dy),
				weights: Object.fromEntries(own),
			};
			return gradientsOf(
				(...args: Parameters<typeof fn>) => again(drawn, () => fn(...args)),
				given,
				dy,
			);
		};
		return { value, gradFunc };
	});
	return operation(x, ...Object.values(weights)) as Y;
}
