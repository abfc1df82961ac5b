import * as tf from "@tensorflow/tfjs";

/** Which labels count, and how much. */
export interface CrossEntropyOptions {
	/** A label that says nothing; every other one is a class. */
	readonly ignore?: number;
	/**
	 * Whether the mean is over the labels that are `kept`, as in PyTorch, or over `all`, the ignored ones
	 * as zeros, as in mmsegmentation.
	 */
	readonly over?: "kept" | "all";
}

/**
 * The loss of each row of `[rows, classes]`; `places` are `[rows, 2]`, the row and the class of each.
 *
 * One number per row: of the logits' size are only the probabilities, which the gradient needs.
 */
export function rowLosses(
	logits: tf.Tensor2D,
	probabilities: tf.Tensor,
	places: tf.Tensor,
): tf.Tensor {
	const largest = tf.log(tf.max(probabilities, 1));
	const normalizer = tf.sub(tf.max(logits, 1), largest);
	return tf.sub(normalizer, tf.gatherND(logits, places));
}

/** The gradient of the sum of the losses of all rows, each times its factor. */
export function rowGradients(
	probabilities: tf.Tensor,
	places: tf.Tensor,
	factors: tf.Tensor,
): tf.Tensor {
	const scaled = tf.mul(probabilities, tf.expandDims(factors, 1));
	const right = tf.sub(tf.gatherND(scaled, places), factors);
	return tf.tensorScatterUpdate(scaled, places, right);
}

/** The place of each label in `[rows, classes]`; of a label that is not kept, its row's first. */
export function placesOf(labels: tf.Tensor, isKept: tf.Tensor): tf.Tensor {
	const named = tf.mul(labels, tf.cast(isKept, "int32"));
	const order = tf.range(0, labels.size, 1, "int32");
	return tf.stack([order, named], 1);
}

function sharesOf(isKept: tf.Tensor, over: "kept" | "all"): tf.Tensor {
	const kept = tf.cast(isKept, "float32");
	return over === "all"
		? tf.div(kept, kept.size)
		: tf.div(kept, tf.maximum(tf.sum(kept), 1));
}

/**
 * The mean of `-log softmax(logits)[label]`, as `torch.nn.functional.cross_entropy`.
 *
 * `logits` is `[..., classes]`, `labels` int32 of the same leading axes. Zero where all labels are ignored.
 */
export function crossEntropy(
	logits: tf.Tensor,
	labels: tf.Tensor,
	{ ignore, over = "kept" }: CrossEntropyOptions = {},
): tf.Scalar {
	const classes = logits.shape.at(-1) as number;
	const flat = tf.reshape(labels, [-1]);
	const isKept =
		ignore === undefined
			? tf.onesLike(tf.cast(flat, "bool"))
			: tf.notEqual(flat, tf.scalar(ignore, "int32"));
	const places = placesOf(flat, isKept);
	const shares = sharesOf(isKept, over);
	const operation = tf.customGrad((...inputs) => {
		const [x, save] = inputs as [tf.Tensor2D, tf.GradSaveFunc];
		const probabilities = tf.softmax(x);
		save([probabilities, places, shares]);
		return {
			value: tf.sum(tf.mul(rowLosses(x, probabilities, places), shares)),
			gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
				const [probabilities, places, shares] = saved as [
					tf.Tensor,
					tf.Tensor,
					tf.Tensor,
				];
				return rowGradients(probabilities, places, tf.mul(shares, dy));
			},
		};
	});
	return operation(tf.reshape(logits, [-1, classes])) as tf.Scalar;
}
