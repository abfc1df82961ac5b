import { createImage, type Image } from "./image.js";

const bits = 11;

/**
 * Resizes an image by cubic interpolation without smoothing, as OpenCV's `resize(..., INTER_CUBIC)`.
 *
 * Within one grey level of OpenCV, whose vector code rounds the last step in 32-bit floats.
 */
export function resizeCubic(
	image: Image,
	{ height, width }: { height: number; width: number },
): Image {
	const across = cubicTaps(image.width, width);
	const down = cubicTaps(image.height, height);
	const stretched = stretchRows(image, across);
	const result = createImage(height, width);
	const bytes = new Uint8ClampedArray(result.data.buffer);
	const length = width * 3;
	for (let y = 0; y < height; y++) {
		const [a, b, c, d] = [0, 1, 2, 3].map(
			(k) => down.indices[4 * y + k]! * length,
		) as [number, number, number, number];
		const [wa, wb, wc, wd] = down.weights.subarray(
			4 * y,
		) as unknown as readonly [number, number, number, number];
		for (let i = 0; i < length; i++) {
			const sum =
				stretched[a + i]! * wa +
				stretched[b + i]! * wb +
				stretched[c + i]! * wc +
				stretched[d + i]! * wd;
			bytes[y * length + i] = sum / 2 ** (2 * bits);
		}
	}
	return result;
}

/** For each result pixel, four source pixels and their weights in units of 2^-11. */
interface CubicTaps {
	readonly indices: Int32Array;
	readonly weights: Int32Array;
}

function cubicTaps(from: number, to: number): CubicTaps {
	const indices = new Int32Array(4 * to);
	const weights = new Int32Array(4 * to);
	const scale = 1 / (to / from);
	for (let i = 0; i < to; i++) {
		const position = Math.fround((i + 0.5) * scale - 0.5);
		const before = Math.floor(position);
		cubicWeights(position - before).forEach((weight, k) => {
			indices[4 * i + k] = Math.min(Math.max(before - 1 + k, 0), from - 1);
			weights[4 * i + k] = Math.round(weight * 2 ** bits);
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

function stretchRows(
	{ data, height, width: from }: Image,
	{ indices, weights }: CubicTaps,
): Int32Array {
	const width = indices.length / 4;
	const stretched = new Int32Array(height * width * 3);
	for (let y = 0, to = 0; y < height; y++) {
		const start = y * from * 3;
		for (let x = 0; x < width; x++) {
			const k = 4 * x;
			const a = start + indices[k]! * 3;
			const b = start + indices[k + 1]! * 3;
			const c = start + indices[k + 2]! * 3;
			const d = start + indices[k + 3]! * 3;
			for (let channel = 0; channel < 3; channel++, to++) {
				stretched[to] =
					data[a + channel]! * weights[k]! +
					data[b + channel]! * weights[k + 1]! +
					data[c + channel]! * weights[k + 2]! +
					data[d + channel]! * weights[k + 3]!;
			}
		}
	}
	return stretched;
}
