import { type RunningKernels, simdKernels } from "../image/simd-kernels.js";
import type { Draws } from "./corruption.js";
import { type DrawsIn, drawsIn } from "./draws.js";
import { drawBytes } from "./ziggurat.js";

/** A square of 32-bit heights in the memory of the kernels, row by row; the rest of it, from `end` on, is free. */
export interface Plasma {
	readonly running: RunningKernels;
	/** The address of the heights. */
	readonly heights: number;
	readonly end: number;
	/** A height's share is `(height - lowest) · scale`, rounded to 32 bits: from 0 to 1. */
	readonly lowest: number;
	readonly scale: number;
}

/** A square height map in the making: heights are known every `step` points. */
interface Terrain {
	readonly running: RunningKernels;
	readonly heights: number;
	readonly side: number;
	readonly step: number;
	/** New heights deviate from the mean of their neighbors by at most the square of this. */
	readonly wibble: number;
}

const noiseAt = drawBytes;
/** How many points are filled at a time, unless a row has more. */
const most = 2 ** 12;

/**
 * A square plasma fractal that wraps around, by the diamond-square algorithm.
 *
 * `side` is a power of two, at least 4; `decay` divides the roughness at each halving of the step. `behind` bytes are
 * left behind the heights.
 *
 * Source: `plasma_fractal` of imagecorruptions and of hendrycks/robustness.
 */
export function plasma(
	{ side, decay, behind }: { side: number; decay: number; behind: number },
	draws: Draws,
): Plasma {
	const heights = noiseAt + 8 * Math.max(most, side / 2);
	const end = heights + 4 * side * side;
	const running = simdKernels(end + behind);
	const into = drawsIn(running, draws);
	running.singles[heights / 4] = 0;
	for (let step = side, wibble = 100; step >= 2; step /= 2, wibble /= decay) {
		const terrain = { running, heights, side, step, wibble };
		const half = step / 2;
		fillPoints(terrain, into, { row: half, column: half });
		fillPoints(terrain, into, { row: 0, column: half });
		fillPoints(terrain, into, { row: half, column: 0 });
	}
	const [lowest, highest] = rangeOf(running, heights, side * side);
	return { running, heights, end, lowest, scale: 1 / (highest - lowest) };
}

/** Sets the points at `row`, `column` of every square of `step` points to the mean of their neighbors, give or take. */
function fillPoints(
	{ running, heights, side, step, wibble }: Terrain,
	into: DrawsIn,
	{ row, column }: { row: number; column: number },
): void {
	const across = side / step;
	const rows = Math.min(across, Math.max(1, most / across));
	const isDiagonal = Number(row === column);
	for (let y = row; y < side; y += rows * step) {
		into.uniforms(noiseAt, rows * across, -wibble, wibble);
		running.kernels.fillPoints(
			heights,
			side,
			step / 2,
			y,
			rows,
			column,
			isDiagonal,
			wibble,
			noiseAt,
		);
	}
}

function rangeOf(
	{ kernels, singles }: RunningKernels,
	heights: number,
	count: number,
): [lowest: number, highest: number] {
	kernels.rangeOfHeights(heights, count, noiseAt);
	return [singles[noiseAt / 4]!, singles[noiseAt / 4 + 1]!];
}
