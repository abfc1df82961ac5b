import type * as tf from "@tensorflow/tfjs";
import { alongAxes, averaging } from "./axis-matrix.js";

/**
 * The means of `height` x `width` parts of `[batch, rows, columns, channels]`, as `torch.nn.AdaptiveAvgPool2d`.
 */
export function adaptiveAveragePool(
	x: tf.Tensor4D,
	size: readonly [height: number, width: number],
): tf.Tensor4D {
	return alongAxes(x, size, { matrixOf: averaging });
}
