/** The kernels against the same sums in plain TypeScript, bit for bit; fixtures hold both to the reference's. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { glassBlur } from "../../src/corruptions/glass-blur.js";
import { displaceSmoothly } from "../../src/image/displace.js";
import { type EdgeMode, edgeIndex } from "../../src/image/edge.js";
import { blurImage, gaussianFilter } from "../../src/image/gaussian.js";
import type { FloatImage, Image } from "../../src/image/image.js";
import { meanMagnified } from "../../src/image/magnify.js";
import { motionBlur, motionBlurBytes } from "../../src/image/motion-blur.js";
import { pairwiseSum } from "../../src/image/pairwise-sum.js";
import { zoomAxis, zoomSteps } from "../../src/image/zoom.js";
import { Random } from "../../src/random.js";
import { injectedDraws } from "../corruptions/injected-draws.js";

const random = new Random("blurs");
const sizes = [
	[1, 1],
	[1, 6],
	[7, 1],
	[3, 5],
	[17, 33],
	[40, 21],
] as const;

/** Noise, or nothing but black and white. */
function drawn(height: number, width: number): Image {
	const isStark = random.uniform() < 0.3;
	const data = Uint8Array.from({ length: 3 * height * width }, () =>
		isStark ? 255 * random.integer(0, 2) : random.integer(0, 256),
	);
	return { data, height, width };
}

function drawnFloats(
	height: number,
	width: number,
	channels: number,
): FloatImage {
	const length = height * width * channels;
	const data = Float64Array.from({ length }, () => random.uniform(-2, 2));
	return { data, height, width, channels };
}

/** The kernel from its first weight to its last. */
function gaussianKernel(sigma: number, truncate: number): Float64Array {
	const radius = Math.floor(truncate * sigma + 0.5);
	const kernel = Float64Array.from({ length: 2 * radius + 1 }, (_, i) =>
		Math.exp((-0.5 / (sigma * sigma)) * (i - radius) ** 2),
	);
	const sum = pairwiseSum(kernel);
	return kernel.map((weight) => weight / sum);
}

/** One axis: the middle, then pairs from the outermost inwards. */
function gaussianAxis(
	source: (index: number) => number,
	at: number,
	kernel: Float64Array,
): number {
	const radius = kernel.length >> 1;
	let sum = source(at) * kernel[radius]!;
	for (let k = radius; k > 0; k--)
		sum += (source(at - k) + source(at + k)) * kernel[radius - k]!;
	return sum;
}

function gaussian(
	{ data, height, width, channels }: FloatImage,
	[down, across]: readonly [Float64Array, Float64Array],
	mode: EdgeMode,
): Float64Array {
	const length = width * channels;
	const middle = data.map((_, i) => {
		const [y, x] = [Math.floor(i / length), i % length];
		const source = (row: number) =>
			data[edgeIndex(row, height, mode) * length + x]!;
		return gaussianAxis(source, y, down);
	});
	return middle.map((_, i) => {
		const [row, x] = [Math.floor(i / length) * length, i % length];
		const source = (column: number) =>
			middle[row + edgeIndex(column, width, mode) * channels + (x % channels)]!;
		return gaussianAxis(source, Math.floor(x / channels), across);
	});
}

test("a Gaussian adds its weights up in scipy's order, at every size and edge", () => {
	for (const [height, width] of sizes)
		for (const mode of ["nearest", "reflect", "mirror"] as const)
			for (const [vertical, horizontal, truncate] of [
				[1.3, 0.4, 4],
				[4, 2.1, 3],
			] as const) {
				const image = drawnFloats(height, width, random.integer(1, 4));
				const { data } = gaussianFilter(image, [vertical, horizontal], {
					mode,
					truncate,
				});
				const kernels = [
					gaussianKernel(vertical, truncate),
					gaussianKernel(horizontal, truncate),
				] as const;
				const expected = gaussian(image, kernels, mode);
				assert.deepEqual(data, expected, `${height} x ${width}, ${mode}`);
			}
});

/** Bytes as `blurImage` blurs them. */
function blurred(image: Image, sigma: number): Uint8Array {
	const { data, height, width } = image;
	const unit = Float64Array.from(data, (level) => level / 255);
	const kernel = gaussianKernel(sigma, 4);
	const floats = { data: unit, height, width, channels: 3 };
	return Uint8Array.from(
		gaussian(floats, [kernel, kernel], "nearest"),
		(value) => Math.min(1, value) * 255,
	);
}

test("bytes are blurred where they lie", () => {
	for (const [height, width] of sizes)
		for (const sigma of [0.05, 0.7, 3]) {
			const image = drawn(height, width);
			const before = image.data.slice();
			assert.deepEqual(blurImage(image, sigma).data, blurred(image, sigma));
			assert.deepEqual(image.data, before);
		}
});

test("behind glass, a pixel has become that of a neighbor, last first", () => {
	for (const [height, width] of [...sizes, [90, 60] as const]) {
		const image = drawn(height, width);
		const [sigma, reach, rounds] = [0.6, 2, 3];
		const draws = () => injectedDraws(5);
		const data = blurred(image, sigma);
		const [rows, columns] = [height - 2 * reach, width - 2 * reach];
		const count = rows > 0 && columns > 0 ? 2 * rows * columns * rounds : 0;
		const offsets = draws().integers(count, -reach, reach);
		for (let k = 0; k < count; k += 2) {
			const x = width - reach - ((k / 2) % columns);
			const y = height - reach - (Math.floor(k / 2 / columns) % rows);
			const from = (y + offsets[k + 1]!) * width + x + offsets[k]!;
			data.copyWithin((y * width + x) * 3, from * 3, from * 3 + 3);
		}
		const expected = blurred({ data, height, width }, sigma);
		const constants = { sigma, reach, rounds };
		const context = { variant: "any-size", draws: draws() } as const;
		const result = glassBlur.apply(image, constants, context);
		assert.deepEqual(result.data, expected, `${height} x ${width}`);
	}
});

/** The numbers of a motion blur: for each step, how far it is and what it weighs. */
function steps(radius: number, sigma: number, angle: number) {
	const length = 2 * radius + 1;
	const weights = Float64Array.from(
		{ length },
		(_, i) =>
			Math.exp(-(i ** 2) / (2 * sigma ** 2)) / (Math.sqrt(2 * Math.PI) * sigma),
	);
	const sum = pairwiseSum(weights);
	const direction = (angle * Math.PI) / 180;
	const across = length * Math.cos(direction);
	const down = length * Math.sin(direction);
	const hypotenuse = Math.hypot(down, across);
	return Array.from(weights, (weight, i) => ({
		dx: Math.ceil((i * across) / hypotenuse - 0.5),
		dy: Math.ceil((i * down) / hypotenuse - 0.5),
		weight: weight / sum,
	}));
}

test("a motion blur adds up its line from each pixel on, in every direction", () => {
	for (const [height, width] of sizes)
		for (const angle of [-135, -100, -45, 0, 20, 45, 90, 160]) {
			const [radius, sigma] = [random.integer(2, 9), 3];
			const image = drawn(height, width);
			const line = steps(radius, sigma, angle);
			const end = line.findIndex(
				({ dx, dy }) => Math.abs(dx) >= width || Math.abs(dy) >= height,
			);
			const expected = Float64Array.from(image.data, (_, i) => {
				const [y, x] = [Math.floor(i / 3 / width), Math.floor(i / 3) % width];
				let sum = 0;
				for (const { dx, dy, weight } of end < 0 ? line : line.slice(0, end)) {
					const row = edgeIndex(y + dy, height, "nearest");
					const column = edgeIndex(x + dx, width, "nearest");
					sum += image.data[(row * width + column) * 3 + (i % 3)]! * weight;
				}
				return sum;
			});
			const motion = { radius, sigma, angle };
			const data = Float64Array.from(image.data);
			const floats = { data, height, width, channels: 3 };
			assert.deepEqual(motionBlur(floats, motion).data, expected);
			assert.deepEqual(
				motionBlurBytes(image, motion).data,
				Uint8Array.from(expected, (value) => Math.min(value, 255)),
			);
			assert.deepEqual(
				motionBlurBytes(image, motion, 257).data,
				Uint8Array.from(expected, (v) => Math.floor(v * 257 + 0.5) / 257),
			);
		}
});

/** One magnification of numbers of 32 bits. */
function magnified(image: Image, unit: Float32Array, factor: number) {
	const { height, width } = image;
	const axes = [height, width].map((size) =>
		zoomSteps(zoomAxis(size, factor), { first: 0, count: size }),
	);
	const [down, across] = [axes[0]!, axes[1]!];
	return unit.map((_, i) => {
		const [y, x] = [Math.floor(i / 3 / width), Math.floor(i / 3) % width];
		const row = (start: number) => {
			const at = (column: number) =>
				unit[(start * width + column) * 3 + (i % 3)]!;
			return (
				across.near[x]! * at(across.before[x]!) +
				across.far[x]! * at(across.after[x]!)
			);
		};
		return (
			down.near[y]! * row(down.before[y]!) + down.far[y]! * row(down.after[y]!)
		);
	});
}

test("the mean of magnifications is added up in 32 bits, one after another", () => {
	// By the last of these, of 139 pixels the last one is carried past the crop: it is 0, as scipy's.
	const factors = [1.01, 1.07, 1.13, 1.31, 1.1600000000000001];
	for (const [height, width] of [...sizes, [5, 139], [139, 5]] as const) {
		const image = drawn(height, width);
		const unit = Float32Array.from(image.data, (level) => level / 255);
		const sum = unit.slice();
		for (const factor of factors)
			magnified(image, unit, factor).forEach((value, i) => {
				sum[i]! += value;
			});
		const means = sum.map((value, i) => Math.fround(unit[i]! + value) / 7);
		const levels = means.map((value) => Math.min(value, 1) * 255);
		assert.deepEqual(
			meanMagnified(image, factors).data,
			Uint8Array.from(levels),
			`${height} x ${width}`,
		);
	}
});

test("pixels are moved by smooth noise, reflected at the edges", () => {
	for (const [height, width] of sizes) {
		const image = drawn(height, width);
		const noise = drawnFloats(2 * height, width, 1).data;
		const [strength, sigma] = [9, [0.5, 1.1] as const];
		const kernels = [
			gaussianKernel(sigma[0], 3),
			gaussianKernel(sigma[1], 3),
		] as const;
		const count = height * width;
		const [dx, dy] = [0, count].map((from) => {
			const data = noise.subarray(from, from + count);
			const field = { data, height, width, channels: 1 };
			const moves = gaussian(field, kernels, "reflect");
			return Float32Array.from(moves, (move) => move * strength);
		});
		let next = 0;
		const displaced = displaceSmoothly(image, {
			noiseBytes: 16,
			noise: ({ doubles }) => {
				return (address, length) => {
					doubles.set(noise.subarray(next, next + length), address / 8);
					next += length;
				};
			},
			sigma,
			strength,
		});
		const unit = Float32Array.from(image.data, (level) => level / 255);
		const expected = image.data.map((_, i) => {
			const pixel = Math.floor(i / 3);
			const x = (pixel % width) + dx![pixel]!;
			const y = Math.floor(pixel / width) + dy![pixel]!;
			const [column, row] = [Math.floor(x), Math.floor(y)];
			const [right, down] = [x - column, y - row];
			const at = (below: number, beside: number) => {
				const j = edgeIndex(row + below, height, "reflect") * width;
				const k = edgeIndex(column + beside, width, "reflect");
				return unit[(j + k) * 3 + (i % 3)]!;
			};
			const line = (below: number) =>
				(1 - right) * at(below, 0) + right * at(below, 1);
			const value = (1 - down) * line(0) + down * line(1);
			return Math.fround(Math.fround(value) * 255);
		});
		assert.equal(next, noise.length);
		assert.deepEqual(displaced.data, expected, `${height} x ${width}`);
	}
});
