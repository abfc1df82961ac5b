import { type Boxes, boxIou } from "./box.js";

/** Which boxes hide which. */
export interface NmsOptions {
	/** A small whole number for each box, such as its class: only boxes with the same one compete. */
	readonly groups?: Int32Array;
	/** At most so many boxes are kept. */
	readonly most?: number;
}

/**
 * Non-maximum suppression: the indices of the boxes that no kept box of a higher score overlaps by more
 * than `threshold`, by falling score; of equal scores the first is first.
 *
 * Source: `torchvision.ops.nms`, and `batched_nms` in its exact form, without shifted boxes.
 */
export function nms(
	boxes: Boxes,
	scores: Float32Array,
	threshold: number,
	{ groups, most = scores.length }: NmsOptions = {},
): Int32Array {
	const kept: number[] = [];
	// Each kept box points to the one kept before it in its group.
	const previous = new Int32Array(scores.length);
	const last: number[] = [];
	for (const i of rank(scores)) {
		if (kept.length === most) break;
		const group = groups?.[i] ?? 0;
		let other = last[group] ?? -1;
		while (other >= 0 && !(boxIou(boxes, i, boxes, other) > threshold))
			other = previous[other];
		if (other >= 0) continue;
		previous[i] = last[group] ?? -1;
		last[group] = i;
		kept.push(i);
	}
	return Int32Array.from(kept);
}

const bins = 0x10000;
const indexRange = 2 ** 21;

/** For each score an unsigned number that falls as the score rises. */
function fallingKeys(scores: Float32Array): Uint32Array {
	// Adding 0 makes -0 equal to 0.
	const bits = new Uint32Array(scores.map((score) => score + 0).buffer);
	for (let i = 0; i < bits.length; i++) {
		const word = bits[i];
		bits[i] = word & 0x80000000 ? word : ~word & 0x7fffffff;
	}
	return bits;
}

/** The upper halves of keys up to which there are at least `count` of them. */
function lastBin(keys: Uint32Array, count: number): number {
	const histogram = new Uint32Array(bins);
	for (let i = 0; i < keys.length; i++) histogram[keys[i] >>> 16]++;
	let sum = 0;
	let bin = -1;
	while (sum < count) sum += histogram[++bin];
	return bin;
}

/**
 * The indices of the `most` highest scores, all by default, by falling score; of equal ones the first is
 * first.
 *
 * Source: `torch.sort(descending=True, stable=True)`. Throws for more than 2,097,152 scores.
 */
export function rank(
	scores: Float32Array,
	most: number = scores.length,
): Int32Array {
	if (scores.length > indexRange) {
		throw new Error(
			`at most ${indexRange} scores can be ranked, not ${scores.length}`,
		);
	}
	const keys = fallingKeys(scores);
	const count = Math.min(most, scores.length);
	const last = count < scores.length ? lastBin(keys, count) : bins;
	// Key and index in one number, for the native sort of numbers.
	const sortable = new Float64Array(scores.length);
	let candidates = 0;
	for (let i = 0; i < keys.length; i++) {
		const key = keys[i];
		if (key >>> 16 <= last) sortable[candidates++] = key * indexRange + i;
	}
	const sorted = sortable.subarray(0, candidates).sort();
	const order = new Int32Array(count);
	for (let i = 0; i < count; i++) order[i] = sorted[i] % indexRange;
	return order;
}
