import { createImage, type Image } from "../image.js";
import { scratchBytes } from "../scratch.js";

/** One channel, padded on the right and below to whole 8 x 8 blocks. */
export interface Plane {
	readonly samples: Uint8ClampedArray;
	/** Rows, padding included: a multiple of 8. */
	readonly height: number;
	/** Samples in a row, padding included: a multiple of 8. */
	readonly stride: number;
}

/** An image as luminance at full size and two chrominances at half its height and width (4:2:0). */
export interface Planes {
	readonly height: number;
	readonly width: number;
	readonly luminance: Plane;
	readonly blueChrominance: Plane;
	readonly redChrominance: Plane;
}

/** Splits an image into YCbCr planes with the integers of libjpeg, edges repeated into the padding as there. */
export function splitPlanes(image: Image): Planes {
	const { height, width } = image;
	const [luminance, blue, red] = fullPlanes(image);
	const halfHeight = Math.ceil(height / 2);
	const size = { rows: halfHeight, stride: wholeBlocks(Math.ceil(width / 2)) };
	return {
		height,
		width,
		luminance,
		blueChrominance: halve(blue, size),
		redChrominance: halve(red, size),
	};
}

function wholeBlocks(size: number): number {
	return Math.ceil(size / 8) * 8;
}

function emptyPlane(height: number, stride: number): Plane {
	const { buffer, length } = scratchBytes(height * stride).fill(0);
	const samples = new Uint8ClampedArray(buffer, 0, length);
	return { samples, height, stride };
}

/** Luminance and full-size chrominances; the latter wide enough to be halved. */
function fullPlanes({ data, height, width }: Image): [Plane, Plane, Plane] {
	const luminance = emptyPlane(wholeBlocks(height), wholeBlocks(width));
	const evenHeight = height + (height % 2);
	const stride = wholeBlocks(Math.ceil(width / 2)) * 2;
	const blue = emptyPlane(evenHeight, stride);
	const red = emptyPlane(evenHeight, stride);
	for (let y = 0; y < height; y++) {
		splitRow(data.subarray(y * width * 3, (y + 1) * width * 3), {
			luminance: luminance.samples.subarray(y * luminance.stride),
			blue: blue.samples.subarray(y * stride),
			red: red.samples.subarray(y * stride),
		});
	}
	for (const plane of [luminance, blue, red]) {
		repeatEdges(plane, { height, width });
	}
	return [luminance, blue, red];
}

interface Rows {
	readonly luminance: Uint8ClampedArray;
	readonly blue: Uint8ClampedArray;
	readonly red: Uint8ClampedArray;
}

function splitRow(rgb: Uint8Array, { luminance, blue, red }: Rows): void {
	const round = 1 << 15;
	const chromaRound = (128 << 16) + round - 1;
	for (let x = 0, from = 0; from < rgb.length; x++, from += 3) {
		const r = rgb[from]!;
		const g = rgb[from + 1]!;
		const b = rgb[from + 2]!;
		luminance[x] = (19595 * r + 38470 * g + 7471 * b + round) >> 16;
		blue[x] = (-11059 * r - 21709 * g + 32768 * b + chromaRound) >> 16;
		red[x] = (32768 * r - 27439 * g - 5329 * b + chromaRound) >> 16;
	}
}

function repeatEdges(
	{ samples, height, stride }: Plane,
	filled: { height: number; width: number },
): void {
	for (let y = 0; y < filled.height; y++) {
		const last = y * stride + filled.width - 1;
		samples.fill(samples[last]!, last + 1, (y + 1) * stride);
	}
	for (let y = filled.height; y < height; y++) {
		samples.copyWithin(
			y * stride,
			(filled.height - 1) * stride,
			filled.height * stride,
		);
	}
}

/** The means of 2 x 2 samples, rounded alternately down and up along a row. */
function halve(
	full: Plane,
	{ rows, stride }: { rows: number; stride: number },
): Plane {
	const plane = emptyPlane(wholeBlocks(rows), stride);
	const { samples } = full;
	for (let y = 0; y < rows; y++) {
		let upper = 2 * y * full.stride;
		let lower = upper + full.stride;
		const start = y * stride;
		for (let x = 0; x < stride; x++, upper += 2, lower += 2) {
			const sum =
				samples[upper]! +
				samples[upper + 1]! +
				samples[lower]! +
				samples[lower + 1]!;
			plane.samples[start + x] = (sum + 1 + (x & 1)) >> 2;
		}
	}
	repeatEdges(plane, { height: rows, width: stride });
	return plane;
}

/** Puts YCbCr planes together with libjpeg's smooth ("fancy") interpolation of the chrominances. */
export function joinPlanes(planes: Planes): Image {
	const { height, width, luminance, blueChrominance, redChrominance } = planes;
	const image = createImage(height, width);
	const rgb = new Uint8ClampedArray(image.data.buffer);
	const blue = new Uint8ClampedArray(width + 1);
	const red = new Uint8ClampedArray(width + 1);
	const half = { rows: Math.ceil(height / 2), columns: Math.ceil(width / 2) };
	for (let y = 0; y < height; y++) {
		stretchRow(blue, blueChrominance, { y, ...half });
		stretchRow(red, redChrominance, { y, ...half });
		joinRow(rgb.subarray(y * width * 3, (y + 1) * width * 3), {
			luminance: luminance.samples.subarray(y * luminance.stride),
			blue,
			red,
		});
	}
	return image;
}

/** One full-size row of a halved plane: weights 9, 3, 3 and 1 sixteenths for the four nearest samples. */
function stretchRow(
	row: Uint8ClampedArray,
	{ samples, stride }: Plane,
	{ y, rows, columns }: { y: number; rows: number; columns: number },
): void {
	const near = (y >> 1) * stride;
	if (columns <= 2) {
		// libjpeg repeats the samples of planes this narrow.
		for (let x = 0; x < row.length; x++) row[x] = samples[near + (x >> 1)]!;
		return;
	}
	const neighbor = (y >> 1) + (y % 2 === 0 ? -1 : 1);
	const far = Math.min(Math.max(neighbor, 0), rows - 1) * stride;
	let current = 3 * samples[near]! + samples[far]!;
	let last = current;
	for (let x = 0; x < columns; x++) {
		const after = Math.min(x + 1, columns - 1);
		const next = 3 * samples[near + after]! + samples[far + after]!;
		row[2 * x] = (3 * current + last + 8) >> 4;
		row[2 * x + 1] = (3 * current + next + 7) >> 4;
		last = current;
		current = next;
	}
}

function joinRow(rgb: Uint8ClampedArray, { luminance, blue, red }: Rows): void {
	const round = 1 << 15;
	for (let x = 0, to = 0; to < rgb.length; x++, to += 3) {
		const y = luminance[x]!;
		const cb = blue[x]! - 128;
		const cr = red[x]! - 128;
		rgb[to] = y + ((91881 * cr + round) >> 16);
		rgb[to + 1] = y + ((-22554 * cb - 46802 * cr + round) >> 16);
		rgb[to + 2] = y + ((116130 * cb + round) >> 16);
	}
}
