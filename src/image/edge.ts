/** How pixels beyond the edge are made up: `a a a | a b c` or `b a | a b c`. */
export type EdgeMode = "nearest" | "reflect" | "mirror";

/** The index inside `[0, size)` that stands for any index; a `mirror` is `c b | a b c`. */
export function edgeIndex(index: number, size: number, mode: EdgeMode): number {
	if (index >= 0 && index < size) return index;
	if (mode === "nearest" || size === 1) return index < 0 ? 0 : size - 1;
	const period = mode === "reflect" ? 2 * size : 2 * size - 2;
	const phase = ((index % period) + period) % period;
	if (phase < size) return phase;
	return mode === "reflect" ? period - 1 - phase : period - phase;
}
