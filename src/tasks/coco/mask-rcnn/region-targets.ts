import type { Size } from "../../task.js";
import { singleBoxes } from "../box-array.js";
import type { Instances } from "../instances.js";
import { assignBoxes, prependTargets } from "./assign.js";
import { type Boxes, takeFours } from "./box.js";
import { encodeBoxes } from "./box-coder.js";
import { maskBins, maskTarget } from "./mask-target.js";
import type { RegionSettings } from "./region-settings.js";
import type { Sides } from "./region-taps.js";
import { sampleBoxes } from "./sample.js";

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
