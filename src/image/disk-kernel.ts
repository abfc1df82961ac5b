import { edgeIndex } from "./edge.js";

/** A disk whose edge is softened by a small Gaussian; all lengths in pixels. */
export interface Disk {
	readonly radius: number;
	/** The standard deviation of the softening. */
	readonly softness: number;
}

/** A square grid of `(2 · half + 1)^2` weights, row by row. */
export interface SquareKernel {
	readonly weights: Float64Array;
	readonly half: number;
}

/** The softening Gaussian from its center outwards: half of an OpenCV kernel of 3 or 5 pixels. */
export function softWeights({ radius, softness }: Disk): Float64Array {
	const reach = radius <= 8 ? 1 : 2;
	const weights = Float64Array.from({ length: reach + 1 }, (_, i) =>
		Math.exp(-(i ** 2) / (2 * softness ** 2)),
	);
	const sum = weights.reduce((total, weight) => total + 2 * weight, -1);
	return weights.map((weight) => weight / sum);
}

/** How far a plain disk reaches to either side in its middle row and each row further from it. */
export function diskHalfWidths(radius: number): number[] {
	return Array.from({ length: Math.floor(radius) + 1 }, (_, dy) =>
		Math.floor(Math.sqrt(radius ** 2 - dy ** 2)),
	);
}

/**
 * The defocus kernel as upstream builds it, in 32-bit floats on a grid of at least 17 x 17.
 *
 * A radius of 8 or 10 fills its grid, so OpenCV mirrors the softened edge back in and the weights sum to 1.01;
 * kept for parity, as are the roundings that make other sums fall just short of 1 and whites lose a level.
 */
export function diskKernel(disk: Disk): SquareKernel {
	const { radius } = disk;
	const half = Math.max(8, radius);
	const size = 2 * half + 1;
	const plain = new Float32Array(size * size);
	for (let y = -half; y <= half; y++) {
		for (let x = -half; x <= half; x++) {
			if (x * x + y * y <= radius * radius) {
				plain[(y + half) * size + x + half] = 1;
			}
		}
	}
	const count = plain.reduce((total, inside) => total + inside, 0);
	const weights = softWeights(disk).map(Math.fround);
	const across = soften(
		plain.map((inside) => inside / count),
		weights,
		{ size, step: 1 },
	);
	const both = soften(across, weights, { size, step: size });
	return { weights: Float64Array.from(both), half };
}

/** One pass of OpenCV's GaussianBlur along rows (step 1) or columns (step `size`), mirrored at the ends. */
function soften(
	grid: Float32Array,
	weights: Float64Array,
	{ size, step }: { size: number; step: number },
): Float32Array {
	const { fround } = Math;
	return grid.map((value, i) => {
		const along = step === 1 ? i % size : Math.floor(i / size);
		const start = i - along * step;
		let sum = fround(value * weights[0]!);
		for (let k = 1; k < weights.length; k++) {
			const before = grid[start + edgeIndex(along - k, size, "mirror") * step]!;
			const after = grid[start + edgeIndex(along + k, size, "mirror") * step]!;
			sum = fround(fround(before + after) * weights[k]! + sum);
		}
		return sum;
	});
}

/** The weight at `(dy, dx)` of a plain disk softened by a Gaussian in exact arithmetic; all of them sum to 1. */
export function softDiskWeight(
	halfWidths: readonly number[],
	soft: Float64Array,
	{ dy, dx }: { dy: number; dx: number },
): number {
	let pixels = 0;
	let sum = 0;
	for (let y = 1 - halfWidths.length; y < halfWidths.length; y++) {
		const halfWidth = halfWidths[Math.abs(y)]!;
		pixels += 2 * halfWidth + 1;
		for (let x = -halfWidth; x <= halfWidth; x++) {
			const down = soft[Math.abs(y - dy)] ?? 0;
			const across = soft[Math.abs(x - dx)] ?? 0;
			sum += down * across;
		}
	}
	return sum / pixels;
}
