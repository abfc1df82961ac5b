import type * as tf from "@tensorflow/tfjs";
import { recomputed } from "../engine/recompute.js";
import type { Params } from "../nn/params.js";
import type { ForwardOptions } from "./forward.js";

/** A part of a network: what it computes of feature maps, or images, with its own weights. */
export interface NetworkPart {
	/** How the names of its weights begin: `layer1.`. */
	readonly names: readonly string[];
	readonly of: (params: Params, x: tf.Tensor4D) => tf.Tensor4D;
}

/**
 * Computes a part of a network, once or, where the options say `checkpointing`, a second time for its gradient, so
 * that only its input is kept meanwhile.
 *
 * `of` is given the weights whose names begin so, and can ask for no others. In the second pass draws from a
 * generator are those of the first, and batch norms leave their running statistics alone.
 */
export function checkpointed(
	params: Params,
	x: tf.Tensor4D,
	{ names, of, options }: NetworkPart & { readonly options: ForwardOptions },
): tf.Tensor4D {
	if (!options.checkpointing) return of(params, x);
	const own = Object.entries(params).filter(([name]) =>
		names.some((start) => name.startsWith(start)),
	);
	// What is no variable is a value at which gradients are taken.
	const learned = own.filter(([, { trainable }]) => trainable !== false);
	const part = (seen: tf.Tensor4D, weights: readonly tf.Tensor[]) =>
		of(
			Object.fromEntries([
				...own,
				...learned.map(
					([name], i) => [name, weights[i] as tf.Variable] as const,
				),
			]),
			seen,
		);
	return recomputed(
		part,
		x,
		learned.map(([, weight]) => weight),
	);
}
