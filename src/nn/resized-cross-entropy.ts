import * as tf from "@tensorflow/tfjs";
import { interpolating } from "./axis-matrix.js";

// The logits of a band at full size stay below this.
const bandBytes = 2 ** 25;

/** Some rows of the matrix that resizes an axis, without the columns in which they have only zeros. */
function rowsOf(
	matrix: Float32Array,
	from: number,
	[begin, end]: readonly [begin: number, end: number],
): { first: number; rows: tf.Tensor2D } {
	let first = from;
	let last = 0;
	for (let row = begin; row < end; row++) {
		for (let i = 0; i < from; i++) {
			if (matrix[row * from + i] === 0) continue;
			first = Math.min(first, i);
			last = Math.max(last, i);
		}
	}
	const all = tf.tensor2d(matrix.subarray(begin * from, end * from), [
		end - begin,
		from,
	]);
	const rows = tf.slice(all, [0, first], [end - begin, last + 1 - first]);
	return { first, rows };
}

const int = (value: number): tf.Scalar => tf.scalar(value, "int32");

/** The summed loss of pixels, and its gradient; `logits` are `[pixels, classes]`, `labels` `[pixels]`. */
function lossAndGradient(
	logits: tf.Tensor2D,
	labels: tf.Tensor1D,
): [loss: tf.Scalar, gradient: tf.Tensor2D] {
	const [pixels, classes] = logits.shape;
	const isCounted = tf.cast(tf.less(labels, int(classes)), "float32");
	const logs = tf.logSoftmax(logits);
	const starts = Int32Array.from({ length: pixels }, (_, i) => i * classes);
	const wanted = tf.minimum(labels, int(classes - 1));
	const own = tf.gather(
		tf.reshape(logs, [-1]),
		tf.add(tf.tensor1d(starts, "int32"), wanted),
	);
	const loss = tf.neg(tf.sum(tf.mul(own, isCounted)));
	const excess = tf.sub(tf.exp(logs), tf.oneHot(labels, classes));
	return [
		loss as tf.Scalar,
		tf.mul(excess, tf.expandDims(isCounted, 1)) as tf.Tensor2D,
	];
}

/** The same of one image, whose `logits` `[rows, columns, classes]` are resized to its labels' size. */
function ofImage(
	logits: tf.Tensor3D,
	labels: tf.Tensor2D,
): [loss: tf.Scalar, gradient: tf.Tensor3D] {
	const [rows, columns, classes] = logits.shape;
	const [height, width] = labels.shape;
	const down = interpolating(rows, height);
	const across = tf.tensor2d(interpolating(columns, width), [width, columns]);
	const bands = Math.ceil((height * width * classes * 4) / bandBytes);
	const step = Math.ceil(height / bands);
	const losses: tf.Scalar[] = [];
	const gradients: tf.Tensor3D[] = [];
	for (let begin = 0; begin < height; begin += step) {
		const count = Math.min(step, height - begin);
		const band = rowsOf(down, rows, [begin, begin + count]);
		const seen = band.rows.shape[1];
		const low = tf.slice(logits, [band.first, 0, 0], [seen, -1, -1]);
		const tall = tf.matMul(
			band.rows,
			tf.reshape(low, [seen, columns * classes]),
		);
		const full = tf.matMul(across, tf.reshape(tall, [count, columns, classes]));
		const [loss, gradient] = lossAndGradient(
			tf.reshape(full, [count * width, classes]),
			tf.reshape(tf.slice(labels, [begin, 0], [count, width]), [-1]),
		);
		const narrow = tf.matMul(
			across,
			tf.reshape(gradient, [count, width, classes]),
			true,
		);
		const short = tf.matMul(
			band.rows,
			tf.reshape(narrow, [count, columns * classes]),
			true,
		);
		losses.push(loss);
		gradients.push(
			tf.pad(tf.reshape(short, [seen, columns, classes]), [
				[band.first, rows - band.first - seen],
				[0, 0],
				[0, 0],
			]),
		);
	}
	return [tf.addN(losses), tf.addN(gradients)];
}

/**
 * The cross-entropy of logits that are resized bilinearly to the size of the labels, averaged over all
 * pixels; those whose label is not below the number of classes count as 0.
 *
 * `logits` are `[batch, rows, columns, classes]`, `labels` `[batch, height, width]`, int32, from 0. The
 * gradient is computed with the value, band after band, so that the logits at full size, some hundred
 * megabytes, are never in memory at once.
 */
export function resizedCrossEntropy(
	logits: tf.Tensor4D,
	labels: tf.Tensor3D,
): tf.Scalar {
	const operation = tf.customGrad((...inputs) => {
		const [x, save] = inputs as [tf.Tensor4D, tf.GradSaveFunc];
		const images = tf
			.unstack(x)
			.map((image, i) =>
				ofImage(
					image as tf.Tensor3D,
					tf.reshape(tf.slice(labels, [i, 0, 0], [1, -1, -1]), [
						labels.shape[1],
						labels.shape[2],
					]),
				),
			);
		const mean = (sum: tf.Tensor) => tf.div(sum, labels.size);
		save([mean(tf.stack(images.map(([, gradient]) => gradient)))]);
		return {
			value: mean(tf.addN(images.map(([loss]) => loss))),
			gradFunc: (dy: tf.Tensor, [gradient]: tf.Tensor[]) =>
				tf.mul(gradient as tf.Tensor, dy),
		};
	});
	return operation(logits) as tf.Scalar;
}
