import { type RunningKernels, simdKernels } from "../image/simd-kernels.js";
import type { Draws } from "./corruption.js";
import { type DrawsIn, drawsIn } from "./draws.js";
import { drawBytes, mostDrawn } from "./ziggurat.js";

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
	/** The address of the range of the heights that are filled. */
	readonly range: number;
	readonly heights: number;
	readonly side: number;
	readonly step: number;
	/** New heights deviate from the mean of their neighbors by at most the square of this. */
	readonly wibble: number;
}

const noiseAt = drawBytes;

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
	const range = noiseAt + 8 * Math.max(mostDrawn, side / 2);
	const heights = range + 32;
	const end = heights + 4 * side * side;
	const running = simdKernels(end + behind);
	const { singles } = running;
	const into = drawsIn(running, draws);
	const lows = singles.subarray(range / 4, range / 4 + 4).fill(Infinity);
	const highs = singles.subarray(range / 4 + 4, range / 4 + 8).fill(-Infinity);
	singles[heights / 4] = 0;
	for (let step = side, wibble = 100; step >= 2; step /= 2, wibble /= decay) {
		const terrain = { running, range, heights, side, step, wibble };
		const half = step / 2;
		fillPoints(terrain, into, { row: half, column: half });
		fillPoints(terrain, into, { row: 0, column: half });
		fillPoints(terrain, into, { row: half, column: 0 });
	}
	const lowest = Math.min(...lows);
	const scale = 1 / (Math.max(...highs) - lowest);
	return { running, heights, end, lowest, scale };
}

/** Sets the points at `row`, `column` of every square of `step` points to the mean of their neighbors, give or take. */
function fillPoints(
	{ running, range, heights, side, step, wibble }: Terrain,
	into: DrawsIn,
	{ row, column }: { row: number; column: number },
): void {
	const across = side / step;
	const rows = Math.min(across, Math.max(1, mostDrawn / across));
	const { kernels } = running;
	const isFinest = step === 2 && side >= 8;
	const isDiagonal = Number(row === column);
	for (let y = row; y < side; y += rows * step) {
		into.uniforms(noiseAt, rows * across, -wibble, wibble);
		const where = [y, rows, column] as const;
		if (isFinest) kernels.fillFinest(heights, side, ...where, wibble, noiseAt);
		else {
			const how = [isDiagonal, wibble, noiseAt] as const;
			kernels.fillPoints(heights, side, step / 2, ...where, ...how);
		}
		// Two rows and two are then filled, and in the cache.
		if (step === 2 && column === 0) {
			const filled = heights + 4 * (y - 1) * side;
			kernels.widenRange(filled, 2 * rows * side, range);
		}
	}
}
