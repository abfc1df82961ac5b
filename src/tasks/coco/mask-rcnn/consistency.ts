/**
 * Views of images learned from together: proposals and samples are those of the clean view, and what both stages say
 * of them in the other views is to be the same.
 *
 * Source: Lee et al., "Object-aware domain generalization for object detection", AAAI 2024
 * (https://github.com/WoojuLee24/OA-DG); whose contrastive term is not here.
 */
import * as tf from "@tensorflow/tfjs";
import { jensenShannon } from "../../../nn/jensen-shannon.js";
import type { Consistency, DetectionConsistency } from "../../consistency.js";
import { type Anchors, makeAnchors, rpnTargets } from "./anchors.js";
import { rpnLosses } from "./losses.js";
import { type BoxOutput, boxBins, boxHead } from "./region-heads.js";
import type { RegionSamples } from "./region-targets.js";
import { proposals, type RpnOutput, rpnHead } from "./rpn.js";
import {
	featuresOf,
	lossesOfRegions,
	type MaskRcnnInput,
	type MaskRcnnTruth,
	paddedOf,
	samplesOf,
	seen,
	sizesOf,
} from "./stages.js";

const sum = (losses: object): tf.Scalar =>
	tf.addN(Object.values(losses) as tf.Scalar[]) as tf.Scalar;

/** Logits of one class against none as those of two: `[..., 2]`. */
const twoClasses = (logits: tf.Tensor): tf.Tensor =>
	tf.stack([logits, tf.zerosLike(logits)], -1);

/**
 * How much views differ in which anchors hold an object.
 *
 * `mean` is over the anchors learned from, whose places are given, with 1 for those that count; `as-released` sums the
 * means over all anchors of each level and divides by the number of samples of all views.
 */
export function rpnDivergence(
	views: readonly RpnOutput[],
	{
		indices,
		isSample,
		anchors,
		normalization,
	}: {
		readonly indices: tf.Tensor1D;
		readonly isSample: tf.Tensor1D;
		readonly anchors: Pick<Anchors, "levels">;
		readonly normalization: DetectionConsistency["normalization"];
	},
): tf.Scalar {
	if (normalization !== "as-released") {
		const sampled = views.map(({ objectness }) =>
			twoClasses(tf.gather(tf.reshape(objectness, [-1]), indices)),
		);
		return jensenShannon(sampled, { weight: 1, counts: isSample });
	}
	const levels = anchors.levels.map(({ start, end }) =>
		jensenShannon(
			views.map(({ objectness }) =>
				twoClasses(tf.slice(objectness, [0, start], [-1, end - start])),
			),
			{ weight: 1 },
		),
	);
	const samples = tf.mul(tf.sum(isSample), views.length);
	return tf.div(tf.addN(levels), tf.maximum(samples, 1));
}

/**
 * How much views differ in what the regions are: the mean over the regions, and `as-released` that divided by the
 * number of regions of all views.
 */
export function regionDivergence(
	views: readonly Pick<BoxOutput, "logits">[],
	{ counts, labels }: Pick<RegionSamples, "counts" | "labels">,
	normalization: DetectionConsistency["normalization"],
): tf.Scalar {
	const places = tf.expandDims(tf.range(0, labels.shape[1], 1, "int32"), 0);
	const isReal = tf.reshape(
		tf.cast(tf.less(places, tf.expandDims(counts, 1)), "float32"),
		[-1],
	);
	const mean = jensenShannon(
		views.map(({ logits }) => logits),
		{ weight: 1, counts: isReal },
	);
	if (normalization !== "as-released") return mean;
	const regions = tf.mul(tf.sum(isReal), views.length);
	return tf.div(mean, tf.maximum(regions, 1));
}

/** The loss of views of images, the clean ones first, and how much what both stages say of them differs. */
export function maskRcnnConsistency(
	input: MaskRcnnInput,
	truth: MaskRcnnTruth,
	{ views: count = 3, supervise = "clean", detection = {} }: Consistency,
): { readonly loss: tf.Scalar; readonly divergence: tf.Scalar } {
	const { params, plan, images } = input;
	const batch = images.shape[0] / count;
	const { normalization } = detection;
	const { levels, fine } = featuresOf(input);
	const all = rpnHead(params, levels);
	const of = <T extends tf.Tensor>(tensor: T, view: number): T =>
		tf.slice(tensor, view * batch, batch);
	const said = Array.from({ length: count }, (_, view) => ({
		objectness: of(all.objectness, view),
		deltas: of(all.deltas, view),
	}));
	const sizes = of(sizesOf(input), 0);
	const maps = levels.map(({ shape: [, height, width] }) => ({
		height,
		width,
	}));
	const anchors = makeAnchors(maps, paddedOf(input), plan.rpn.anchors);
	const clean = said[0] as RpnOutput;
	const settings = plan.rpn;
	const mode = "training";
	const proposed = proposals(clean, sizes, { anchors, settings, mode });
	const training = { instances: truth.instances, draws: truth.draws.anchors };
	const targets = rpnTargets(training, sizes, { anchors, settings });
	const samples = samplesOf(proposed, truth, input);
	const seenIn = said.map((_, view) => {
		const own = fine.map((map) => of(map, view));
		const bins = { bins: boxBins, plan };
		return { fine: own, boxes: boxHead(params, seen(own, samples, bins)) };
	});
	const supervised = supervise === "all" ? said : said.slice(0, 1);
	const losses = supervised.flatMap((output, view) => [
		sum(rpnLosses(output, targets, settings.beta)),
		sum(
			lossesOfRegions(
				{ ...(seenIn[view] as (typeof seenIn)[0]), samples },
				input,
			),
		),
	]);
	const between = {
		rpn: rpnDivergence(said, {
			indices: targets.indices,
			isSample: tf.abs(targets.labels),
			anchors,
			normalization,
		}),
		regions: regionDivergence(
			seenIn.map(({ boxes }) => boxes),
			samples,
			normalization,
		),
	};
	const usual = normalization === "as-released" ? 10 : 1;
	return {
		loss: tf.div(tf.addN(losses), supervised.length) as tf.Scalar,
		divergence: tf.add(
			tf.mul(between.rpn, detection.rpn ?? 0.1),
			tf.mul(between.regions, detection.regions ?? usual),
		),
	};
}
