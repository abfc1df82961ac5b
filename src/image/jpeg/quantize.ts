import type { Image } from "../image.js";
import type { Plane, Planes } from "./planes.js";

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
function quantizationTable(
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

/** The steps of an image's channels, at one quality. */
export interface Steps {
	readonly luminance: Int32Array;
	readonly chrominance: Int32Array;
}

/** The steps of both kinds of channels at a quality from 1 to 100. */
export const stepsOf = (quality: number): Steps => ({
	luminance: quantizationTable("luminance", quality),
	chrominance: quantizationTable("chrominance", quality),
});

// A table for each kind of channel, then memory for the kernels, then the levels of a row of blocks.
const tableBytes = 384;
const scratchAt = 2 * tableBytes;
const levelsAt = scratchAt + 384;

/** How much extra memory the functions below need for an image. */
export const quantizeBytes = ({ width }: Image): number =>
	levelsAt + Math.ceil(width / 8) * 128;

/** Writes the tables as the kernels read them. */
function writeTables({ running, extra }: Planes, steps: Steps): void {
	const { singles, shorts } = running;
	for (const [i, table] of [steps.luminance, steps.chrominance].entries()) {
		const at = extra + i * tableBytes;
		// The last part makes halves, which libjpeg rounds away from zero, more than halves.
		const factors = Array.from(table, (step) => (1 + 2 ** -14) / (8 * step));
		singles.set(factors, at / 4);
		shorts.set(table, (at + 256) / 2);
	}
}

/** Takes every 8 x 8 block to coefficients, rounds those to multiples of their steps, and back, in place. */
export function roundPlanes(planes: Planes, steps: Steps): void {
	writeTables(planes, steps);
	const { running, extra, channels } = planes;
	const scratch = extra + scratchAt;
	for (const [i, { at, stride, rows, columns }] of channels.entries()) {
		const table = extra + Math.min(i, 1) * tableBytes;
		const blocks = Math.ceil(columns / 8);
		for (let y = 0; y < rows; y += 8) {
			const row = at + y * stride;
			running.kernels.jpegRoundBlocks(blocks, row, stride, table, scratch);
		}
	}
}

/** How many steps each coefficient of a channel holds: 64 integers for each 8 x 8 block, row by row. */
export interface Levels {
	readonly levels: Int16Array;
	/** Blocks, down and across. */
	readonly rows: number;
	readonly columns: number;
}

/** The levels of each channel. */
export function quantizedLevels(planes: Planes, steps: Steps): Levels[] {
	writeTables(planes, steps);
	return planes.channels.map((plane, i) =>
		levelsOf(planes, plane, Math.min(i, 1)),
	);
}

function levelsOf(
	{ running, extra }: Planes,
	plane: Plane,
	table: number,
): Levels {
	const { at, stride } = plane;
	const [rows, columns] = [
		Math.ceil(plane.rows / 8),
		Math.ceil(plane.columns / 8),
	];
	const levels = new Int16Array(rows * columns * 64);
	const result = extra + levelsAt;
	for (let y = 0; y < rows; y++) {
		running.kernels.jpegQuantizeBlocks(
			columns,
			at + y * 8 * stride,
			stride,
			extra + table * tableBytes,
			extra + scratchAt,
			result,
		);
		const made = running.shorts.subarray(result / 2, result / 2 + columns * 64);
		levels.set(made, y * columns * 64);
	}
	return { levels, rows, columns };
}
