import * as tf from "@tensorflow/tfjs";
import {
	type Checks,
	checkArgument,
	checkOptions,
} from "../check/check-options.js";
import { list, number, thing, whole } from "../check/checks.js";

/** How much the divergence weighs, and which positions count. */
export interface JensenShannonOptions {
	/** 12 by default, as AugMix and PRIME weigh the term beside a cross-entropy. */
	readonly weight?: number;
	/** `[...]` int32, one per position: positions with the ignored label do not count. */
	readonly labels?: tf.Tensor;
	/** 255 by default, as in ADE20K. */
	readonly ignoredLabel?: number;
	/** `[...]`, one per position: how much each counts; alike by default. */
	readonly counts?: tf.Tensor;
}

const checks: Checks<JensenShannonOptions> = {
	weight: number({ from: 0 }),
	labels: thing("a tensor"),
	ignoredLabel: whole(),
	counts: thing("a tensor"),
};

const viewsCheck = list(thing("a tensor"), { least: 2 });

// Of M, so that its logarithm stays finite.
const smallest = 1e-7;

/**
 * How much V predictions of the same images disagree, two or more: `weight · mean of 1/V sum over p of KL(p || M)`.
 *
 * M is the mean of the softmaxes, clipped to 1e-7..1; the value is from 0, where all agree, to `weight · ln V`. Logits are `[..., classes]`: `[batch, classes]`
 * for classification, `[batch, height, width, classes]` for segmentation, where the mean is over all
 * pixels whose label is not ignored. A scalar, to be added to the cross-entropy of the clean images.
 * Hendrycks et al., "AugMix", 2020, section 3; google-research/augmix, `cifar.py`.
 */
export function jensenShannon(
	views: readonly tf.Tensor[],
	options: JensenShannonOptions = {},
): tf.Scalar {
	checkArgument("jensenShannon", ["views", views], viewsCheck);
	checkOptions("jensenShannon", options, checks);
	const { weight = 12, labels, ignoredLabel = 255, counts } = options;
	return tf.tidy(() => {
		const logs = views.map((logits) => tf.logSoftmax(logits));
		const probabilities = logs.map((log) => tf.exp(log));
		const mean = tf.div(tf.addN(probabilities), views.length);
		const logMean = tf.log(tf.clipByValue(mean, smallest, 1));
		const terms = logs.map((log, i) =>
			tf.mul(probabilities[i] as tf.Tensor, tf.sub(log, logMean)),
		);
		const divergence = tf.mul(
			tf.sum(tf.addN(terms), -1),
			weight / views.length,
		);
		const isLabeled =
			labels &&
			tf.cast(tf.notEqual(labels, tf.scalar(ignoredLabel, "int32")), "float32");
		const counted =
			isLabeled && counts ? tf.mul(isLabeled, counts) : (isLabeled ?? counts);
		if (!counted) return tf.mean(divergence);
		const total = tf.sum(tf.mul(divergence, counted));
		return tf.div(total, tf.maximum(tf.sum(counted), 1));
	});
}
