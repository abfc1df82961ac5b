import * as tf from "@tensorflow/tfjs";
import { interpolating } from "./axis-matrix.js";
import { resizeBilinear } from "./resize.js";

type Size = readonly [height: number, width: number];

/**
 * For each tap of the kernel, what it sees of an axis that is resized from `from` to `to` and padded with
 * zeros: `[to, from, kernel]`.
 */
function seenByTaps(from: number, to: number, kernel: number): Float32Array {
	const resized = interpolating(from, to);
	const seen = new Float32Array(to * from * kernel);
	for (let row = 0; row < to; row++) {
		for (let tap = 0; tap < kernel; tap++) {
			const source = row + tap - (kernel - 1) / 2;
			if (source < 0 || source >= to) continue;
			for (let i = 0; i < from; i++)
				seen[(row * from + i) * kernel + tap] = resized[
					source * from + i
				] as number;
		}
	}
	return seen;
}

/**
 * `conv2d(resizeBilinear(x, size), filter)` in a fraction of the operations.
 *
 * Both are linear and work on different axes, so each tap's product with the channels is made at the size
 * of `x`, and the sum over the taps comes with the resizing. That is a product with all of a row and of a
 * column, in which a NaN or an infinity of `x` spreads.
 */
function conv2dOfResized(
	x: tf.Tensor4D,
	filter: tf.Tensor4D,
	[height, width]: Size,
): tf.Tensor4D {
	const [batch, rows, columns, inner] = x.shape;
	const [kernel, , , outer] = filter.shape;
	const across = tf.tensor2d(seenByTaps(columns, width, kernel), [
		width,
		columns * kernel,
	]);
	const down = tf.transpose(
		tf.tensor3d(seenByTaps(rows, height, kernel), [height, rows, kernel]),
		[0, 2, 1],
	);
	const pixels = tf.reshape(x, [batch * rows * columns, inner]);
	const byRow = tf.unstack(tf.transpose(filter, [0, 2, 1, 3])); // [inner, kernel, outer] each
	const wide = byRow.map((taps) => {
		const products = tf.matMul(
			pixels,
			tf.reshape(taps, [inner, kernel * outer]),
		);
		const line = tf.reshape(products, [batch * rows, columns * kernel, outer]);
		return tf.reshape(tf.matMul(across, line), [batch, rows, width * outer]);
	});
	const tall = tf.matMul(
		tf.reshape(down, [height, kernel * rows]),
		tf.concat(wide, 1),
	);
	return tf.reshape(tall, [batch, height, width, outer]);
}

/**
 * The convolution of feature maps that are resized bilinearly to the size of the first and concatenated.
 *
 * `filter` is `[kernel, kernel, channels of all, out]` with an odd kernel; zeros around keep the size.
 */
export function conv2dOfConcat(
	maps: readonly [tf.Tensor4D, ...tf.Tensor4D[]],
	filter: tf.Tensor4D,
): tf.Tensor4D {
	const [, height, width] = maps[0].shape;
	const channels = maps.map(({ shape }) => shape[3]);
	return tf.tidy(() => {
		const shares = tf.split<tf.Tensor4D>(filter, channels, 2).map((own, i) => {
			const x = maps[i] as tf.Tensor4D;
			const [, rows, columns] = x.shape;
			return rows < height && columns < width
				? conv2dOfResized(x, own, [height, width])
				: tf.conv2d(resizeBilinear(x, [height, width]), own, 1, "same");
		});
		return tf.addN(shares);
	});
}
