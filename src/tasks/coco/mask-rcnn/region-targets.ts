import * as tf from "@tensorflow/tfjs";
import { onHost } from "../../../engine/host.js";
import type { HostValue } from "../../../engine/host-value.js";
import type { Size } from "../../task.js";
import { singleBoxes } from "../box-array.js";
import type { Instances } from "../instances.js";
import { assignBoxes, prependTargets, sampleBoxes } from "./assign.js";
import { type Boxes, encodeBoxes, rowOf, takeFours } from "./box.js";
import { maskBins, maskTarget } from "./masks.js";
import type { Sides } from "./region-taps.js";
import type { Regions } from "./roi-align.js";
import type { RegionSettings } from "./settings.js";

/** Regions of one image to learn from; those with an object come first. */
export interface RegionTargets {
	readonly boxes: Boxes;
	/** The class of each; the number of classes for the background. */
	readonly labels: Int32Array;
	/** How many have an object. */
	readonly positives: number;
	/** `[positives, 4]`: from the region to its object. */
	readonly deltas: Float32Array;
	/** `[positives, 28, 28]`: what of the region is inside the object. */
	readonly masks: Float32Array;
}

export interface RegionTargetOptions {
	readonly settings: RegionSettings;
	readonly classes: number;
	/** The size to which the image is padded. */
	readonly padded: Size;
	/** Numbers uniform in [0, 1) that choose the regions, `settings.sample.count`. */
	readonly draws: Float32Array;
}

/** The regions from which to choose, and the object of each. */
function candidates(
	proposals: Boxes,
	objects: Boxes,
	settings: RegionSettings,
): { readonly boxes: Boxes; readonly assigned: Int32Array } {
	if (settings.objects === "own") {
		const assigned = assignBoxes(proposals, objects, settings.assign);
		return prependTargets(proposals, assigned, objects);
	}
	const boxes = new Float32Array(proposals.length + objects.length);
	boxes.set(proposals);
	boxes.set(objects, proposals.length);
	return { boxes, assigned: assignBoxes(boxes, objects, settings.assign) };
}

/**
 * Chooses regions of an image to learn from, and says what the network should make of them.
 *
 * `objects` are without crowds. Sources: `StandardRoIHead` of mmdetection, `select_training_samples` of
 * torchvision.
 */
export function regionTargets(
	proposals: Boxes,
	objects: Pick<Instances, "boxes" | "labels" | "masks">,
	{ settings, classes, padded, draws }: RegionTargetOptions,
): RegionTargets {
	const own = singleBoxes(objects.boxes);
	const { boxes, assigned } = candidates(proposals, own, settings);
	const { positive, negative } = sampleBoxes(assigned, draws, settings.sample);
	const owners = positive.map((i) => assigned[i]);
	const inside = takeFours(boxes, positive);
	const chosen = takeFours(boxes, [...positive, ...negative]);
	const labels = new Int32Array(chosen.length / 4).fill(classes);
	const area = maskBins * maskBins;
	const masks = new Float32Array(owners.length * area);
	owners.forEach((owner, i) => {
		labels[i] = objects.labels[owner];
		const sides = inside.subarray(4 * i, 4 * i + 4) as unknown as Sides;
		const mask = objects.masks[owner];
		masks.set(maskTarget(mask, sides, { padded, settings }), i * area);
	});
	const ends = takeFours(own, owners);
	return {
		boxes: chosen,
		labels,
		positives: owners.length,
		deltas: encodeBoxes(inside, ends, settings.coder),
		masks,
	};
}

/** Regions of a batch to learn from, each image's with those that have an object first. */
export interface RegionSamples extends Regions {
	/** `[batch]`, int32: how many have an object. */
	readonly positives: tf.Tensor1D;
	/** `[batch, regions]`, int32: classes, and their number for the background; 0 behind the last region. */
	readonly labels: tf.Tensor2D;
	/** `[batch, regions, 4]`: 0 where there is no object. */
	readonly deltas: tf.Tensor3D;
	/** `[batch, most positives, 28, 28]`, from 0 to 1. */
	readonly masks: tf.Tensor4D;
}

export interface RegionSampleOptions {
	/** The objects of each image, without crowds. */
	readonly instances: HostValue<readonly Instances[]>;
	/** Numbers uniform in [0, 1) that choose the regions, `[batch, settings.sample.count]`. */
	readonly draws: tf.Tensor2D;
	readonly settings: RegionSettings;
	readonly classes: number;
	/** The size to which the images are padded. */
	readonly padded: Size;
}

/** How many regions of an image may have an object. */
export const mostPositives = ({ sample }: RegionSettings): number =>
	Math.floor(sample.count * sample.positiveFraction);

/** Chooses regions to learn from among the proposals of a batch, in plain JavaScript. */
export function regionSamples(
	proposals: Regions,
	options: RegionSampleOptions,
): RegionSamples {
	const { draws, instances, ...rest } = options;
	const { count } = rest.settings.sample;
	const batch = draws.shape[0];
	const mask = [mostPositives(rest.settings), maskBins, maskBins];
	const made = onHost(
		[proposals.boxes, proposals.counts, draws],
		[
			{ shape: [batch, count, 4], dtype: "float32" },
			{ shape: [batch], dtype: "int32" },
			{ shape: [batch], dtype: "int32" },
			{ shape: [batch, count], dtype: "int32" },
			{ shape: [batch, count, 4], dtype: "float32" },
			{ shape: [batch, ...mask], dtype: "float32" },
		],
		(arrays, values) => {
			const [given, proposed, numbers] = arrays as Float32Array[];
			const [objects] = values as [readonly Instances[]];
			const boxes = new Float32Array(batch * count * 4);
			const counts = new Int32Array(batch);
			const positives = new Int32Array(batch);
			const labels = new Int32Array(batch * count);
			const deltas = new Float32Array(batch * count * 4);
			const masks = new Float32Array(batch * tf.util.sizeFromShape(mask));
			objects.forEach((ones, image) => {
				const real = rowOf(given, image, batch).subarray(
					0,
					4 * proposed[image],
				);
				const draws = rowOf(numbers, image, batch);
				const targets = regionTargets(real, ones, { ...rest, draws });
				counts[image] = targets.labels.length;
				positives[image] = targets.positives;
				rowOf(boxes, image, batch).set(targets.boxes);
				rowOf(labels, image, batch).set(targets.labels);
				rowOf(deltas, image, batch).set(targets.deltas);
				rowOf(masks, image, batch).set(targets.masks);
			});
			return [boxes, counts, positives, labels, deltas, masks];
		},
		{ hostValues: [instances] },
	);
	const [boxes, counts, positives, labels, deltas, masks] = made;
	return {
		boxes: boxes as tf.Tensor3D,
		counts: counts as tf.Tensor1D,
		positives: positives as tf.Tensor1D,
		labels: labels as tf.Tensor2D,
		deltas: deltas as tf.Tensor3D,
		masks: masks as tf.Tensor4D,
	};
}
