import * as tf from "@tensorflow/tfjs";
import { alongAxes, interpolating } from "./axis-matrix.js";

/** `[batch, height, width, channels]` at another size, as `F.interpolate(mode="bilinear", align_corners=False)`. */
export function resizeBilinear(
	x: tf.Tensor4D,
	size: readonly [height: number, width: number],
): tf.Tensor4D {
	const forward = (images: tf.Tensor4D): tf.Tensor4D =>
		tf.image.resizeBilinear(images, [...size], false, true);
	// TensorFlow.js's own gradient is wrong on the JavaScript backend.
	return alongAxes(x, size, { matrixOf: interpolating, forward });
}
