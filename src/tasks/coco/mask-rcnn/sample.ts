import { background } from "./assign.js";

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
