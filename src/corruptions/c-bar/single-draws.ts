import type { Draws } from "../corruption.js";

/** One number uniform in [low, high). */
export const drawUniform = (draws: Draws, low: number, high: number): number =>
	draws.uniforms(1, low, high)[0]!;

/** One integer uniform in [low, high). */
export const drawInteger = (draws: Draws, low: number, high: number): number =>
	draws.integers(1, low, high)[0]!;

/** The values in a random order, all orders alike. */
export function shuffled<Value>(
	draws: Draws,
	values: readonly Value[],
): Value[] {
	const order = [...values];
	for (let i = order.length - 1; i > 0; i--) {
		const j = drawInteger(draws, 0, i + 1);
		[order[i], order[j]] = [order[j]!, order[i]!];
	}
	return order;
}
