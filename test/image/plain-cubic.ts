import { createImage, type Image } from "../../src/image/image.js";
import type { Window } from "../../src/image/zoom.js";

const unit = 2 ** 11;

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
	const across = cubicTaps(image.width, {
		size: width,
		first: window.left,
		count: window.width,
	});
	const down = cubicTaps(image.height, {
		size: height,
		first: window.top,
		count: window.height,
	});
	const result = createImage(window.height, window.width);
	const bytes = new Uint8ClampedArray(result.data.buffer);
	const length = window.width * 3;
	const rows = new Map<number, Float64Array>();
	for (let y = 0; y < window.height; y++) {
		const needed = down.indices.subarray(4 * y, 4 * y + 4);
		for (const row of rows.keys()) if (row < needed[0]!) rows.delete(row);
		for (const row of needed) {
			if (!rows.has(row)) rows.set(row, stretchRow(image, row, across));
		}
		mixRows(bytes.subarray(y * length, (y + 1) * length), {
			rows: Array.from(needed, (row) => rows.get(row)!),
			weights: down.weights.subarray(4 * y, 4 * y + 4),
		});
	}
	return result;
}

/** For each result pixel, four source pixels and their weights in units of 2^-11. */
interface CubicTaps {
	readonly indices: Int32Array;
	readonly weights: Float64Array;
}

function cubicTaps(
	from: number,
	{ size, first, count }: { size: number; first: number; count: number },
): CubicTaps {
	const indices = new Int32Array(4 * count);
	const weights = new Float64Array(4 * count);
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

function stretchRow(
	{ data, width }: Image,
	y: number,
	{ indices, weights }: CubicTaps,
): Float64Array {
	const row = new Float64Array((indices.length / 4) * 3);
	const start = y * width * 3;
	for (let k = 0, to = 0; k < indices.length; k += 4) {
		const a = start + indices[k]! * 3;
		const b = start + indices[k + 1]! * 3;
		const c = start + indices[k + 2]! * 3;
		const d = start + indices[k + 3]! * 3;
		for (let channel = 0; channel < 3; channel++, to++) {
			row[to] =
				data[a + channel]! * weights[k]! +
				data[b + channel]! * weights[k + 1]! +
				data[c + channel]! * weights[k + 2]! +
				data[d + channel]! * weights[k + 3]!;
		}
	}
	return row;
}

function mixRows(
	result: Uint8ClampedArray,
	{ rows, weights }: { rows: Float64Array[]; weights: Float64Array },
): void {
	const [a, b, c, d] = rows as [
		Float64Array,
		Float64Array,
		Float64Array,
		Float64Array,
	];
	const wa = weights[0]! / unit ** 2;
	const wb = weights[1]! / unit ** 2;
	const wc = weights[2]! / unit ** 2;
	const wd = weights[3]! / unit ** 2;
	for (let i = 0; i < result.length; i++) {
		result[i] = a[i]! * wa + b[i]! * wb + c[i]! * wc + d[i]! * wd;
	}
}
