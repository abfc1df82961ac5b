import { simdKernels } from "../image/simd-kernels.js";
import type { Displacement } from "./deform-pixels.js";
import type { DiffeomorphismDraw } from "./draw-diffeomorphism.js";
import { room } from "./pixels.js";

/** Which of the waves that pixels can tell apart each frequency is, and its sign there: 0 where it is 0 at all pixels. */
interface Aliases {
	readonly waves: Int32Array;
	readonly signs: Float64Array;
}

/**
 * Frequencies from 1, at pixels that lie 1 / `intervals` apart.
 *
 * There `sin(pi k x)` is odd in k, of period `2 intervals`.
 */
function aliasesOf(cut: number, intervals: number): Aliases {
	const waves = new Int32Array(cut);
	const signs = new Float64Array(cut);
	for (let i = 0; i < cut; i++) {
		const frequency = (i + 1) % (2 * intervals);
		if (frequency % intervals === 0) continue;
		const isBelow = frequency < intervals;
		waves[i] = (isBelow ? frequency : 2 * intervals - frequency) - 1;
		signs[i] = isBelow ? 1 : -1;
	}
	return { waves, signs };
}

/**
 * Modes with their amplitudes, `1 / r` for frequencies within the radius `cut + 1/2`, summed up by waves.
 *
 * `[waves, waves]`, that along y first.
 */
function amplitudes(
	modes: Float32Array,
	{
		cut,
		scale,
		waves: count,
	}: { readonly cut: number; readonly scale: number; readonly waves: number },
	{ waves, signs }: Aliases,
): Float64Array {
	const sums = new Float64Array(count * count);
	for (let i = 0; i < cut; i++) {
		const sign = scale * signs[i]!;
		if (sign === 0) continue;
		const column = waves[i]!;
		// Beyond it are none within the radius.
		const most = Math.sqrt((cut + 0.5) ** 2 - (i + 1) ** 2);
		for (let j = 0; j + 1 < most; j++) {
			const radius = Math.sqrt((i + 1) ** 2 + (j + 1) ** 2);
			const at = waves[j]! * count + column;
			sums[at] = sums[at]! + (sign * signs[j]! * modes[i * cut + j]!) / radius;
		}
	}
	return sums;
}

/** `sin(pi k x)` for x from 0 to 1 in `size` steps and k from 1, `[size, waves]`, and with axes exchanged. */
function sines(size: number, waves: number): [Float32Array, Float32Array] {
	const intervals = Math.max(size - 1, 1);
	const period = new Float32Array(2 * intervals);
	for (let i = 1; i < period.length; i++)
		if (i !== intervals) period[i] = Math.sin((Math.PI * i) / intervals);
	const basis = new Float32Array(size * waves);
	const exchanged = new Float32Array(basis.length);
	for (let x = 0; x < size; x++)
		for (let k = 0; k < waves; k++) {
			const sine = period[(x * (k + 1)) % period.length]!;
			basis[x * waves + k] = sine;
			exchanged[k * size + x] = sine;
		}
	return [basis, exchanged];
}

/**
 * The displacement along x and along y in pixels, each `[size, size]`; zero at the border.
 *
 * It is the same on every machine, whatever the engine.
 */
export function displacement(
	size: number,
	{ cut, temperature, horizontal, vertical }: DiffeomorphismDraw,
): Displacement {
	const intervals = Math.max(size - 1, 1);
	const waves = Math.min(cut, intervals - 1);
	const aliases = aliasesOf(cut, intervals);
	const scale = Math.sqrt(temperature) * size;
	const [basis, exchanged] = sines(size, waves);
	const across = room(basis.byteLength);
	const modesAt = 2 * across;
	const middle = modesAt + room(4 * waves * waves);
	const result = middle + across;
	const { kernels, singles } = simdKernels(result + room(4 * size * size));
	singles.set(basis);
	singles.set(exchanged, across / 4);
	const field = (modes: Float32Array): Float32Array => {
		singles.set(amplitudes(modes, { cut, scale, waves }, aliases), modesAt / 4);
		kernels.multiply(0, modesAt, size, waves, waves, middle);
		kernels.multiply(middle, across, size, waves, size, result);
		return singles.slice(result / 4, result / 4 + size * size);
	};
	return [field(horizontal), field(vertical)];
}
