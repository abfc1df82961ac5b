import * as tf from "@tensorflow/tfjs";
import { type ParamSpecs, type Params, param } from "./params.js";

/** The layer norm `name` over the last axis, as `torch.nn.LayerNorm`; `x` is `[..., channels]`. */
export function layerNorm<T extends tf.Tensor>(
	params: Params,
	name: string,
	x: T,
	{ epsilon = 1e-5 }: { readonly epsilon?: number } = {},
): T {
	const centered = tf.sub(x, tf.mean(x, -1, true));
	const variance = tf.mean(tf.square(centered), -1, true);
	const normal = tf.div(centered, tf.sqrt(tf.add(variance, epsilon)));
	const scaled = tf.mul(normal, param(params, `${name}.weight`));
	return tf.add(scaled, param(params, `${name}.bias`)) as T;
}

/** The weights of a layer norm, which starts as the plain normalization. */
export function layerNormParams(
	name: string,
	channels: number,
	{ optional = false }: { readonly optional?: boolean } = {},
): ParamSpecs {
	const start = (constant: number) => ({
		shape: [channels],
		initial: { constant },
		optional,
	});
	return { [`${name}.weight`]: start(1), [`${name}.bias`]: start(0) };
}
