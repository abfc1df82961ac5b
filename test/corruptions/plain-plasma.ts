import type { Draws } from "../../src/corruptions/corruption.js";

/** A square height map in the making: heights are known every `step` points. */
interface Terrain {
	readonly heights: Float32Array;
	readonly side: number;
	readonly step: number;
	/** New heights deviate from the mean of their neighbors by at most the square of this. */
	readonly wibble: number;
}

/**
 * A square plasma fractal that wraps around, by the diamond-square algorithm, from 0 to 1.
 *
 * `side` is a power of two; `decay` divides the roughness at each halving of the step.
 *
 * Source: `plasma_fractal` of imagecorruptions and of hendrycks/robustness.
 */
export function plasma(
	side: number,
	decay: number,
	draws: Draws,
): Float32Array {
	const heights = new Float32Array(side * side);
	heights[0] = 0;
	for (let step = side, wibble = 100; step >= 2; step /= 2, wibble /= decay) {
		const terrain = { heights, side, step, wibble };
		const half = step / 2;
		fillPoints(terrain, draws, { row: half, column: half });
		fillPoints(terrain, draws, { row: 0, column: half });
		fillPoints(terrain, draws, { row: half, column: 0 });
	}
	normalize(heights);
	return heights;
}

/** Sets the points at `row`, `column` of every square of `step` points to the mean of their neighbors, give or take. */
function fillPoints(
	{ heights, side, step, wibble }: Terrain,
	draws: Draws,
	{ row, column }: { row: number; column: number },
): void {
	const noise = draws.uniforms((side / step) ** 2, -wibble, wibble);
	const half = step / 2;
	const mask = side - 1;
	const diagonal = row === column;
	for (let y = row, n = 0; y < side; y += step) {
		const here = y * side;
		const above = ((y - half) & mask) * side;
		const below = ((y + half) & mask) * side;
		for (let x = column; x < side; x += step, n++) {
			const left = (x - half) & mask;
			const right = (x + half) & mask;
			const sum = diagonal
				? heights[above + left]! +
					heights[above + right]! +
					heights[below + left]! +
					heights[below + right]!
				: heights[above + x]! +
					heights[below + x]! +
					heights[here + left]! +
					heights[here + right]!;
			heights[here + x] = sum / 4 + wibble * noise[n]!;
		}
	}
}

/** Stretches the heights to the range from 0 to 1. */
function normalize(heights: Float32Array): void {
	let lowest = Number.POSITIVE_INFINITY;
	let highest = Number.NEGATIVE_INFINITY;
	for (let i = 0; i < heights.length; i++) {
		const height = heights[i]!;
		if (height < lowest) lowest = height;
		if (height > highest) highest = height;
	}
	const scale = 1 / (highest - lowest);
	for (let i = 0; i < heights.length; i++) {
		heights[i] = (heights[i]! - lowest) * scale;
	}
}
