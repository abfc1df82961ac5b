import { forwardDct, inverseDct } from "./dct.js";
import type { Plane } from "./planes.js";

const { imul } = Math;

// Tables K.1 and K.2 of the JPEG standard (ITU-T T.81), row by row.
const luminance = [
	16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16,
	24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109,
	103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101,
	72, 92, 95, 98, 112, 100, 103, 99,
];
const chrominance = [
	17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56,
	99, 99, 99, 99, 99, 47, 66, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
	99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
	99, 99, 99, 99, 99, 99, 99,
];

/** The steps of the 64 coefficients at a quality from 1 to 100, as libjpeg scales the standard's tables. */
export function quantizationTable(
	kind: "luminance" | "chrominance",
	quality: number,
): Int32Array {
	const percent = quality < 50 ? Math.floor(5000 / quality) : 200 - 2 * quality;
	return Int32Array.from(
		kind === "luminance" ? luminance : chrominance,
		(step) =>
			Math.min(Math.max(Math.floor((step * percent + 50) / 100), 1), 255),
	);
}

/** Takes every 8 x 8 block of a plane to coefficients, rounds those to multiples of `steps`, and back, in place. */
export function quantizePlane(plane: Plane, steps: Int32Array): void {
	const block = new Int32Array(64);
	const rounding = roundingTo(steps);
	const { height, stride } = plane;
	for (let y = 0; y < height; y += 8) {
		for (let x = 0; x < stride; x += 8) {
			const at = y * stride + x;
			forwardDct(block, plane, at);
			roundToSteps(block, rounding);
			inverseDct(block, plane, at);
		}
	}
}

/** How many steps each coefficient holds: 64 integers for each 8 x 8 block, row by row. */
export function quantizedLevels(plane: Plane, steps: Int32Array): Int16Array {
	const { height, stride, samples } = plane;
	const levels = new Int16Array(samples.length);
	const block = new Int32Array(64);
	const rounding = roundingTo(steps);
	let to = 0;
	for (let y = 0; y < height; y += 8) {
		for (let x = 0; x < stride; x += 8) {
			forwardDct(block, plane, y * stride + x);
			roundToSteps(block, rounding);
			for (let i = 0; i < 64; i++) levels[to++] = block[i]! / steps[i]!;
		}
	}
	return levels;
}

interface Rounding {
	readonly steps: Int32Array;
	readonly halves: Float64Array;
	readonly inverses: Float64Array;
}

function roundingTo(steps: Int32Array): Rounding {
	return {
		steps,
		// The quarter keeps exact halves, which libjpeg rounds away from zero, clear of rounding errors.
		halves: Float64Array.from(steps, (step) => 4 * step + 0.25),
		inverses: Float64Array.from(steps, (step) => 1 / (8 * step)),
	};
}

function roundToSteps(
	block: Int32Array,
	{ steps, halves, inverses }: Rounding,
): void {
	for (let i = 0; i < 64; i++) {
		const value = block[i]!;
		const sign = value >> 31;
		const size = (value ^ sign) - sign;
		const level = imul(((size + halves[i]!) * inverses[i]!) | 0, steps[i]!);
		block[i] = (level ^ sign) - sign;
	}
}
