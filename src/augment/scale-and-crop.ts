import type { Checks } from "../check/check-options.js";
import { list, number, required, whole } from "../check/checks.js";
import type { Rectangle } from "../image/crop.js";
import type { Image } from "../image/image.js";
import {
	ignoredLabel,
	type LabelMap,
	mirroredLabels,
	resizeLabels,
} from "../image/label-map.js";
import { rescaledSize } from "../image/rescaled-size.js";
import { resizeLinear } from "../image/resize-linear.js";
import type { Random } from "../random.js";
import { mirrored } from "./random-flip.js";

/** An image and the class of each of its pixels. */
export interface LabeledImage {
	readonly image: Image;
	readonly target: LabelMap;
}

/** Of what size images become, and which parts of them are seen. */
export interface ScaleAndCropOptions {
	/** The longest that the longer and the shorter side may be, before the ratio: 2048 and 512 in the study. */
	readonly scale: readonly [longer: number, shorter: number];
	/** The least and the largest ratio. */
	readonly ratio: readonly [least: number, largest: number];
	/** The sides of the part that is seen, in pixels; smaller images are seen whole. */
	readonly cropSize: number;
	/** The share of a part that one class may have, ignored pixels aside: another part is tried, up to ten. */
	readonly mostOfOneClass: number;
}

/** Checks of how images are resized and cropped. */
export const scaleAndCropChecks: Checks<ScaleAndCropOptions> = {
	scale: required(list(whole({ from: 1 }), { length: 2 })),
	ratio: required(list(number({ above: 0 }), { length: 2 })),
	cropSize: required(whole({ from: 1 })),
	mostOfOneClass: required(number({ above: 0 })),
};

/** What is drawn for one image. */
export interface ScaleAndCropDraw {
	readonly ratio: number;
	/** Where the parts to try lie, each from 0 to below 1, down and across. */
	readonly corners: readonly (readonly [down: number, across: number])[];
	readonly isMirrored: boolean;
}

const tries = 10;

/** Draws what `scaleAndCrop` needs, whatever the image. */
export function drawScaleAndCrop(
	random: Random,
	{ ratio }: Pick<ScaleAndCropOptions, "ratio">,
): ScaleAndCropDraw {
	return {
		ratio: random.uniform(...ratio),
		corners: Array.from(
			{ length: tries + 1 },
			() => [random.uniform(), random.uniform()] as const,
		),
		isMirrored: random.uniform() < 0.5,
	};
}

/** Whether no class has too large a share of the pixels that have one, and there are any. */
function isVaried({ data }: LabelMap, mostOfOneClass: number): boolean {
	const counts = new Uint32Array(256);
	for (let i = 0; i < data.length; i++) counts[data[i]!]!++;
	counts[ignoredLabel] = 0;
	const most = Math.max(...counts);
	const sum = counts.reduce((total, count) => total + count, 0);
	return most / sum < mostOfOneClass;
}

/**
 * Resizes a labeled image by a random ratio, takes a random part that shows several things, and may mirror it.
 *
 * Byte for byte as `Resize`, `RandomCrop` and `RandomFlip` of mmsegmentation 0.11 (mmcv 1.3, OpenCV) make of
 * the same draws; only the part that is seen is computed.
 */
export function scaleAndCrop(
	{ image, target }: LabeledImage,
	{ ratio, corners, isMirrored }: ScaleAndCropDraw,
	{ scale: [longer, shorter], cropSize, mostOfOneClass }: ScaleAndCropOptions,
): LabeledImage {
	const size = rescaledSize(image, [
		Math.floor(longer * ratio),
		Math.floor(shorter * ratio),
	]);
	const height = Math.min(size.height, cropSize);
	const width = Math.min(size.width, cropSize);
	let labels: LabelMap | undefined;
	let part: Rectangle | undefined;
	for (const [down, across] of corners) {
		const top = Math.floor(down * (size.height - height + 1));
		const left = Math.floor(across * (size.width - width + 1));
		part = { top, left, height, width };
		labels = resizeLabels(target, { ...size, part });
		if (mostOfOneClass >= 1 || isVaried(labels, mostOfOneClass)) break;
	}
	if (!labels || !part) throw new Error("no part of the image was drawn");
	const seen = resizeLinear(image, { ...size, part });
	return isMirrored
		? { image: mirrored(seen), target: mirroredLabels(labels) }
		: { image: seen, target: labels };
}
