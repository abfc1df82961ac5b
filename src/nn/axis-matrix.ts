import * as tf from "@tensorflow/tfjs";

/** Makes the matrix `[to, from]`, row-major, that turns an axis of length `from` into one of length `to`. */
export type AxisMatrix = (from: number, to: number) => Float32Array;

/**
 * Where place `index` of an axis resized to length `to` lies on the one of length `from`: between `low` and
 * the place after it, whose share is 0 where there is none.
 */
export function interpolationAt(
	index: number,
	from: number,
	to: number,
): { readonly low: number; readonly share: number } {
	const source = Math.max(0, ((index + 0.5) * from) / to - 0.5);
	const low = Math.min(Math.floor(source), from - 1);
	return { low, share: low + 1 < from ? source - low : 0 };
}

/** Linear interpolation, as `F.interpolate(mode="bilinear", align_corners=False)` does on each axis. */
export const interpolating: AxisMatrix = (from, to) => {
	const matrix = new Float32Array(to * from);
	for (let row = 0; row < to; row++) {
		const { low, share } = interpolationAt(row, from, to);
		matrix[row * from + low] = 1 - share;
		if (share > 0) matrix[row * from + low + 1] = share;
	}
	return matrix;
};

/** The mean of one of `to` parts, which may overlap by a pixel, as `AdaptiveAvgPool2d` does on each axis. */
export const averaging: AxisMatrix = (from, to) => {
	const matrix = new Float32Array(to * from);
	for (let row = 0; row < to; row++) {
		const begin = Math.floor((row * from) / to);
		const end = Math.ceil(((row + 1) * from) / to);
		matrix.fill(1 / (end - begin), row * from + begin, row * from + end);
	}
	return matrix;
};

/**
 * Turns the height and width of `[batch, height, width, channels]` into the given ones, each by the matrix
 * of that kind for its lengths; both kinds leave an axis that has its length already as it is.
 */
export function alongAxes(
	x: tf.Tensor4D,
	[height, width]: readonly [height: number, width: number],
	matrixOf: AxisMatrix,
): tf.Tensor4D {
	const [batch, rows, columns, channels] = x.shape;
	const matrix = (from: number, to: number) =>
		tf.tensor2d(matrixOf(from, to), [to, from]);
	return tf.tidy(() => {
		let y: tf.Tensor = x;
		if (rows !== height) {
			y = tf.reshape(y, [batch, rows, columns * channels]);
			y = tf.matMul(matrix(rows, height), y);
		}
		if (columns !== width) {
			y = tf.reshape(y, [batch * height, columns, channels]);
			y = tf.matMul(matrix(columns, width), y);
		}
		return tf.reshape(y, [batch, height, width, channels]);
	});
}
