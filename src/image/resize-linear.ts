import type { Rectangle } from "./crop.js";
import { checkImage, createImage, type Image } from "./image.js";
import type { ResizedPart } from "./label-map.js";
import { type Band, bandsOf } from "./resize-bands.js";
import { roundHalfEven } from "./round-half-even.js";
import { simdKernels } from "./simd-kernels.js";

/** Between which two source pixels each result pixel lies, and their weights in units of 1/2048. */
interface Axis {
	readonly before: Int32Array;
	readonly after: Int32Array;
	readonly near: Int32Array;
	readonly far: Int32Array;
}

const one = 2048;

function axisOf(
	[from, to]: readonly [number, number],
	start: number,
	count: number,
): Axis {
	const { fround } = Math;
	const step = 1 / (to / from);
	const axis = {
		before: new Int32Array(count),
		after: new Int32Array(count),
		near: new Int32Array(count),
		far: new Int32Array(count),
	};
	const inside = (index: number) => Math.min(Math.max(index, 0), from - 1);
	for (let i = 0; i < count; i++) {
		const position = fround((start + i + 0.5) * step - 0.5);
		const before = Math.floor(position);
		const share = fround(position - before);
		axis.before[i] = inside(before);
		axis.after[i] = inside(before + 1);
		axis.near[i] = roundHalfEven(fround(1 - share) * one);
		axis.far[i] = roundHalfEven(share * one);
	}
	return axis;
}

/** Two weights in a word. */
const pairOf = (near: number, far: number): number => near | (far << 16);

/**
 * Columns as the kernels read them, counted from the column `first`.
 *
 * Beyond the outermost pixels' centers a row is constant; OpenCV rounds columns there, not rows, twice.
 */
function packColumns(
	{ before, after, near, far }: Axis,
	first: number,
): Int32Array {
	const records = new Int32Array(2 * before.length);
	for (let i = 0; i < before.length; i++) {
		records[2 * i] = (before[i]! - first) * 3;
		records[2 * i + 1] =
			before[i] === after[i] ? pairOf(one, 0) : pairOf(near[i]!, far[i]!);
	}
	return records;
}

/** Rows as the kernels read them; each takes `rowBytes`. */
function packRows(
	{ before, after, near, far }: Axis,
	rowBytes: number,
): Int32Array {
	const records = new Int32Array(3 * before.length);
	for (let i = 0; i < before.length; i++) {
		records[3 * i] = before[i]! * rowBytes;
		records[3 * i + 1] = after[i]! * rowBytes;
		records[3 * i + 2] = pairOf(near[i]!, far[i]!);
	}
	return records;
}

/** How an image is resized: columns from `firstColumn` are read, `sourceWidth` of them. */
interface Plan {
	readonly columns: Int32Array;
	readonly rows: Int32Array;
	readonly bands: readonly Band[];
	readonly firstColumn: number;
	readonly sourceWidth: number;
	readonly width: number;
}

function planOf(
	image: Image,
	{ height, width }: Pick<ResizedPart, "height" | "width">,
	wanted: Rectangle,
): Plan {
	const across = axisOf([image.width, width], wanted.left, wanted.width);
	const down = axisOf([image.height, height], wanted.top, wanted.height);
	const firstColumn = across.before[0]!;
	const sourceWidth = across.after.at(-1)! + 1 - firstColumn;
	const length = wanted.width * 3;
	const spans = { firsts: down.before, ends: down.after.map((i) => i + 1) };
	const bands = bandsOf(spans, {
		sourceBytes: sourceWidth * 3 + 2 * length,
		resultBytes: length,
	});
	return {
		columns: packColumns(across, firstColumn),
		rows: packRows(down, 2 * length),
		bands,
		firstColumn,
		sourceWidth,
		width: wanted.width,
	};
}

/** Copies the columns and rows of an image that a band needs. */
function copySource(
	bytes: Uint8Array,
	{ data, width }: Image,
	{ first, end }: Band,
	{ firstColumn, sourceWidth }: Plan,
): void {
	// Rows that are needed whole are one stretch.
	if (sourceWidth === width) {
		bytes.set(data.subarray(first * width * 3, end * width * 3));
		return;
	}
	for (let row = first; row < end; row++) {
		const from = (row * width + firstColumn) * 3;
		const part = data.subarray(from, from + sourceWidth * 3);
		bytes.set(part, (row - first) * sourceWidth * 3);
	}
}

function resizeBands(image: Image, plan: Plan, resized: Uint8Array): void {
	const { columns, rows, bands, sourceWidth, width } = plan;
	const mostOf = (rowsOf: (band: Band) => number): number =>
		bands.reduce((most, band) => Math.max(most, rowsOf(band)), 0);
	const sourceRows = mostOf(({ first, end }) => end - first);
	const length = width * 3;
	const middle = columns.byteLength + rows.byteLength;
	const result = middle + sourceRows * length * 2;
	const source = result + mostOf(({ from, to }) => to - from) * length;
	const { kernels, bytes, words } = simdKernels(
		source + sourceRows * sourceWidth * 3,
	);
	words.set(columns, 0);
	words.set(rows, columns.length);
	for (const band of bands) {
		const { from, to, first, end } = band;
		copySource(bytes.subarray(source), image, band, plan);
		kernels.blendAcross(end - first, source, sourceWidth * 3, 0, width, middle);
		kernels.blendDown(
			to - from,
			middle - first * length * 2,
			length,
			columns.byteLength + from * 12,
			result,
		);
		const made = bytes.subarray(result, result + (to - from) * length);
		resized.set(made, from * length);
	}
}

/**
 * Resizes an image, or computes a part of the resized image, without smoothing where it shrinks.
 *
 * Byte for byte `cv2.resize` with `INTER_LINEAR` on 8-bit images, in the same fixed-point numbers; the part
 * must lie within the resized image. Throws a `RangeError` unless it is an image, and the sides are positive
 * integers. Source: OpenCV 4, `modules/imgproc/src/resize.cpp`.
 */
export function resizeLinear(
	image: Image,
	{ height, width, part }: ResizedPart,
): Image {
	checkImage(image);
	const all: Rectangle = { top: 0, left: 0, height, width };
	const wanted = part ?? all;
	const resized = createImage(wanted.height, wanted.width);
	resizeBands(image, planOf(image, { height, width }, wanted), resized.data);
	return resized;
}
