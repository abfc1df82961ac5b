import type { Instances } from "../../src/tasks/coco/instances.js";
import { encodeRle } from "../../src/tasks/coco/rle/rle.js";
import { Lcg } from "../lcg.js";

export const height = 800;
export const width = 1216;
export const classes = 80;
const count = 20;

/** Twenty rectangles of 60 to 360 pixels, the same as in detection.py. */
export function detectionScene(): Instances {
	const lcg = new Lcg(1);
	const boxes = new Float32Array(4 * count);
	const masks = Array.from({ length: count }, (_, i) => {
		const sides = [60 + 300 * lcg.uniform(), 60 + 300 * lcg.uniform()];
		const left = lcg.uniform() * (width - sides[0]);
		const top = lcg.uniform() * (height - sides[1]);
		boxes.set([left, top, left + sides[0], top + sides[1]], 4 * i);
		const mask = new Uint8Array(height * width);
		for (let y = Math.floor(top); y < Math.floor(top + sides[1]); y++) {
			const row = y * width;
			mask.fill(1, row + Math.floor(left), row + Math.floor(left + sides[0]));
		}
		return encodeRle(mask, { height, width });
	});
	const labels = Int32Array.from({ length: count }, (_, i) => i);
	return { boxes, labels, masks, crowd: new Uint8Array(count) };
}
