import { Random } from "../random.js";

function shuffled(length: number, random: Random): Uint32Array {
	const order = Uint32Array.from({ length }, (_, i) => i);
	for (let i = length - 1; i > 0; i--) {
		const j = random.integer(0, i + 1);
		[order[i], order[j]] = [order[j] as number, order[i] as number];
	}
	return order;
}

/**
 * In which order training sees the examples: position, counted over all epochs, to index.
 *
 * Each epoch is a new shuffle of all examples, a function of the seed and its number alone. Batches run
 * on from one epoch to the next, so that all have the same size.
 */
export function dataOrder(
	length: number,
	seed: number,
): (position: number) => number {
	let current = -1;
	let order: Uint32Array = new Uint32Array(0);
	return (position) => {
		const epoch = Math.floor(position / length);
		if (epoch !== current) {
			order = shuffled(length, new Random("order", seed, epoch));
			current = epoch;
		}
		return order[position % length] as number;
	};
}
