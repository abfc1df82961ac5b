import { createImage, type Image } from "./image.js";
import { type Band, bandsOf } from "./resize-bands.js";
import { simdKernels } from "./simd-kernels.js";
import type { Window } from "./zoom.js";

const unit = 2 ** 11;

/** For each result pixel, four source pixels and their weights in units of 2^-11. */
interface CubicTaps {
	readonly indices: Int32Array;
	readonly weights: Int32Array;
}

function cubicTaps(
	from: number,
	{ size, first, count }: { size: number; first: number; count: number },
): CubicTaps {
	const indices = new Int32Array(4 * count);
	const weights = new Int32Array(4 * count);
	const scale = 1 / (size / from);
	for (let i = 0; i < count; i++) {
		const position = Math.fround((first + i + 0.5) * scale - 0.5);
		const before = Math.floor(position);
		cubicWeights(position - before).forEach((weight, k) => {
			indices[4 * i + k] = Math.min(Math.max(before - 1 + k, 0), from - 1);
			weights[4 * i + k] = Math.round(weight * unit);
		});
	}
	return { indices, weights };
}

function cubicWeights(x: number): [number, number, number, number] {
	const a = -0.75;
	const far = (t: number) => ((a * t - 5 * a) * t + 8 * a) * t - 4 * a;
	const near = (t: number) => ((a + 2) * t - (a + 3)) * t * t + 1;
	const first = far(x + 1);
	const second = near(x);
	const third = near(1 - x);
	return [first, second, third, 1 - first - second - third];
}

/**
 * Columns as the kernels read them: where the first of four neighbors lies, and weights of 16 bits.
 *
 * Pixels beyond the edges are those at the edges, which get the weights of all that they stand for.
 */
function packColumns(
	{ indices, weights }: CubicTaps,
	sourceWidth: number,
): Int32Array {
	const records = new Int32Array(0.75 * indices.length);
	const shorts = new Int16Array(records.buffer);
	const last = Math.max(sourceWidth - 4, 0);
	for (let i = 0; i < indices.length; i += 4) {
		const first = Math.min(indices[i]!, last);
		records[0.75 * i] = 3 * first;
		for (let k = i; k < i + 4; k++)
			shorts[1.5 * i + 2 + indices[k]! - first]! += weights[k]!;
	}
	return records;
}

/** Rows as the kernels read them: where four of them lie, which take `rowBytes` each, and their weights. */
function packRows(
	{ indices, weights }: CubicTaps,
	rowBytes: number,
): Int32Array {
	const records = new Int32Array(2 * indices.length);
	for (let i = 0; i < indices.length; i += 4)
		for (let k = 0; k < 4; k++) {
			records[2 * i + k] = indices[i + k]! * rowBytes;
			records[2 * i + 4 + k] = weights[i + k]!;
		}
	return records;
}

/** How an image is resized. */
interface Plan {
	readonly columns: Int32Array;
	readonly rows: Int32Array;
	readonly bands: readonly Band[];
	/** Of the result, in bytes. */
	readonly length: number;
}

function planOf(
	image: Image,
	{ height, width }: { height: number; width: number },
	{ top, left, ...window }: Window,
): Plan {
	const axis = { size: width, first: left, count: window.width };
	const across = cubicTaps(image.width, axis);
	const down = cubicTaps(image.height, {
		size: height,
		first: top,
		count: window.height,
	});
	const length = window.width * 3;
	const every = (k: number) => down.indices.filter((_, i) => i % 4 === k);
	const spans = { firsts: every(0), ends: every(3).map((row) => row + 1) };
	return {
		columns: packColumns(across, image.width),
		rows: packRows(down, 4 * length),
		bands: bandsOf(spans, {
			sourceBytes: image.width * 3 + 4 * length,
			resultBytes: length,
		}),
		length,
	};
}

function resizeBands(image: Image, plan: Plan, resized: Uint8Array): void {
	const { columns, rows, bands, length } = plan;
	const mostOf = (rowsOf: (band: Band) => number): number =>
		bands.reduce((most, band) => Math.max(most, rowsOf(band)), 0);
	const sourceRows = mostOf(({ first, end }) => end - first);
	const stride = image.width * 3;
	const middle = columns.byteLength + rows.byteLength;
	// Behind the last row is room for what is written beyond it.
	const result = middle + sourceRows * length * 4 + 16;
	const source = result + mostOf(({ from, to }) => to - from) * length;
	const { kernels, bytes, words } = simdKernels(source + sourceRows * stride);
	words.set(columns);
	words.set(rows, columns.length);
	for (const { from, to, first, end } of bands) {
		bytes.set(image.data.subarray(first * stride, end * stride), source);
		const width = length / 3;
		kernels.cubicAcross(end - first, source, stride, 0, width, middle);
		kernels.cubicDown(
			to - from,
			middle - first * length * 4,
			columns.byteLength + from * 32,
			length,
			result,
		);
		const made = bytes.subarray(result, result + (to - from) * length);
		resized.set(made, from * length);
	}
}

/**
 * Resizes an image by cubic interpolation without smoothing, as OpenCV's `resize(..., INTER_CUBIC)`.
 *
 * Only `window`, a part of the resized picture, is computed where it is given.
 * About one byte in 10,000 is off by one: OpenCV's vector code takes the last step in 32-bit floats.
 */
export function resizeCubic(
	image: Image,
	{ height, width }: { height: number; width: number },
	window: Window = { top: 0, left: 0, height, width },
): Image {
	const result = createImage(window.height, window.width);
	resizeBands(image, planOf(image, { height, width }, window), result.data);
	return result;
}
