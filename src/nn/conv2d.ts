import * as tf from "@tensorflow/tfjs";
import { groupedConv2d, type Steps } from "./grouped-conv2d.js";
import { type Initial, type ParamSpecs, type Params, param } from "./params.js";

/** How a filter moves over its input, as in `torch.nn.Conv2d`. */
export interface Conv2dOptions {
	readonly stride?: number;
	/** Zeros on each of the four sides. */
	readonly pad?: number;
}

// The TensorFlow engines only know "same" and "valid".
const padsByNumber = (): boolean => tf.getBackend() !== "tensorflow";

/** Steps and zeros as the engine takes them, and the image where it must be padded before. */
function prepared(
	x: tf.Tensor4D,
	kernel: number,
	{ stride = 1, pad = 0 }: Conv2dOptions,
): [tf.Tensor4D, Steps] {
	if (pad === 0) return [x, { stride, pad: "valid" }];
	if (stride === 1 && 2 * pad === kernel - 1)
		return [x, { stride, pad: "same" }];
	if (padsByNumber()) return [x, { stride, pad }];
	const border: [number, number] = [pad, pad];
	const padded = tf.pad(x, [[0, 0], border, border, [0, 0]]);
	return [padded, { stride, pad: "valid" }];
}

/**
 * The convolution `name`, as `torch.nn.Conv2d`, with a bias where the model has one.
 *
 * `x` is `[batch, height, width, in]`, the weight `[kernel, kernel, in / groups, out]`, which says how many groups
 * there are.
 */
export function conv2d(
	params: Params,
	name: string,
	x: tf.Tensor4D,
	options: Conv2dOptions = {},
): tf.Tensor4D {
	const filter = param(params, `${name}.weight`) as tf.Variable<tf.Rank.R4>;
	const bias = params[`${name}.bias`];
	const [kernel, , inner, outer] = filter.shape;
	const channels = x.shape[3];
	const [given, steps] = prepared(x, kernel, options);
	let y: tf.Tensor4D;
	if (inner === channels) {
		y = tf.conv2d(given, filter, steps.stride, steps.pad);
	} else if (inner === 1) {
		const shape = [kernel, kernel, channels, outer / channels] as const;
		const each: tf.Tensor4D = tf.reshape(filter, [...shape]);
		y = tf.depthwiseConv2d(given, each, steps.stride, steps.pad);
	} else if (channels % inner === 0 && outer % (channels / inner) === 0) {
		y = groupedConv2d(given, filter, steps);
	} else {
		throw new Error(
			`the convolution ${name} of weights [${filter.shape}] cannot see an image of ${channels} channels: ${inner} must be as many, or divide them into groups`,
		);
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
		groups = 1,
		initial,
		initialBias,
	}: {
		readonly bias?: boolean;
		/** Into how many groups the channels are divided, each of which is seen by its share of the outputs. */
		readonly groups?: number;
		readonly initial?: Initial;
		readonly initialBias?: Initial;
	} = {},
): ParamSpecs {
	const [all, outer] = channels;
	const inner = all / groups;
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
