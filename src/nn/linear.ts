import * as tf from "@tensorflow/tfjs";
import { type Initial, type ParamSpecs, type Params, param } from "./params.js";

/**
 * The product `name` over the last axis, as `torch.nn.Linear`, with a bias where the model has one.
 *
 * `x` is `[..., in]`, the weight `[in, out]`.
 */
export function linear<T extends tf.Tensor>(
	params: Params,
	name: string,
	x: T,
): T {
	const weight = param(params, `${name}.weight`) as tf.Variable<tf.Rank.R2>;
	const bias = params[`${name}.bias`];
	const [inner, outer] = weight.shape;
	const product = tf.matMul(tf.reshape(x, [-1, inner]), weight);
	const y = bias ? tf.add(product, bias) : product;
	return tf.reshape(y, [...x.shape.slice(0, -1), outer]) as T;
}

/** The weights of a linear layer, which start as in PyTorch where nothing else is said. */
export function linearParams(
	name: string,
	channels: readonly [inner: number, outer: number],
	{
		bias = true,
		initial,
		initialBias,
	}: {
		readonly bias?: boolean;
		readonly initial?: Initial;
		readonly initialBias?: Initial;
	} = {},
): ParamSpecs {
	const [inner, outer] = channels;
	const bound = 1 / Math.sqrt(inner);
	const weight = {
		shape: [outer, inner],
		axes: [1, 0],
		initial: initial ?? { bound },
	};
	const offset = { shape: [outer], initial: initialBias ?? { bound } };
	return {
		[`${name}.weight`]: weight,
		...(bias && { [`${name}.bias`]: offset }),
	};
}
