import type { Shown } from "../../task.js";
import type { Detections } from "../instances.js";
import type { Convention } from "./convention.js";
import { maskBins } from "./mask-target.js";
import { pasteMask } from "./paste-mask.js";
import type { Sides } from "./region-taps.js";

/** What was found in one image, in the coordinates of the image that the network saw. */
export interface FoundObjects {
	readonly boxes: Float32Array;
	readonly scores: Float32Array;
	readonly labels: Int32Array;
	/** `[n, 28, 28]`, from 0 to 1. */
	readonly masks: Float32Array;
}

/** What was found in an image, in its own coordinates and pixels. */
export function readDetections(
	{ boxes, scores, labels, masks }: FoundObjects,
	{ given, seen }: Shown,
	convention: Convention,
): Detections {
	const x = Math.fround(given.width / seen.width);
	const y = Math.fround(given.height / seen.height);
	const own = boxes.map((side, i) => side * (i % 2 === 0 ? x : y));
	const area = maskBins * maskBins;
	return {
		boxes: own,
		labels,
		scores,
		masks: Array.from(labels, (_, i) => {
			const box = own.subarray(4 * i, 4 * i + 4) as unknown as Sides;
			const values = masks.subarray(area * i, area * (i + 1));
			return pasteMask({ values, box }, given, convention);
		}),
	};
}
