import * as tf from "@tensorflow/tfjs";
import { type AxisTaps, tapsOf } from "../engine/axis-taps.js";

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

/** What each place of the middle axis of `[batch, from, inner]` reads, summed up. */
function read(x: tf.Tensor3D, { places, weights, width }: AxisTaps): tf.Tensor {
	const [batch, from, inner] = x.shape;
	const to = places.length / width;
	const isWhole = !places.includes(from);
	const source = isWhole ? x : tf.concat([x, tf.zeros([batch, 1, inner])], 1);
	const seen = tf.gather(source, tf.tensor2d(places, [to, width], "int32"), 1);
	const shares = tf.tensor4d(weights, [1, to, 1, width]);
	return tf.reshape(tf.matMul(shares, seen), [batch, to, inner]);
}

/** The height and width of `[batch, height, width, channels]` as the taps of each axis, if any, make them. */
function readAxes(
	x: tf.Tensor4D,
	[rows, columns]: readonly [AxisTaps | undefined, AxisTaps | undefined],
): tf.Tensor4D {
	const [batch, height, width, channels] = x.shape;
	let tall = x;
	if (rows) {
		const lines = tf.reshape(x, [batch, height, width * channels]);
		tall = tf.reshape(read(lines as tf.Tensor3D, rows), [
			batch,
			-1,
			width,
			channels,
		]);
	}
	if (!columns) return tall;
	const lines = tf.reshape(tall, [-1, width, channels]);
	const y = read(lines as tf.Tensor3D, columns);
	return tf.reshape(y, [batch, tall.shape[1], -1, channels]);
}

/**
 * Turns the height and width of `[batch, height, width, channels]` into the given ones, each by the matrix
 * of that kind for its lengths; both kinds leave an axis that has its length already as it is.
 *
 * Only the places with a weight are read, so that a NaN or an infinity stays where it is seen. `forward`,
 * where given, makes the same in less time.
 */
export function alongAxes(
	x: tf.Tensor4D,
	[height, width]: readonly [height: number, width: number],
	{
		matrixOf,
		forward,
	}: {
		readonly matrixOf: AxisMatrix;
		readonly forward?: (x: tf.Tensor4D) => tf.Tensor4D;
	},
): tf.Tensor4D {
	const [, rows, columns] = x.shape;
	if (rows === height && columns === width) return x;
	const taps = (transposed: boolean) => {
		const along = (from: number, to: number): AxisTaps | undefined =>
			from === to
				? undefined
				: tapsOf(matrixOf(from, to), [to, from], { transposed });
		return [along(rows, height), along(columns, width)] as const;
	};
	const operation = tf.customGrad((images) => ({
		value: forward
			? forward(images as tf.Tensor4D)
			: readAxes(images as tf.Tensor4D, taps(false)),
		gradFunc: (dy: tf.Tensor) => readAxes(dy as tf.Tensor4D, taps(true)),
	}));
	return operation(x) as tf.Tensor4D;
}
