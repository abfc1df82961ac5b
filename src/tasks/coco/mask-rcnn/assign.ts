import { type Boxes, boxIou } from "./box.js";

/** Instead of the index of a target: the box has none and is an example of the background. */
export const background = -1;

/** Instead of the index of a target: the box is an example of nothing. */
export const neither = -2;

/** How much a box must overlap a thing to be one of its, and how little to be background. */
export interface AssignOptions {
	/** A box whose best target overlaps it by at least this belongs to it. */
	readonly positive: number;
	/** A box whose best target overlaps it by less than this is background. */
	readonly negative: number;
	/**
	 * Gives each target the boxes that overlap it most, if that is at least `least`, all of them where they
	 * are tied. They go to that target (`own`, as in mmdetection: the last target wins), or each to the
	 * target that overlaps it most (`best`, as in torchvision). Left out, this is not done.
	 */
	readonly lowQuality?: {
		readonly least: number;
		readonly claims: "own" | "best";
	};
	/** Boxes marked with 1 are neither and compete for nothing. */
	readonly excluded?: Uint8Array;
}

/** For each box the target that overlaps it most; for each target the boxes that overlap it most. */
function overlaps(boxes: Boxes, targets: Boxes, excluded?: Uint8Array) {
	const count = boxes.length / 4;
	const most = new Float32Array(count);
	const best = new Int32Array(count);
	const claims: { readonly overlap: number; readonly boxes: number[] }[] = [];
	for (let t = 0; t < targets.length / 4; t++) {
		const right = targets[4 * t + 2];
		const bottom = targets[4 * t + 3];
		let overlap = 0;
		let tied: number[] = [];
		for (let i = 0; i < count; i++) {
			if (boxes[4 * i] >= right) continue;
			if (boxes[4 * i + 1] >= bottom) continue;
			const iou = boxIou(boxes, i, targets, t);
			if (iou === 0 || excluded?.[i] === 1) continue;
			if (iou > most[i]) {
				most[i] = iou;
				best[i] = t;
			}
			if (iou > overlap) {
				overlap = iou;
				tied = [i];
			} else if (iou === overlap) tied.push(i);
		}
		claims.push({ overlap, boxes: tied });
	}
	return { most, best, claims };
}

/**
 * The index of the target of each box, or `background`, or `neither`.
 *
 * The overlap is intersection over union; of equal ones the first counts. A target that overlaps no box
 * claims none.
 *
 * Source: `MaxIoUAssigner` of mmdetection (with `gt_max_assign_all`), `Matcher` of torchvision.
 */
export function assignBoxes(
	boxes: Boxes,
	targets: Boxes,
	{ positive, negative, lowQuality, excluded }: AssignOptions,
): Int32Array {
	const { most, best, claims } = overlaps(boxes, targets, excluded);
	// PyTorch compares in float32.
	const high = Math.fround(positive);
	const low = Math.fround(negative);
	const assigned = best.map((target, i) => {
		const overlap = most[i];
		if (excluded?.[i] === 1) return neither;
		if (overlap < low) return background;
		return overlap >= high ? target : neither;
	});
	if (!lowQuality) return assigned;
	const least = Math.fround(lowQuality.least);
	claims.forEach(({ overlap, boxes: claimed }, target) => {
		if (overlap < least) return;
		for (const i of claimed)
			assigned[i] = lowQuality.claims === "own" ? target : best[i];
	});
	return assigned;
}

/**
 * Puts the targets before the boxes, each assigned to itself.
 *
 * Source: `add_gt_as_proposals` of mmdetection's samplers.
 */
export function prependTargets(
	boxes: Boxes,
	assigned: Int32Array,
	targets: Boxes,
): { readonly boxes: Boxes; readonly assigned: Int32Array } {
	const count = targets.length / 4;
	const all = new Float32Array(targets.length + boxes.length);
	all.set(targets);
	all.set(boxes, targets.length);
	const indices = new Int32Array(count + assigned.length);
	for (let i = 0; i < count; i++) indices[i] = i;
	indices.set(assigned, count);
	return { boxes: all, assigned: indices };
}

/** How many boxes are drawn, and which share of them may hold things. */
export interface SampleOptions {
	/** Boxes in all. */
	readonly count: number;
	/** Most of them that belong to a target, as a share of `count`. */
	readonly positiveFraction: number;
}

/** Indices in rising order. */
export interface Sampled {
	readonly positive: Int32Array;
	readonly negative: Int32Array;
}

/** Takes a number of the indices at random, all where there are no more. */
function choose(
	indices: Int32Array,
	count: number,
	draws: Float32Array,
): Int32Array {
	const { length } = indices;
	if (length <= count) return indices;
	for (let i = 0; i < count; i++) {
		const step = Math.floor(draws[i] * (length - i));
		// A number just below 1 is 1 in float32.
		const other = Math.min(i + step, length - 1);
		const chosen = indices[other];
		indices[other] = indices[i];
		indices[i] = chosen;
	}
	return indices.slice(0, count).sort();
}

function where(
	values: Int32Array,
	isWanted: (value: number) => boolean,
): Int32Array {
	const indices = new Int32Array(values.length);
	let count = 0;
	for (let i = 0; i < values.length; i++) {
		if (isWanted(values[i])) indices[count++] = i;
	}
	return indices.slice(0, count);
}

/**
 * Chooses boxes to learn from: at most a share that belong to targets, background for the rest.
 *
 * `assigned` is what `assignBoxes` returns, `draws` at least `count` numbers uniform in [0, 1). The numbers
 * choose by Fisher and Yates's shuffle, first those of targets; where all are taken, none is used.
 *
 * Source: `RandomSampler` of mmdetection with `neg_pos_ub=-1`, `BalancedPositiveNegativeSampler` of
 * torchvision.
 */
export function sampleBoxes(
	assigned: Int32Array,
	draws: Float32Array,
	{ count, positiveFraction }: SampleOptions,
): Sampled {
	if (draws.length < count) {
		throw new Error(
			`to choose ${count} boxes takes ${count} random numbers, not ${draws.length}`,
		);
	}
	const positive = choose(
		where(assigned, (target) => target >= 0),
		Math.floor(count * positiveFraction),
		draws,
	);
	const negative = choose(
		where(assigned, (target) => target === background),
		count - positive.length,
		draws.subarray(positive.length),
	);
	return { positive, negative };
}
