import { mirrored } from "../../../augment/random-flip.js";
import type { Checks } from "../../../check/check-options.js";
import {
	keyed,
	list,
	oneOf,
	orNull,
	required,
	whole,
} from "../../../check/checks.js";
import type { Rectangle } from "../../../image/crop.js";
import { rescaledSize } from "../../../image/rescaled-size.js";
import { resizeLinear } from "../../../image/resize-linear.js";
import type { Random } from "../../../random.js";
import type { Example, Size } from "../../task.js";
import type { Instances } from "../instances.js";
import {
	cropInstances,
	mirroredInstances,
	resizeInstances,
	trainable,
} from "./instance-geometry.js";

/** The longest that the longer and the shorter side may be, in pixels. */
export type Scale = readonly [longer: number, shorter: number];

/** Training images of many sizes, half of them from a part of the image. */
export interface MultiScaleCrop {
	/** One of these is the shorter side that is seen. */
	readonly shorter: readonly number[];
	/** One of these is the shorter side from which a part is taken. */
	readonly beforeCrop: readonly number[];
	/** The least and the largest height and width of the part. */
	readonly crop: readonly [least: number, largest: number];
}

/** What a detector sees of images. */
export interface DetectionViews {
	/** Of test images, and of training images without `multiScale`. */
	readonly scale: Scale;
	readonly multiScale: MultiScaleCrop | null;
	/**
	 * Whether the images of a batch are padded to the whole `scale`, lying or standing: few shapes, for each of which
	 * the network is traced once; or `tight`, to the next multiple of 32 only, as in mmdetection: a sixth fewer pixels
	 * of COCO, in shapes most of which share what is compiled where they are predicted.
	 */
	readonly canvas: "whole" | "tight";
}

const side = whole({ from: 1 });
const sides = required(list(side, { least: 1 }));
const pair = required(list(side, { length: 2 }));

const multiScaleChecks: Checks<MultiScaleCrop> = {
	shorter: sides,
	beforeCrop: sides,
	crop: pair,
};

/** Checks of what a detector sees of images. */
export const viewChecks: Checks<DetectionViews> = {
	scale: pair,
	multiScale: required(orNull(keyed(multiScaleChecks))),
	canvas: required(oneOf(["whole", "tight"])),
};

/** As in the study: 1333 x 800 pixels at most. */
export const cocoViews: DetectionViews = Object.freeze({
	scale: [1333, 800] as const,
	multiScale: null,
	canvas: "whole",
});

/** As in the study for Swin Transformers: shorter sides of 480 to 800. Source: their official detectors. */
export const cocoMultiScale: MultiScaleCrop = Object.freeze({
	shorter: Object.freeze(Array.from({ length: 11 }, (_, i) => 480 + 32 * i)),
	beforeCrop: Object.freeze([400, 500, 600]),
	crop: Object.freeze([384, 600] as const),
});

type Scene = Example<Instances>;

function resized({ image, target }: Scene, scale: Scale): Scene {
	const size = rescaledSize(image, scale);
	return {
		image: resizeLinear(image, size),
		target: resizeInstances(target, image, size),
	};
}

/** Left and right exchanged, in half of all cases. */
function flipped(scene: Scene, random: Random): Scene {
	if (random.uniform() >= 0.5) return scene;
	const { image, target } = scene;
	return { image: mirrored(image), target: mirroredInstances(target, image) };
}

const pick = <Value>(random: Random, values: readonly Value[]): Value =>
	values[random.integer(0, values.length)] as Value;

/** A part of random size and place of the image, once that is resized. */
function croppedAt(
	{ image, target }: Scene,
	scale: Scale,
	{ random, crop: [least, largest] }: MultiScaleCrop & { random: Random },
): Scene {
	const size = rescaledSize(image, scale);
	const length = (side: number): number =>
		random.integer(Math.min(side, least), Math.min(side, largest) + 1);
	const height = length(size.height);
	const width = length(size.width);
	const top = random.integer(0, size.height - height + 1);
	const left = random.integer(0, size.width - width + 1);
	const part: Rectangle = { top, left, height, width };
	return {
		image: resizeLinear(image, { ...size, part }),
		target: cropInstances(resizeInstances(target, image, size), part),
	};
}

function multiScaled(
	scene: Scene,
	multiScale: MultiScaleCrop,
	{ longer, random }: { longer: number; random: Random },
): Scene {
	const { shorter, beforeCrop } = multiScale;
	const seen = (): Scale => [longer, pick(random, shorter)];
	if (random.integer(0, 2) === 0) return resized(scene, seen());
	const before: Scale = [longer, pick(random, beforeCrop)];
	const part = croppedAt(scene, before, { ...multiScale, random });
	return resized(part, seen());
}

/**
 * A training image as a detector sees it, and the instances to learn from (`trainable`), boxes cut off at its
 * edges.
 *
 * Resized with its shape kept, and mirrored in half of all cases; with `multiScale` to a random size, and in
 * half of all cases from a random part of it. As mmdetection 2.11: `Resize` and `RandomFlip`, or the
 * `AutoAugment` of the official Swin detectors.
 */
export function augmentScene(
	{ image, target }: Scene,
	{ scale, multiScale }: DetectionViews,
	random: Random,
): Scene {
	const scene = { image, target: trainable(target, image) };
	if (!multiScale) return flipped(resized(scene, scale), random);
	const [longer] = scale;
	return multiScaled(flipped(scene, random), multiScale, { longer, random });
}

const divisor = 32;
const upwards = (side: number): number => Math.ceil(side / divisor) * divisor;

/** The size to which the images of a batch are padded: sides are multiples of 32. */
export function detectionCanvas(
	sizes: readonly Size[],
	{ scale, canvas }: Pick<DetectionViews, "scale" | "canvas">,
): Size {
	const height = upwards(Math.max(...sizes.map((size) => size.height)));
	const width = upwards(Math.max(...sizes.map((size) => size.width)));
	if (canvas === "tight") return { height, width };
	const [longer, shorter] = [...scale].sort((a, b) => b - a).map(upwards);
	const canvases = [
		{ height: shorter!, width: longer! },
		{ height: longer!, width: shorter! },
		{ height: longer!, width: longer! },
	];
	return (
		canvases.find((one) => height <= one.height && width <= one.width) ?? {
			height,
			width,
		}
	);
}
