/** The kernels of PRIME beside plain arithmetic of 32 bits, in the same order, or beside sines in double precision. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { changePixelColors } from "../../src/augment/color-pixels.js";
import {
	type Displacement,
	deformPixels,
} from "../../src/augment/deform-pixels.js";
import { filterPixels } from "../../src/augment/filter-pixels.js";
import {
	changeImages,
	type PixelChange,
	type PixelSize,
} from "../../src/augment/pixels.js";
import { sineTable } from "../../src/augment/sine-curves.js";
import { Random } from "../../src/index.js";

const { fround, floor, ceil, min, max } = Math;

const sizes: readonly PixelSize[] = [
	{ height: 1, width: 1 },
	{ height: 1, width: 6 },
	{ height: 7, width: 1 },
	{ height: 2, width: 3 },
	{ height: 5, width: 9 },
	{ height: 16, width: 12 },
	{ height: 21, width: 23 },
];

const count = 3;
const lengthOf = ({ height, width }: PixelSize): number => 3 * height * width;

/** Three images side by side. */
function noise(
	size: PixelSize,
	[low, high]: readonly [number, number] = [0, 1],
): Float32Array {
	const random = new Random("noise", size.height, size.width);
	return Float32Array.from({ length: count * lengthOf(size) }, () =>
		random.uniform(low, high),
	);
}

/** What becomes of three images. */
function changed(
	change: PixelChange,
	size: PixelSize,
	images: Float32Array | Uint8Array,
): Float32Array {
	const length = lengthOf(size);
	const to = new Float32Array(count * length);
	const imageOf = (i: number) => images.subarray(i * length, (i + 1) * length);
	changeImages(change, size, imageOf, to);
	return to;
}

const clip = (x: number): number => min(max(x, 0), 1);

/** Each value of three images, by its place. */
const everyValue = (
	{ height, width }: PixelSize,
	of: (at: { n: number; y: number; x: number; c: number }) => number,
): Float32Array =>
	Float32Array.from({ length: count * 3 * height * width }, (_, i) =>
		of({
			n: floor(i / (3 * height * width)),
			y: floor(i / (3 * width)) % height,
			x: floor(i / 3) % width,
			c: i % 3,
		}),
	);

describe("filters", () => {
	for (const side of [1, 3, 5, 7])
		test(`of side ${side} are weighted sums of 32 bits, zeros beyond the border`, () => {
			const random = new Random("filter", side);
			const taps = side ** 2;
			const kernels = Float32Array.from({ length: count * taps }, () =>
				random.normal(0, 0.4),
			);
			const reach = (side - 1) / 2;
			for (const size of sizes) {
				const { height, width } = size;
				const images = noise(size);
				const expected = everyValue(size, ({ n, y, x, c }) => {
					let sum = 0;
					for (let tap = 0; tap < taps; tap++) {
						const row = y + floor(tap / side) - reach;
						const column = x + (tap % side) - reach;
						const isInside =
							row >= 0 && row < height && column >= 0 && column < width;
						const at = ((n * height + row) * width + column) * 3 + c;
						const value = isInside ? images[at]! : 0;
						sum = fround(sum + fround(kernels[n * taps + tap]! * value));
					}
					return clip(sum);
				});
				const found = changed(filterPixels(kernels, side, size), size, images);
				// Zeros have no signs here.
				assert.deepEqual(
					found.map((x) => x + 0),
					expected.map((x) => x + 0),
					`${height} x ${width}`,
				);
			}
		});

	test("leave what is no number as it is, and nothing else", () => {
		const size = { height: 1, width: 5 };
		const images = noise(size);
		images[7] = Number.NaN;
		const same = filterPixels(new Float32Array(count).fill(1), 1, size);
		assert.deepEqual(changed(same, size, images), images);
	});
});

describe("diffeomorphisms", () => {
	test("take pixels bilinearly, in sums of 32 bits, held inside the image", () => {
		for (const size of sizes) {
			const { height, width } = size;
			const random = new Random("deform", height, width);
			const field = [0, 1].map(() =>
				Float32Array.from({ length: height * width }, (_, i) =>
					// Whole pixels, far beyond the border, and anything.
					i % 4 === 0 ? random.integer(-2, 3) : random.normal(0, 3),
				),
			) as unknown as Displacement;
			const images = noise(size, [-300, 300]);
			const expected = everyValue(size, ({ n, y, x, c }) => {
				const [dx, dy] = field.map((moves) => moves[y * width + x]!);
				const px = min(max(fround(x - dx!), 0), width - 1);
				const py = min(max(fround(y - dy!), 0), height - 1);
				const value = (row: number, column: number) =>
					images[((n * height + row) * width + column) * 3 + c]!;
				const [farX, farY] = [fround(px - floor(px)), fround(py - floor(py))];
				const [nearX, nearY] = [fround(1 - farX), fround(1 - farY)];
				const share = (a: number, b: number, of: number) =>
					fround(fround(a * b) * of);
				return [
					share(nearY, nearX, value(floor(py), floor(px))),
					share(nearY, farX, value(floor(py), ceil(px))),
					share(farY, nearX, value(ceil(py), floor(px))),
					share(farY, farX, value(ceil(py), ceil(px))),
				].reduce((sum, part) => fround(sum + part));
			});
			const found = changed(deformPixels(field, size), size, images);
			assert.deepEqual(
				found.map((x) => x + 0),
				expected.map((x) => x + 0),
				`${height} x ${width}`,
			);
		}
	});
});

describe("changes of colors", () => {
	const bands = [[1], [2, 0, 5], [97, 98, 99, 100], [499, 500]];

	/** Coefficients of three images and channels. */
	function drawn(band: readonly number[]): {
		coefficients: Float32Array;
		table: ReturnType<typeof sineTable>;
	} {
		const random = new Random("colors", band[0]!);
		return {
			coefficients: Float32Array.from({ length: count * 3 * band.length }, () =>
				random.normal(0, 0.1),
			),
			table: sineTable(Int32Array.from(band)),
		};
	}

	for (const [low, high] of [
		[0, 1],
		[-3, 4],
		[-255, 255],
		[-3e7, 3e7],
	] as const)
		test(`are sums of sines of values from ${low} to ${high}`, () => {
			for (const band of bands)
				for (const size of sizes) {
					const { coefficients, table } = drawn(band);
					const images = noise(size, [low, high]);
					const length = lengthOf(size);
					const found = changed(
						changePixelColors(coefficients, table, size),
						size,
						images,
					);
					images.forEach((x, i) => {
						const row = (floor(i / length) * 3 + (i % 3)) * band.length;
						const sum = band.reduce(
							(all, k, j) =>
								all + coefficients[row + j]! * Math.sin(Math.PI * k * x),
							x,
						);
						assert.ok(
							Math.abs(found[i]! - clip(sum)) < 3e-7,
							`${band}: ${x} gives ${found[i]}, not ${clip(sum)}`,
						);
					});
				}
		});

	test("of black and white are none, and of what is no number no number", () => {
		const size = { height: 1, width: 3 };
		const images = new Float32Array(count * 9);
		images.fill(1, 3, 6).fill(Number.NaN, 6, 9);
		images.fill(1, 9);
		for (const band of bands) {
			const { coefficients, table } = drawn(band);
			const change = changePixelColors(coefficients, table, size);
			assert.deepEqual(changed(change, size, images), images);
		}
	});

	test("of 8-bit images, level by level, are those value by value", () => {
		for (const size of sizes) {
			const random = new Random("levels", size.height);
			const levels = Uint8Array.from({ length: count * lengthOf(size) }, () =>
				random.integer(0, 256),
			);
			const values = Float32Array.from(levels, (level) => level / 255);
			const { coefficients, table } = drawn([3, 4, 5]);
			const change = changePixelColors(coefficients, table, size);
			const byValue = changed(change, size, values);
			assert.deepEqual(changed(change, size, levels), byValue);
			assert.notDeepEqual(byValue, values);
		}
	});
});
