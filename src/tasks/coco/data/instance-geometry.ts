import type { Rectangle } from "../../../image/crop.js";
import type { Size } from "../../task.js";
import { type BoxArray, singleBoxes } from "../box-array.js";
import type { Instances } from "../instances.js";
import { cropRle, mirroredRle, resizeRle } from "../rle/rle-geometry.js";

/** Some of the instances, in the given order. */
export function pickInstances(
	{ boxes, labels, masks, crowd }: Instances,
	indices: readonly number[],
): Instances {
	return {
		boxes: Float32Array.from(
			indices.flatMap((i) => [...boxes.subarray(4 * i, 4 * i + 4)]),
		),
		labels: Int32Array.from(indices, (i) => labels[i]!),
		masks: indices.map((i) => masks[i]!),
		crowd: Uint8Array.from(indices, (i) => crowd[i]!),
	};
}

/** Boxes whose every x and y is changed, in single precision, and cut off at the edges of the image. */
function changed(
	boxes: BoxArray,
	{ height, width }: Size,
	change: (value: number, side: "x" | "y") => number,
): Float32Array {
	return singleBoxes(boxes).map((value, i) => {
		const side = i % 2 === 0 ? "x" : "y";
		const most = side === "x" ? width : height;
		return Math.min(Math.max(change(value, side), 0), most);
	});
}

/** The instances of an image that is resized; boxes are cut off at its edges. */
export function resizeInstances(
	{ boxes, labels, masks, crowd }: Instances,
	from: Size,
	to: Size,
): Instances {
	const scale = {
		x: Math.fround(to.width / from.width),
		y: Math.fround(to.height / from.height),
	};
	return {
		boxes: changed(boxes, to, (value, side) => value * scale[side]),
		labels,
		masks: masks.map((mask) => resizeRle(mask, to)),
		crowd,
	};
}

/** The instances of an image that is mirrored, left and right exchanged. */
export function mirroredInstances(
	{ boxes, labels, masks, crowd }: Instances,
	{ width }: Size,
): Instances {
	const single = singleBoxes(boxes);
	const mirrored = single.slice();
	for (let i = 0; i < single.length; i += 4) {
		mirrored[i] = width - single[i + 2]!;
		mirrored[i + 2] = width - single[i]!;
	}
	return { boxes: mirrored, labels, masks: masks.map(mirroredRle), crowd };
}

/** The instances of a part of an image, without those whose boxes are outside. */
export function cropInstances(
	{ boxes, labels, masks, crowd }: Instances,
	part: Rectangle,
): Instances {
	const moved = changed(boxes, part, (value, side) =>
		Math.fround(value - (side === "x" ? part.left : part.top)),
	);
	const inside = [...labels.keys()].filter(
		(i) =>
			moved[4 * i + 2]! > moved[4 * i]! &&
			moved[4 * i + 3]! > moved[4 * i + 1]!,
	);
	const kept = pickInstances({ boxes: moved, labels, masks, crowd }, inside);
	return { ...kept, masks: kept.masks.map((mask) => cropRle(mask, part)) };
}

/**
 * The instances that a detector is trained on, as mmdetection has it: no crowds and none marked to be ignored, no
 * boxes of less than a pixel's width or height or wholly outside the image, no empty masks.
 *
 * Throws a `RangeError` where they have no masks.
 */
export function trainable(instances: Instances, image: Size): Instances {
	const { boxes, labels, masks, crowd, annotated } = instances;
	if (masks.length !== labels.length)
		throw new RangeError(
			`${labels.length} things need as many masks for Mask R-CNN to be trained on, not ${masks.length}`,
		);
	const isUsable = (i: number): boolean => {
		if (crowd[i] || annotated?.ignored?.[i]) return false;
		const [left, top, right, bottom] = boxes.subarray(4 * i, 4 * i + 4);
		const [width, height] = annotated
			? annotated.boxes.subarray(4 * i + 2, 4 * i + 4)
			: [right! - left!, bottom! - top!];
		if (!(width! >= 1 && height! >= 1)) return false;
		if (annotated && !(annotated.areas[i]! > 0)) return false;
		const across = Math.min(right!, image.width) - Math.max(left!, 0);
		const down = Math.min(bottom!, image.height) - Math.max(top!, 0);
		return across > 0 && down > 0;
	};
	return pickInstances(instances, [...labels.keys()].filter(isUsable));
}
