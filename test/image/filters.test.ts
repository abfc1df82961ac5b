import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { diskFilter } from "../../src/image/disk-filter.js";
import {
	type Disk,
	diskKernel,
	type SquareKernel,
} from "../../src/image/disk-kernel.js";
import type { EdgeMode } from "../../src/image/edge.js";
import { blurImage, gaussianFilter } from "../../src/image/gaussian.js";
import {
	createImage,
	type FloatImage,
	type Image,
} from "../../src/image/image.js";
import { patchwork } from "../corruptions/patchwork.js";
import { clippedZoom } from "./clipped-zoom.js";

interface Filtered {
	readonly height: number;
	readonly width: number;
	/** Every 7th number. */
	readonly values: number[];
}

interface Fixture {
	readonly gaussian: (Filtered & {
		sigma: [number, number];
		mode: EdgeMode;
		truncate: number;
	})[];
	readonly zoomed: (Filtered & { factor: number; size: number[] })[];
	readonly disks: (Disk & { sum: number; middle: number[] })[];
}

const path = "../../../test/fixtures/image/filters.json";
const { gaussian, zoomed, disks } = JSON.parse(
	readFileSync(new URL(path, import.meta.url), "utf8"),
) as Fixture;

/** The image as numbers in [0, 1]. */
function toUnit({ data, ...size }: Image): FloatImage {
	const unit = Float64Array.from(data, (level) => level / 255);
	return { data: unit, ...size, channels: 3 };
}

function assertClose(
	actual: Float64Array,
	expected: number[],
	step: number,
): void {
	assert.equal(expected.length, Math.ceil(actual.length / step));
	expected.forEach((value, i) => {
		const off = Math.abs(actual[i * step]! - value);
		assert.ok(off < 1e-8, `${actual[i * step]}, not ${value}, at ${i * step}`);
	});
}

for (const { height, width, sigma, mode, truncate, values } of gaussian) {
	test(`a Gaussian of ${sigma}, ${mode}, of ${height} x ${width} is scipy's`, () => {
		const image = toUnit(patchwork(height, width));
		const { data } = gaussianFilter(image, sigma, { mode, truncate });
		assertClose(data, values, 7);
	});
}

for (const { height, width, factor, size, values } of zoomed) {
	test(`${height} x ${width} magnified ${factor} times is scipy's`, () => {
		const image = toUnit(patchwork(height, width));
		const zoom = clippedZoom(image, factor);
		assert.deepEqual([zoom.height, zoom.width], size);
		assertClose(zoom.data, values, 7);

		const window = { top: 1, left: 2, height: 3, width: 2 };
		const part = clippedZoom(image, factor, window);
		for (let y = 0; y < 3; y++) {
			const from = ((y + 1) * zoom.width + 2) * 3;
			assert.deepEqual(
				part.data.subarray(y * 6, (y + 1) * 6),
				zoom.data.subarray(from, from + 6),
			);
		}
	});
}

for (const { sum, middle, ...disk } of disks) {
	test(`the disk of radius ${disk.radius} and softness ${disk.softness} is OpenCV's`, () => {
		const { weights, half } = diskKernel(disk);
		const size = 2 * half + 1;
		const row = weights.subarray(half * size, (half + 1) * size);
		assertClose(row, middle, 1);
		const total = weights.reduce((a, b) => a + b, 0);
		assert.ok(Math.abs(total - sum) < 1e-6);
		// Whether white stays white is decided by the last bit.
		assert.equal(Math.sign(total - 1), Math.sign(sum - 1));
	});
}

for (const { radius, softness } of disks) {
	test(`an image filtered with a disk of ${radius} is correlated with its kernel`, () => {
		const disk = { radius, softness };
		const image = patchwork(31, 44);
		const { data } = diskFilter(image, disk);
		const kernel = diskKernel(disk);
		let off = 0;
		for (let i = 0; i < data.length; i++) {
			if (data[i] !== Math.floor(correlate(image, kernel, i))) off++;
		}
		// Weights below a millionth are left out, which, rarely, carries a sum over an integer.
		assert.ok(
			off <= data.length / 1000,
			`${off} of ${data.length} bytes differ`,
		);
	});
}

test("the sums of a wide image are whole numbers to its end", () => {
	const disk = { radius: 10, softness: 0.5 };
	const image = patchwork(3, 1100);
	const { data } = diskFilter(image, disk);
	const kernel = diskKernel(disk);
	for (let i = 1005 * 3; i < 1045 * 3; i++) {
		assert.equal(data[i], Math.floor(correlate(image, kernel, i)));
	}
});

/** The i-th value of the filtered image by definition. */
function correlate(
	{ data, height, width }: Image,
	{ weights, half }: SquareKernel,
	i: number,
): number {
	const mirrored = (at: number, size: number): number => {
		if (at < 0) return mirrored(-at, size);
		return at < size ? at : mirrored(2 * size - 2 - at, size);
	};
	const y = Math.floor(i / 3 / width);
	const x = Math.floor(i / 3) % width;
	let sum = 0;
	for (let dy = -half; dy <= half; dy++) {
		const row = mirrored(y + dy, height) * width;
		for (let dx = -half; dx <= half; dx++) {
			const weight = weights[(dy + half) * (2 * half + 1) + dx + half]!;
			sum += data[(row + mirrored(x + dx, width)) * 3 + (i % 3)]! * weight;
		}
	}
	return Math.min(sum, 255);
}

test("every byte, divided by 255 and multiplied again, is itself", () => {
	const all = createImage(16, 16);
	for (let i = 0; i < all.data.length; i++) all.data[i] = i;
	assert.deepEqual(blurImage(all, 0), all);
});

test("an image that is none says what it lacks", () => {
	assert.throws(() => createImage(0, 5), /at least one pixel, not 0 x 5/);
	assert.throws(() => createImage(2.5, 5), /2\.5 x 5/);
	assert.throws(
		() => createImage(2, 3, new Uint8Array(6)),
		/needs a Uint8Array of 18 bytes, not 6 bytes/,
	);
	assert.throws(
		() => createImage(2, 3, new Float32Array(18) as never),
		/not a Float32Array/,
	);
});
