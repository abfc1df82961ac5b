import type { Size } from "../../../src/tasks/task.js";
import type { Lcg } from "../../lcg.js";

/** The mask of 0 and 1 that make_masks.py and make_views.py make alike, with runs of a few pixels. */
export function blobs(lcg: Lcg, { height, width }: Size): Uint8Array {
	const columns = Math.ceil(width / 3);
	const coarse = Array.from(
		{ length: Math.ceil(height / 3) * columns },
		() => lcg.uniform() < 0.4,
	);
	return Uint8Array.from({ length: height * width }, (_, i) => {
		const y = Math.floor(i / width);
		const x = i % width;
		return Number(coarse[Math.floor(y / 3) * columns + Math.floor(x / 3)]);
	});
}
