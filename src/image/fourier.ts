/** A grid of complex numbers, row by row. */
export interface ComplexGrid {
	readonly real: Float64Array;
	readonly imaginary: Float64Array;
	readonly height: number;
	readonly width: number;
}

/**
 * The real part of the inverse discrete Fourier transform of a grid, not divided by its size; the grid is written over.
 *
 * `sum over u, v of grid[v, u] · exp(2πi (u x / width + v y / height))`, to a few units in the last place of the
 * largest value; quick where the sides have small prime factors.
 */
export function inverseFourier(grid: ComplexGrid): Float64Array {
	const { real, imaginary, height, width } = grid;
	const across = transformOf(width);
	for (let y = 0; y < height; y++)
		across(
			real.subarray(y * width, (y + 1) * width),
			imaginary.subarray(y * width, (y + 1) * width),
		);
	const down = transformOf(height);
	const column = new Float64Array(height);
	const other = new Float64Array(height);
	for (let x = 0; x < width; x++) {
		for (let y = 0, i = x; y < height; y++, i += width) {
			column[y] = real[i]!;
			other[y] = imaginary[i]!;
		}
		down(column, other);
		for (let y = 0, i = x; y < height; y++, i += width) real[i] = column[y]!;
	}
	return real;
}

/** What is needed to transform lines of one length. */
interface Plan {
	/** The prime factors of the length, in turn. */
	readonly factors: readonly number[];
	readonly cosines: Float64Array;
	readonly sines: Float64Array;
	/** The line as it is read, and the terms of one butterfly. */
	readonly from: readonly [Float64Array, Float64Array];
	readonly terms: readonly [Float64Array, Float64Array];
}

function primeFactors(length: number): number[] {
	const factors: number[] = [];
	let rest = length;
	for (let factor = 2; rest > 1; factor++)
		for (; rest % factor === 0; rest /= factor) factors.push(factor);
	return factors;
}

/** The inverse transform of lines of a length, in place. */
function transformOf(
	length: number,
): (real: Float64Array, imaginary: Float64Array) => void {
	const factors = primeFactors(length);
	const most = Math.max(1, ...factors);
	const angles = Float64Array.from(
		{ length },
		(_, i) => (2 * Math.PI * i) / length,
	);
	const plan: Plan = {
		factors,
		cosines: angles.map(Math.cos),
		sines: angles.map(Math.sin),
		from: [new Float64Array(length), new Float64Array(length)],
		terms: [new Float64Array(most), new Float64Array(most)],
	};
	return (real, imaginary) => {
		plan.from[0].set(real);
		plan.from[1].set(imaginary);
		const to = { real, imaginary, start: 0 };
		transform(plan, to, { depth: 0, length, first: 0, stride: 1 });
	};
}

/** Where a part of the result goes. */
interface Target {
	readonly real: Float64Array;
	readonly imaginary: Float64Array;
	readonly start: number;
}

/** Which numbers of the line are transformed: every `stride`-th from `first`. */
interface Part {
	readonly depth: number;
	readonly length: number;
	readonly first: number;
	readonly stride: number;
}

function transform(
	plan: Plan,
	to: Target,
	{ depth, length, first, stride }: Part,
): void {
	const { real, imaginary, start } = to;
	if (length === 1) {
		real[start] = plan.from[0][first]!;
		imaginary[start] = plan.from[1][first]!;
		return;
	}
	const factor = plan.factors[depth]!;
	const part = length / factor;
	for (let q = 0; q < factor; q++)
		transform(
			plan,
			{ real, imaginary, start: start + q * part },
			{
				depth: depth + 1,
				length: part,
				first: first + q * stride,
				stride: stride * factor,
			},
		);
	if (factor === 2) pairs(plan, to, { part, stride });
	else butterflies(plan, to, { factor, part, stride });
}

/** Joins two halves. */
function pairs(
	{ cosines, sines }: Plan,
	{ real, imaginary, start }: Target,
	{ part, stride }: { part: number; stride: number },
): void {
	for (let k = 0; k < part; k++) {
		const a = start + k;
		const b = a + part;
		const c = cosines[k * stride]!;
		const s = sines[k * stride]!;
		const re = real[b]! * c - imaginary[b]! * s;
		const im = real[b]! * s + imaginary[b]! * c;
		real[b] = real[a]! - re;
		imaginary[b] = imaginary[a]! - im;
		real[a]! += re;
		imaginary[a]! += im;
	}
}

/** Joins an odd number of parts: the two at the same distance from the first share their sums. */
function butterflies(
	{ cosines, sines, terms: [re, im] }: Plan,
	{ real, imaginary, start }: Target,
	{ factor, part, stride }: { factor: number; part: number; stride: number },
): void {
	const length = cosines.length;
	const half = (factor - 1) / 2;
	for (let k = 0; k < part; k++) {
		for (let q = 0, i = start + k; q < factor; q++, i += part) {
			const c = cosines[q * k * stride]!;
			const s = sines[q * k * stride]!;
			re[q] = real[i]! * c - imaginary[i]! * s;
			im[q] = real[i]! * s + imaginary[i]! * c;
		}
		let [first, other] = [re[0]!, im[0]!];
		for (let q = 1, p = factor - 1; q <= half; q++, p--) {
			const [a, b, c, d] = [re[q]!, re[p]!, im[q]!, im[p]!];
			first += re[q] = a + b;
			re[p] = a - b;
			other += im[q] = c + d;
			im[p] = c - d;
		}
		for (let j = 1; j <= half; j++) {
			const step = j * part * stride;
			let [a, b, c, d] = [re[0]!, im[0]!, 0, 0];
			for (let q = 1, p = factor - 1, at = step; q <= half; q++, p--) {
				a += re[q]! * cosines[at]!;
				b += im[q]! * cosines[at]!;
				c += im[p]! * sines[at]!;
				d += re[p]! * sines[at]!;
				at += step;
				if (at >= length) at -= length;
			}
			const near = start + k + j * part;
			const far = start + k + (factor - j) * part;
			real[near] = a - c;
			imaginary[near] = b + d;
			real[far] = a + c;
			imaginary[far] = b - d;
		}
		real[start + k] = first;
		imaginary[start + k] = other;
	}
}
