import { createImage, type Image } from "../image.js";
import { type RunningKernels, simdKernels } from "../simd-kernels.js";

/** One channel in the memory of the kernels, padded on the right and below to whole 8 x 8 blocks. */
export interface Plane {
	/** The address of its first sample. */
	readonly at: number;
	/** Samples in a row, padding included: a multiple of 8. */
	readonly stride: number;
	/** Rows and samples in a row, without padding. */
	readonly rows: number;
	readonly columns: number;
}

/** How many times fewer rows and columns chrominances have. */
export interface Subsampling {
	readonly down: 1 | 2;
	readonly across: 1 | 2;
}

/** An image as luminance at full size, and two chrominances unless it is gray; all there until kernels are used again. */
export interface Planes {
	readonly running: RunningKernels;
	readonly height: number;
	readonly width: number;
	readonly subsampling: Subsampling;
	/** Luminance, then blue and red chrominance. */
	readonly channels: readonly Plane[];
	/** The address of memory for other things. */
	readonly extra: number;
	/** The address of a few rows of samples. */
	readonly rows: number;
	/** The address of a band of the image. */
	readonly band: number;
}

const bandRows = 16;
const noColor = 128;
/** How far kernels reach beyond a row. */
const beyond = 64;

const wholeBlocks = (size: number, blocks = 1): number =>
	Math.ceil(size / (8 * blocks)) * 8 * blocks;

/** Planes for an image that hold nothing yet, with `extra` bytes of memory for other things; a gray one has one. */
export function emptyPlanes(
	{ height, width }: { height: number; width: number },
	{
		isGray,
		subsampling,
		extra,
	}: Pick<Planes, "subsampling" | "extra"> & {
		isGray: boolean;
	},
): Planes {
	const { down, across } = subsampling;
	const stride = wholeBlocks(width, 2);
	const rows = wholeBlocks(extra, 2);
	const band = rows + 4 * stride + beyond;
	let at = band + wholeBlocks(bandRows * width * 3) + beyond;
	const planeOf = (down: number, across: number): Plane => {
		const [rows, columns] = [
			Math.ceil(height / down),
			Math.ceil(width / across),
		];
		const plane = { at, stride: stride / across, rows, columns };
		at += (wholeBlocks(height, subsampling.down) / down) * plane.stride;
		return plane;
	};
	const channels = [planeOf(1, 1)];
	for (let i = 0; i < 2 && !isGray; i++) channels.push(planeOf(down, across));
	const running = simdKernels(at + beyond);
	const address = { extra: 0, rows, band };
	return { running, height, width, subsampling, channels, ...address };
}

/** Repeats the last row of a plane that is filled so far. */
function repeatLast(
	{ running: { bytes } }: Planes,
	{ at, stride, rows }: Plane,
): void {
	const last = at + (rows - 1) * stride;
	for (let y = rows; y < wholeBlocks(rows); y++)
		bytes.copyWithin(at + y * stride, last, last + stride);
}

/**
 * Splits an image into YCbCr planes with the integers of libjpeg, edges repeated into the padding as there, and
 * chrominances at half its height and width (4:2:0); `extra` bytes of the kernels' memory are left free.
 */
export function splitPlanes(image: Image, extra: number): Planes {
	const subsampling = { down: 2, across: 2 } as const;
	const planes = emptyPlanes(image, { isGray: false, subsampling, extra });
	const { height, width } = image;
	const { bytes } = planes.running;
	const rowBytes = width * 3;
	for (let y = 0; y < height; y += bandRows) {
		const end = Math.min(y + bandRows, height);
		bytes.set(image.data.subarray(y * rowBytes, end * rowBytes), planes.band);
		for (let row = y; row < end; row += 2)
			splitRows(planes, row, planes.band + (row - y) * rowBytes);
	}
	for (const plane of planes.channels) repeatLast(planes, plane);
	return planes;
}

/** Splits a row of an image at an address, and the one below; chrominances of the last one count twice. */
function splitRows(planes: Planes, y: number, rgb: number): void {
	const { running, height, width, channels, rows } = planes;
	const { kernels } = running;
	const [luminance, ...chrominances] = channels;
	const { at, stride } = luminance!;
	const count = y + 1 < height ? 2 : 1;
	for (let i = 0; i < count; i++) {
		const [from, to] = [rgb + i * width * 3, at + (y + i) * stride];
		const blue = rows + i * stride;
		kernels.jpegSplitRow(width, stride, from, to, blue, blue + 2 * stride);
	}
	for (const [i, half] of chrominances.entries()) {
		const upper = rows + i * 2 * stride;
		const lower = upper + (count - 1) * stride;
		const to = half.at + (y / 2) * half.stride;
		kernels.jpegHalveRows(half.stride, upper, lower, to);
	}
}

/** Puts YCbCr planes together with libjpeg's smooth ("fancy") interpolation of the chrominances. */
export function joinPlanes(planes: Planes): Image {
	const { height, width, band, rows, running, channels } = planes;
	if (channels.length === 1) running.bytes.fill(noColor, rows, rows + width);
	const image = createImage(height, width);
	const rowBytes = width * 3;
	for (let y = 0; y < height; y += bandRows) {
		const end = Math.min(y + bandRows, height);
		for (let row = y; row < end; row++)
			joinRow(planes, row, band + (row - y) * rowBytes);
		const made = running.bytes.subarray(band, band + (end - y) * rowBytes);
		image.data.set(made, y * rowBytes);
	}
	return image;
}

function joinRow(planes: Planes, y: number, rgb: number): void {
	const { running, width, channels, rows } = planes;
	const [luminance, ...chrominances] = channels;
	const row = luminance!.at + y * luminance!.stride;
	const [blue = rows, red = rows] = chrominances.map((plane) =>
		wideRow(planes, plane, y),
	);
	running.kernels.jpegJoinRow(width, row, blue, red, rgb);
}

/** The address of a row of chrominances at full size. */
function wideRow(planes: Planes, plane: Plane, y: number): number {
	const { running, subsampling, channels, rows: scratch } = planes;
	const { bytes, kernels } = running;
	const { at, stride, rows, columns } = plane;
	const { down, across } = subsampling;
	const row = Math.floor(y / down);
	const near = at + row * stride;
	if (across === 1 && down === 1) return near;
	const result =
		scratch + (plane === channels[1] ? 2 : 3) * channels[0]!.stride;
	const neighbor = down === 1 ? row : row + (y % 2 === 0 ? -1 : 1);
	const far = at + Math.min(Math.max(neighbor, 0), rows - 1) * stride;
	if (across === 1) {
		kernels.jpegLeanRow(columns, near, far, 1 + (y % 2), result);
	} else if (columns <= 2) {
		// libjpeg repeats the samples of planes this narrow.
		for (let x = 0; x < 2 * columns; x++)
			bytes[result + x] = bytes[near + (x >> 1)]!;
	} else {
		const rounding = down === 1 ? 0x80004 : 0x70008;
		kernels.jpegStretchRow(columns, near, far, rounding, scratch, result);
	}
	return result;
}
