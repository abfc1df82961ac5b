import { engine as tfEngine } from "@tensorflow/tfjs";

/**
 * What a function returns that takes gradients of its own, also where it is called amid others: in the function or
 * the gradient of a `tf.customGrad`, say, where TensorFlow.js would take none of it or lose its record of them.
 *
 * Gradients of others do not go through what is computed in it.
 */
export function aside<Result>(fn: () => Result): Result {
	const { state } = tfEngine();
	const { activeTape, gradientDepth, kernelDepth } = state;
	Object.assign(state, { activeTape: null, gradientDepth: 0, kernelDepth: 0 });
	try {
		return fn();
	} finally {
		Object.assign(state, { activeTape, gradientDepth, kernelDepth });
	}
}
