import * as tf from "@tensorflow/tfjs";

/** The largest of each square window, as `torch.nn.MaxPool2d`; `x` is `[batch, height, width, channels]`. */
export function maxPool(
	x: tf.Tensor4D,
	{
		size,
		stride,
		pad = 0,
	}: { readonly size: number; readonly stride: number; readonly pad?: number },
): tf.Tensor4D {
	if (pad === 0) return tf.maxPool(x, size, stride, "valid");
	// The TensorFlow engines only know "same" and "valid".
	if (tf.getBackend() !== "tensorflow") return tf.maxPool(x, size, stride, pad);
	const border: [number, number] = [pad, pad];
	const padded = tf.pad(x, [[0, 0], border, border, [0, 0]], -Infinity);
	return tf.maxPool(padded, size, stride, "valid");
}
