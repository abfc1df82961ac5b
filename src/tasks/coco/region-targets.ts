import type { Size } from "../task.js";
import { assignBoxes, prependTargets } from "./assign.js";
import type { Boxes } from "./box.js";
import { encodeBoxes } from "./box-coder.js";
import type { Instances } from "./instances.js";
import { maskTarget } from "./mask-target.js";
import type { RegionSettings } from "./region-settings.js";
import type { Sides } from "./region-taps.js";
import { sampleBoxes } from "./sample.js";

/** Regions of one image to learn from; those with an object come first. */
export interface RegionTargets {
	readonly boxes: Boxes;
	/** The class of each; the number of classes for the background. */
	readonly labels: Int32Array;
	/** `[positives, 4]`: from the region to its object. */
	readonly deltas: Float32Array;
	/** One for each region with an object: what of it is inside the object. */
	readonly masks: readonly Float32Array[];
}

export interface RegionTargetOptions {
	readonly settings: RegionSettings;
	readonly classes: number;
	/** The size to which the image is padded. */
	readonly padded: Size;
	/** Numbers uniform in [0, 1) that choose the regions, `settings.sample.count`. */
	readonly draws: Float32Array;
}

/** The boxes at the indices. */
function take(boxes: Boxes, indices: ArrayLike<number>): Boxes {
	const taken = new Float32Array(4 * indices.length);
	for (let i = 0; i < indices.length; i++) {
		const at = 4 * indices[i];
		taken.set(boxes.subarray(at, at + 4), 4 * i);
	}
	return taken;
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
	const { boxes, assigned } = candidates(proposals, objects.boxes, settings);
	const { positive, negative } = sampleBoxes(assigned, draws, settings.sample);
	const owners = positive.map((i) => assigned[i]);
	const chosen = take(boxes, [...positive, ...negative]);
	const labels = new Int32Array(chosen.length / 4).fill(classes);
	owners.forEach((owner, i) => {
		labels[i] = objects.labels[owner];
	});
	const inside = chosen.subarray(0, 4 * positive.length);
	const masks = Array.from(owners, (owner, i) => {
		const sides = inside.subarray(4 * i, 4 * i + 4) as unknown as Sides;
		return maskTarget(objects.masks[owner], sides, { padded, settings });
	});
	const ends = take(objects.boxes, owners);
	const deltas = encodeBoxes(inside, ends, settings.coder);
	return { boxes: chosen, labels, deltas, masks };
}
