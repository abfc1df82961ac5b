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

function again<Result>(draws: readonly Tensor[], fn: () => Result): Result {
	depth++;
	try {
		return withoutChance(() => replayDraws(draws, fn));
	} finally {
		depth--;
	}
}

/** The same tensor, which a compiled function computes only once another is there. */
function later<Some extends Tensor>(x: Some, other: Tensor): Some {
	const tracer =
		getBackend() === backendName
			? (findBackend(backendName) as OnnxRuntimeBackend).tracer
			: undefined;
	return (tracer?.after(x, other) as Some | undefined) ?? x;
}

/** A function of a tensor and weights. */
export type OfWeights<X extends Tensor, Y extends Tensor> = (
	x: X,
	weights: readonly Tensor[],
) => Y;

/**
 * Calls a function of which nothing is kept for its gradient but its input: all else is computed a second time when
 * the gradient is taken, in less memory and more time.
 *
 * The second time, `drawUniform` and `drawNormal` give what they gave the first time, and `isRecomputing()` holds: a
 * batch norm moves its running statistics once. The function must depend on nothing that changes in between, and may
 * be differentiated with respect to `x` and `weights` alone. Throws, when the gradient is taken, where it draws
 * numbers in another way, assigns a variable among its weights the second time, or does not depend on a weight.
 */
export function recomputed<X extends Tensor, Y extends Tensor>(
	fn: OfWeights<X, Y>,
	x: X,
	weights: readonly Tensor[],
): Y {
	count++;
	const operation = customGrad((...inputs) => {
		const save = inputs.at(-1) as unknown as GradSaveFunc;
		const { made: value, draws } = recordDraws(() => fn(x, weights));
		save([x, ...draws]);
		for (const draw of draws) draw.dispose();
		const gradFunc = (dy: Tensor, [kept, ...drawn]: Tensor[]): Tensor[] => {
			const seen = later(kept as X, dy);
			const own = weights.map((weight) => later(weight, dy));
			const before = weights.map(({ dataId }) => dataId);
			const { grads } = aside(() =>
				tfEngine().gradients(
					() => again(drawn, () => fn(seen, own)),
					[seen, ...own],
					dy,
					true,
				),
			);
			weights.forEach(({ dataId }, i) => {
				if (dataId !== before[i])
					throw new Error(
						"what is computed again assigns a weight a second time: ask isRecomputing() before",
					);
			});
			const missing = grads.findIndex((gradient) => !gradient);
			if (missing >= 0)
				throw new Error(
					`what is computed again does not depend on its ${missing === 0 ? "input" : `weight ${missing - 1}`}`,
				);
			return grads as Tensor[];
		};
		return { value, gradFunc };
	});
	return operation(x, ...weights) as Y;
}
