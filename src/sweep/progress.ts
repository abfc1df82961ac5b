import type { CellReading } from "./read-cell.js";
import type { SweepCell } from "./sweep-cell.js";

/** How far a run is, as far as its log says. */
export function progressOf(
	{ steps }: Pick<SweepCell, "steps">,
	{ last }: Pick<CellReading, "last">,
): {
	readonly step?: number;
	readonly steps?: number;
	readonly loss?: number;
	readonly secondsLeft?: number;
} {
	if (!last) return steps === undefined ? {} : { steps };
	const { step, loss, seconds } = last;
	if (steps === undefined) return { step, loss };
	const secondsLeft = (seconds / step) * Math.max(steps - step, 0);
	return { step, steps, loss, secondsLeft };
}
