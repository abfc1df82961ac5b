/** What pooling and resizing are, in doubles, where TensorFlow.js's JavaScript kernels are wrong. */
import { normal, type Plain } from "../tensors.js";
import { sizeOf } from "./draw.js";

/** The places of an axis that one place of the result reads, with their weights. */
type Taps = readonly (readonly [place: number, weight: number])[];

export interface Sampling {
	readonly alignCorners: boolean;
	readonly halfPixelCenters: boolean;
}

/** Where a place of an axis of length `to` lies on one of length `from`. */
function sourceOf(
	index: number,
	[from, to]: readonly [from: number, to: number],
	{ alignCorners, halfPixelCenters }: Sampling,
): number {
	const scale = alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to;
	return halfPixelCenters ? (index + 0.5) * scale - 0.5 : index * scale;
}

/** Linear interpolation between two places, as in PyTorch: the second one even if its weight is 0. */
export const linearTaps =
	(sampling: Sampling) =>
	(index: number, from: number, to: number): Taps => {
		const source = Math.max(0, sourceOf(index, [from, to], sampling));
		const low = Math.min(Math.floor(source), from - 1);
		if (low === from - 1) return [[low, 1]];
		return [
			[low, 1 - (source - low)],
			[low + 1, source - low],
		];
	};

/** Whether a place lies on one of the axis of length `from`, so that rounding decides which others it reads. */
export const isOnPlace = (
	from: number,
	to: number,
	sampling: Sampling,
): boolean =>
	Array.from({ length: to }, (_, i) => sourceOf(i, [from, to], sampling)).some(
		(source) =>
			source > 0 &&
			source < from - 1 + 1e-4 &&
			Math.abs(source - Math.round(source)) < 1e-4,
	);

export const nearestTaps =
	(sampling: Sampling) =>
	(index: number, from: number, to: number): Taps => {
		const { halfPixelCenters, alignCorners } = sampling;
		// The scale is applied to the center of the pixel, which is not moved back.
		const shift = halfPixelCenters ? 0.5 : 0;
		const source = sourceOf(index, [from, to], sampling) + shift;
		const place = alignCorners ? Math.round(source) : Math.floor(source);
		return [[Math.max(0, Math.min(from - 1, place)), 1]];
	};

type TapsOf = ReturnType<typeof linearTaps>;

const float = (shape: readonly number[], values: number[]): Plain => ({
	shape,
	dtype: "float32",
	values,
});

function forEachTap(
	[batch = 0, height = 0, width = 0, channels = 0]: readonly number[],
	[tall, wide]: readonly [number, number],
	{
		tapsOf,
		visit,
	}: {
		tapsOf: TapsOf;
		visit: (from: number, to: number, weight: number) => void;
	},
): void {
	for (let n = 0; n < batch; n++)
		for (let y = 0; y < tall; y++)
			for (let x = 0; x < wide; x++)
				for (const [row, a] of tapsOf(y, height, tall))
					for (const [column, b] of tapsOf(x, width, wide))
						for (let c = 0; c < channels; c++) {
							const from = ((n * height + row) * width + column) * channels + c;
							visit(from, ((n * tall + y) * wide + x) * channels + c, a * b);
						}
}

/** Images at another size. */
export function resized(
	images: Plain,
	size: readonly [number, number],
	tapsOf: TapsOf,
): Plain {
	const [batch = 0, , , channels = 0] = images.shape;
	const shape = [batch, ...size, channels];
	const values = Array<number>(sizeOf(shape)).fill(0);
	const visit = (from: number, to: number, weight: number): void => {
		values[to] =
			(values[to] as number) + weight * (images.values[from] as number);
	};
	forEachTap(images.shape, size, { tapsOf, visit });
	return float(shape, values);
}

/** What comes back to the images from the gradient of the resized ones. */
export function resizedBack(
	dy: Plain,
	shape: readonly number[],
	tapsOf: TapsOf,
): Plain {
	const size = [dy.shape[1] as number, dy.shape[2] as number] as const;
	const values = Array<number>(sizeOf(shape)).fill(0);
	const visit = (from: number, to: number, weight: number): void => {
		if (weight === 0) return;
		values[from] =
			(values[from] as number) + weight * (dy.values[to] as number);
	};
	forEachTap(shape, size, { tapsOf, visit });
	return float(shape, values);
}

/** The weights of the results in the sum whose gradient is asked for. */
export const weightsOf = ({ shape }: Plain): Plain =>
	normal(shape, { seed: 100 });

/** Pooling with its strides and the paddings above and on the left. */
export interface Pooling {
	readonly kernel: readonly [number, number];
	readonly strides: readonly [number, number];
	readonly top: number;
	readonly left: number;
	readonly out: readonly number[];
}

function windows(
	{ shape }: Plain,
	{ kernel, strides, top, left, out }: Pooling,
): number[][] {
	const [, height = 0, width = 0, channels = 0] = shape;
	const [batch = 0, tall = 0, wide = 0] = out;
	const all: number[][] = [];
	for (let n = 0; n < batch; n++)
		for (let y = 0; y < tall; y++)
			for (let x = 0; x < wide; x++)
				for (let c = 0; c < channels; c++) {
					const seen: number[] = [];
					for (let i = 0; i < kernel[0]; i++)
						for (let j = 0; j < kernel[1]; j++) {
							const row = y * strides[0] - top + i;
							const column = x * strides[1] - left + j;
							if (row >= 0 && row < height && column >= 0 && column < width)
								seen.push(((n * height + row) * width + column) * channels + c);
						}
					all.push(seen);
				}
	return all;
}

/** The largest of each window, NaN where there is one, as in PyTorch. */
export function largest(x: Plain, pooling: Pooling): Plain {
	const values = windows(x, pooling).map((seen) =>
		Math.max(...seen.map((at) => x.values[at] as number)),
	);
	return float(pooling.out, values);
}

/** What comes back from the gradient of the averages of what each window sees inside the image. */
export function averagedBack(dy: Plain, x: Plain, pooling: Pooling): Plain {
	const values = Array<number>(x.values.length).fill(0);
	windows(x, pooling).forEach((seen, i) => {
		for (const at of seen)
			values[at] =
				(values[at] as number) + (dy.values[i] as number) / seen.length;
	});
	return float(x.shape, values);
}
