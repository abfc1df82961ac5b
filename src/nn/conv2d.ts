import * as tf from "@tensorflow/tfjs";
import { type Initial, type ParamSpecs, type Params, param } from "./params.js";

/** How a filter moves over its input, as in `torch.nn.Conv2d`. */
export interface Conv2dOptions {
	readonly stride?: number;
	/** Zeros on each of the four sides. */
	readonly pad?: number;
}

// The TensorFlow engines only know "same" and "valid".
const padsByNumber = (): boolean => tf.getBackend() !== "tensorflow";

/**
 * The convolution `name`, as `torch.nn.Conv2d`, with a bias where the model has one.
 *
 * `x` is `[batch, height, width, in]`, the weight `[kernel, kernel, in, out]`.
 */
export function conv2d(
	params: Params,
	name: string,
	x: tf.Tensor4D,
	{ stride = 1, pad = 0 }: Conv2dOptions = {},
): tf.Tensor4D {
	const filter = param(params, `${name}.weight`) as tf.Variable<tf.Rank.R4>;
	const bias = params[`${name}.bias`];
	const isSame = stride === 1 && 2 * pad === filter.shape[0] - 1;
	const border: [number, number] = [pad, pad];
	let y: tf.Tensor4D;
	if (pad === 0) y = tf.conv2d(x, filter, stride, "valid");
	else if (isSame) y = tf.conv2d(x, filter, stride, "same");
	else if (padsByNumber()) y = tf.conv2d(x, filter, stride, pad);
	else {
		const padded = tf.pad(x, [[0, 0], border, border, [0, 0]]);
		y = tf.conv2d(padded, filter, stride, "valid");
	}
	return bias ? tf.add(y, bias) : y;
}

/** The weights of a square convolution, which start as in PyTorch where nothing else is said. */
export function conv2dParams(
	name: string,
	channels: readonly [inner: number, outer: number],
	kernel: number,
	{
		bias = false,
		initial,
		initialBias,
	}: {
		readonly bias?: boolean;
		readonly initial?: Initial;
		readonly initialBias?: Initial;
	} = {},
): ParamSpecs {
	const [inner, outer] = channels;
	const bound = 1 / Math.sqrt(inner * kernel * kernel);
	const weight = {
		shape: [outer, inner, kernel, kernel],
		axes: [2, 3, 1, 0],
		initial: initial ?? { bound },
	};
	const offset = { shape: [outer], initial: initialBias ?? { bound } };
	return {
		[`${name}.weight`]: weight,
		...(bias && { [`${name}.bias`]: offset }),
	};
}
