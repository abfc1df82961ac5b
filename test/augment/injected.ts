import type { Random } from "../../src/random.js";

/** A generator that draws what it is given, in turn; `left` says how much nobody asked for. */
export function injected(
	integers: readonly number[],
	uniforms: readonly number[] = [],
): { random: Random; left(): number } {
	const [whole, real] = [[...integers], [...uniforms]];
	const next = (queue: number[]): number => {
		const drawn = queue.shift();
		if (drawn === undefined) throw new Error("more is drawn than there is");
		return drawn;
	};
	const random = { integer: () => next(whole), uniform: () => next(real) };
	return {
		random: random as unknown as Random,
		left: () => whole.length + real.length,
	};
}
