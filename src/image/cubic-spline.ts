import { edgeIndex } from "./edge.js";

/** The four source pixels of each of some positions along one axis, and their weights; a position outside has none. */
export interface SplineTaps {
	readonly indices: Int32Array;
	readonly weights: Float64Array;
	/** 1 for a position outside the axis, whose value is 0. */
	readonly outside: Uint8Array;
}

/** Writes the weights of a cubic B-spline at a position, for the pixel before its own to the second after, from `at`. */
export function splineWeights(
	position: number,
	weights: Float64Array,
	at: number,
): void {
	const y = position - Math.floor(position);
	const z = 1 - y;
	const before = (z * z * z) / 6;
	const here = (y * y * (y - 2) * 3 + 4) / 6;
	const after = (z * z * (z - 2) * 3 + 4) / 6;
	weights[at] = before;
	weights[at + 1] = here;
	weights[at + 2] = after;
	weights[at + 3] = 1 - before - here - after;
}

/** The taps of positions along an axis of `size` pixels, mirrored at its ends. */
export function splineTaps(
	positions: readonly number[],
	size: number,
): SplineTaps {
	const taps = {
		indices: new Int32Array(4 * positions.length),
		weights: new Float64Array(4 * positions.length),
		outside: new Uint8Array(positions.length),
	};
	positions.forEach((position, i) => {
		if (position < 0 || position > size - 1) {
			taps.outside[i] = 1;
			return;
		}
		const start = Math.floor(position) - 1;
		for (let k = 0; k < 4; k++)
			taps.indices[4 * i + k] = edgeIndex(start + k, size, "mirror");
		splineWeights(position, taps.weights, 4 * i);
	});
	return taps;
}

/** The pole of the cubic B-spline's filter: `sqrt(3) - 2`. */
const pole = -0.2679491924311227;
const gain = (1 - pole) * (1 - 1 / pole);

/** A part of an array that is one line: every `stride`-th number from `start`. */
interface Line {
	readonly start: number;
	readonly stride: number;
	readonly length: number;
}

/**
 * Turns a line, in place, into the coefficients of the cubic spline through it, mirrored at its ends.
 *
 * Source: `scipy.ndimage.spline_filter1d`, in its order of operations; Unser et al. 1991.
 */
export function splineFilter(
	data: Float64Array,
	{ start, stride, length }: Line,
): void {
	if (length < 2) return;
	const last = start + (length - 1) * stride;
	for (let i = start; i <= last; i += stride) data[i]! *= gain;
	const end = pole ** (length - 1);
	let sum = data[start]! + end * data[last]!;
	for (let i = 1, power = pole; i < length - 1; i++, power *= pole)
		sum += power * (data[start + i * stride]! + end * data[last - i * stride]!);
	data[start] = sum / (1 - end * end);
	for (let i = start + stride; i <= last; i += stride)
		data[i]! += pole * data[i - stride]!;
	data[last] =
		((pole * data[last - stride]! + data[last]!) * pole) / (pole * pole - 1);
	for (let i = last - stride; i >= start; i -= stride)
		data[i] = pole * (data[i + stride]! - data[i]!);
}
