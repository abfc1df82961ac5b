import type * as tf from "@tensorflow/tfjs";
import { alongAxes, interpolating } from "./axis-matrix.js";

/** `[batch, height, width, channels]` at another size, as `F.interpolate(mode="bilinear", align_corners=False)`. */
export function resizeBilinear(
	x: tf.Tensor4D,
	size: readonly [height: number, width: number],
): tf.Tensor4D {
	return alongAxes(x, size, interpolating);
}
