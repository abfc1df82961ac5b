import * as tf from "@tensorflow/tfjs";
import { onHost } from "../../src/parts.js";

const w = tf.variable(tf.tensor2d([1, 2, 3, 4], [2, 2]), true, "w");

/** Halves what is negative, in plain JavaScript. */
const softened = (x: tf.Tensor2D): tf.Tensor2D => {
	const output = { shape: x.shape, dtype: "float32" } as const;
	const [made] = onHost([x], [output], ([values]) => [
		Float32Array.from(values as Float32Array, (value) =>
			value < 0 ? value / 2 : value,
		),
	]);
	return made as tf.Tensor2D;
};

/** An update of a linear regression. */
export function step(x: tf.Tensor2D, y: tf.Tensor2D, rate: tf.Scalar) {
	const shown = softened(tf.sub(x, tf.mean(x)));
	const { value, grads } = tf.variableGrads(() =>
		tf.losses.meanSquaredError(y, tf.matMul(shown, w)),
	);
	w.assign(tf.sub(w, tf.mul(grads.w as tf.Tensor2D, rate)));
	return value;
}
