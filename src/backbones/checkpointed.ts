import type * as tf from "@tensorflow/tfjs";
import { type Checks, checkOptions } from "../check/check-options.js";
import { callable, keyed, list, required, text } from "../check/checks.js";
import { recomputed } from "../engine/recompute.js";
import type { Params } from "../nn/params.js";
import { type ForwardOptions, forwardChecks } from "./forward.js";

/** A part of a network: what it computes of feature maps, or images, with its own weights. */
export interface NetworkPart {
	/** How the names of its weights begin: `layer1.`. */
	readonly names: readonly string[];
	/** What is computed of `x`, with the weights that are given. */
	readonly of: (params: Params, x: tf.Tensor4D) => tf.Tensor4D;
	/** Those that the family was given. */
	readonly options: ForwardOptions;
}

const checks: Checks<NetworkPart> = {
	names: required(list(text)),
	of: required(callable),
	options: required(keyed(forwardChecks)),
};

/**
 * Computes a part of a network, once or, where the options say `checkpointing`, a second time for its gradient, so
 * that only its input is kept meanwhile.
 *
 * `of` is given the weights whose names begin so, and where it is computed twice it can ask for no others. In the second pass draws from a
 * generator are those of the first, and batch norms leave their running statistics alone. Throws, when gradients are
 * taken, where it draws in another way, assigns variables again, or does not use a weight of its own.
 */
export function checkpointed(
	params: Params,
	x: tf.Tensor4D,
	part: NetworkPart,
): tf.Tensor4D {
	checkOptions("checkpointed", part, checks);
	const { names, of, options } = part;
	if (!options.checkpointing) return of(params, x);
	const own = Object.entries(params).filter(([name]) =>
		names.some((start) => name.startsWith(start)),
	);
	// What is no variable is a value at which gradients are taken.
	const learned = own.filter(([, { trainable }]) => trainable !== false);
	const ofWeights = (
		seen: tf.Tensor4D,
		weights: Readonly<Record<string, tf.Tensor>>,
	) => of({ ...Object.fromEntries(own), ...(weights as Params) }, seen);
	return recomputed(ofWeights, x, Object.fromEntries(learned));
}
