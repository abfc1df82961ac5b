import { Random } from "../random.js";
import type { Dataset } from "../tasks/task.js";

function shuffle<Items extends number[] | Uint32Array | number[][]>(
	items: Items,
	random: Random,
): Items {
	for (let i = items.length - 1; i > 0; i--) {
		const j = random.integer(0, i + 1);
		[items[i], items[j]] = [items[j] as number, items[i] as number];
	}
	return items;
}

/** The indices of each group. */
function groupsOf(
	length: number,
	group: (index: number) => number,
): Uint32Array[] {
	const members = new Map<number, number[]>();
	for (let index = 0; index < length; index++) {
		const key = group(index);
		const known = members.get(key);
		if (known) known.push(index);
		else members.set(key, [index]);
	}
	return [...members.values()].map((indices) => Uint32Array.from(indices));
}

/** Batches of one group each; the last of a group is filled up with its first examples. */
function groupedEpoch(
	groups: readonly Uint32Array[],
	batchSize: number,
	random: Random,
): Uint32Array {
	const batches = groups.flatMap((indices) => {
		const order = shuffle(indices.slice(), random);
		return Array.from({ length: Math.ceil(order.length / batchSize) }, (_, b) =>
			Array.from(
				{ length: batchSize },
				(_, i) => order[(b * batchSize + i) % order.length] as number,
			),
		);
	});
	return Uint32Array.from(shuffle(batches, random).flat());
}

/**
 * In which order training sees the examples: position, counted over all epochs, to index.
 *
 * Each epoch is a new shuffle of all examples, a function of the seed and its number alone. Batches run
 * on from one epoch to the next, so that all have the same size. Where examples have groups, each batch is
 * of one, and an epoch has whole batches. Source of the latter: mmdetection, `GroupSampler`.
 */
export function dataOrder(
	{ length, group }: Pick<Dataset<unknown>, "length" | "group">,
	{ seed, batchSize }: { readonly seed: number; readonly batchSize: number },
): (position: number) => number {
	const groups = group && groupsOf(length, group);
	const makeEpoch = (epoch: number): Uint32Array => {
		const random = new Random("order", seed, epoch);
		if (groups) return groupedEpoch(groups, batchSize, random);
		return shuffle(
			Uint32Array.from({ length }, (_, i) => i),
			random,
		);
	};
	const whole = (members: Uint32Array) =>
		Math.ceil(members.length / batchSize) * batchSize;
	const epochLength = groups
		? groups.reduce((sum, members) => sum + whole(members), 0)
		: length;
	let current = -1;
	let order: Uint32Array = new Uint32Array(0);
	return (position) => {
		const epoch = Math.floor(position / epochLength);
		if (epoch !== current) {
			order = makeEpoch(epoch);
			current = epoch;
		}
		return order[position % epochLength] as number;
	};
}
