import type * as tf from "@tensorflow/tfjs";
import { Random } from "../../src/index.js";
import { drawNormal } from "../../src/parts.js";

/** Random images, the same for the same size. */
export function images(height: number, width: number, batch = 2): tf.Tensor4D {
	const shape = [batch, height, width, 3];
	return drawNormal(shape, new Random("images")) as tf.Tensor4D;
}
