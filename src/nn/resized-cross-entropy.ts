import * as tf from "@tensorflow/tfjs";
import { interpolating } from "./axis-matrix.js";
import { placesOf, rowGradients, rowLosses } from "./cross-entropy.js";

// The logits of a band at full size stay below this.
const bandBytes = 2 ** 25;

/** Some rows of the matrix that resizes an axis, without the columns in which they have only zeros. */
function rowsOf(
	matrix: Float32Array,
	from: number,
	[begin, end]: readonly [begin: number, end: number],
): { first: number; down: tf.Tensor2D } {
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
	const down = tf.slice(all, [0, first], [end - begin, last + 1 - first]);
	return { first, down };
}

type ClassWeights = readonly number[] | undefined;

/** How much each pixel counts: as much as its class, or nothing. */
function factorsOf(
	labels: tf.Tensor1D,
	isKept: tf.Tensor,
	classWeights: ClassWeights,
): tf.Tensor {
	const kept = tf.cast(isKept, "float32");
	if (!classWeights) return kept;
	const named = tf.mul(labels, tf.cast(isKept, "int32"));
	return tf.mul(kept, tf.gather(tf.tensor1d([...classWeights]), named));
}

/** The summed loss of pixels, and its gradient; `logits` are `[pixels, classes]`, `labels` `[pixels]`. */
function lossAndGradient(
	logits: tf.Tensor2D,
	labels: tf.Tensor1D,
	classWeights: ClassWeights,
): [loss: tf.Tensor, gradient: tf.Tensor] {
	const isKept = tf.less(labels, tf.scalar(logits.shape[1], "int32"));
	const factors = factorsOf(labels, isKept, classWeights);
	const places = placesOf(labels, isKept);
	const probabilities = tf.softmax(logits);
	const losses = rowLosses(logits, probabilities, places);
	return [
		tf.sum(tf.mul(losses, factors)),
		rowGradients(probabilities, places, factors),
	];
}

interface Band {
	/** The rows of the resized logits, of `count`. */
	readonly begin: number;
	readonly count: number;
	readonly classWeights: ClassWeights;
}

/**
 * The gradient of a band with respect to all logits of its image, as a vector, and behind it the loss.
 *
 * In one tensor, so that a compiled function computes both before it goes on to the next band.
 */
function gradientAndLoss(
	logits: tf.Tensor3D,
	labels: tf.Tensor2D,
	{ begin, count, classWeights }: Band,
): tf.Tensor1D {
	const [rows, columns, classes] = logits.shape;
	const [height, width] = labels.shape;
	const across = tf.tensor2d(interpolating(columns, width), [width, columns]);
	const { first, down } = rowsOf(interpolating(rows, height), rows, [
		begin,
		begin + count,
	]);
	const seen = down.shape[1];
	const low = tf.slice(logits, [first, 0, 0], [seen, -1, -1]);
	const tall = tf.matMul(down, tf.reshape(low, [seen, columns * classes]));
	const full = tf.matMul(across, tf.reshape(tall, [count, columns, classes]));
	const [loss, gradient] = lossAndGradient(
		tf.reshape(full, [count * width, classes]),
		tf.reshape(tf.slice(labels, [begin, 0], [count, width]), [-1]),
		classWeights,
	);
	const image = tf.reshape(gradient, [count, width, classes]);
	const narrow = tf.matMul(across, image, true);
	const short = tf.matMul(
		down,
		tf.reshape(narrow, [count, columns * classes]),
		true,
	);
	const line = columns * classes;
	const whole = tf.pad(tf.reshape(short, [-1]), [
		[first * line, (rows - first - seen) * line],
	]);
	return tf.concat([whole, tf.reshape(loss, [1])]) as tf.Tensor1D;
}

/** The summed loss of one image, whose `logits` are resized to the size of its `labels`, and its gradient. */
function ofImage(
	logits: tf.Tensor3D,
	labels: tf.Tensor2D,
	classWeights: ClassWeights,
): [loss: tf.Scalar, gradient: tf.Tensor3D] {
	const [height, width] = labels.shape;
	const bytes = height * width * logits.shape[2] * 4;
	const step = Math.ceil(height / Math.ceil(bytes / bandBytes));
	const bands: tf.Tensor1D[] = [];
	for (let begin = 0; begin < height; begin += step) {
		const count = Math.min(step, height - begin);
		bands.push(gradientAndLoss(logits, labels, { begin, count, classWeights }));
	}
	const [gradient, loss] = tf.split(tf.addN(bands), [logits.size, 1]);
	return [
		tf.reshape(loss as tf.Tensor, []),
		tf.reshape(gradient as tf.Tensor, logits.shape),
	];
}

/**
 * The cross-entropy of logits that are resized bilinearly to the size of the labels, averaged over all
 * pixels; those whose label is not below the number of classes count as 0.
 *
 * `logits` are `[batch, rows, columns, classes]`, `labels` `[batch, height, width]`, int32, from 0. The loss of each
 * pixel is multiplied by the weight of its class, if there are any: one for each, at least 0. The
 * gradient is computed with the value, band after band, so that the logits at full size, some hundred
 * megabytes, are never in memory at once.
 */
export function resizedCrossEntropy(
	logits: tf.Tensor4D,
	labels: tf.Tensor3D,
	classWeights?: readonly number[],
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
					classWeights,
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
