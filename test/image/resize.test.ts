/** The kernels against the same sums in plain TypeScript; fixtures hold both to Pillow and OpenCV. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Rectangle } from "../../src/image/crop.js";
import { createImage, type Image } from "../../src/image/image.js";
import { type ResizeFilter, resize } from "../../src/image/resize.js";
import { resizeLinear } from "../../src/image/resize-linear.js";
import { type ResizeKernel, resizeTaps } from "../../src/image/resize-taps.js";
import { roundHalfEven } from "../../src/image/round-half-even.js";
import { Random } from "../../src/random.js";

type Size = Pick<Image, "height" | "width">;

const cubic = (distance: number): number => {
	const x = Math.abs(distance);
	if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
	return x < 2 ? (((x - 5) * x + 8) * x - 4) * -0.5 : 0;
};

const filters: Record<Exclude<ResizeFilter, "nearest">, ResizeKernel> = {
	box: { support: 0.5, weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
	bilinear: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
	bicubic: { support: 2, weight: cubic },
};

/** One axis of Pillow: `from` numbers `step` apart become `to`. */
function axis(
	source: (index: number) => number,
	[from, to]: readonly [number, number],
	kernel: ResizeKernel,
): number[] {
	if (from === to) return Array.from({ length: to }, (_, i) => source(i));
	const { firsts, ends, weights, size } = resizeTaps(from, to, kernel);
	return Array.from(firsts, (first, i) => {
		let sum = 2 ** 21;
		for (let k = first; k < ends[i]!; k++)
			sum += source(k) * weights[i * size + k - first]!;
		return Math.min(Math.max(sum >> 22, 0), 255);
	});
}

function pillow(image: Image, size: Size, kernel: ResizeKernel): Uint8Array {
	const middle = new Uint8Array(image.height * size.width * 3);
	for (let y = 0; y < image.height; y++)
		for (let c = 0; c < 3; c++)
			axis(
				(x) => image.data[(y * image.width + x) * 3 + c]!,
				[image.width, size.width],
				kernel,
			).forEach((value, x) => {
				middle[(y * size.width + x) * 3 + c] = value;
			});
	const length = size.width * 3;
	const data = new Uint8Array(size.height * length);
	for (let i = 0; i < length; i++)
		axis(
			(y) => middle[y * length + i]!,
			[image.height, size.height],
			kernel,
		).forEach((value, y) => {
			data[y * length + i] = value;
		});
	return data;
}

/** Where a result pixel of OpenCV lies between two others, and their weights. */
function between(i: number, from: number, to: number) {
	const position = Math.fround((i + 0.5) * (1 / (to / from)) - 0.5);
	const before = Math.floor(position);
	const share = Math.fround(position - before);
	const inside = (at: number) => Math.min(Math.max(at, 0), from - 1);
	return {
		before: inside(before),
		after: inside(before + 1),
		near: roundHalfEven(Math.fround(1 - share) * 2048),
		far: roundHalfEven(share * 2048),
	};
}

function openCv(
	{ data, height, width }: Image,
	size: Size,
	part: Rectangle,
): Uint8Array {
	const result: number[] = [];
	for (let y = part.top; y < part.top + part.height; y++) {
		const down = between(y, height, size.height);
		for (let x = part.left; x < part.left + part.width; x++) {
			const { before, after, near, far } = between(x, width, size.width);
			const weights = before === after ? [2048, 0] : [near, far];
			for (let c = 0; c < 3; c++) {
				const across = (row: number): number =>
					(data[(row * width + before) * 3 + c]! * weights[0]! +
						data[(row * width + after) * 3 + c]! * weights[1]!) >>
					4;
				const upper = (down.near * across(down.before)) >> 16;
				const lower = (down.far * across(down.after)) >> 16;
				result.push((upper + lower + 2) >> 2);
			}
		}
	}
	return Uint8Array.from(result);
}

const random = new Random("resize");

/** Noise, or nothing but black and white, which reach beyond what bytes hold. */
function drawn(height: number, width: number): Image {
	const image = createImage(height, width);
	const isStark = random.uniform() < 0.5;
	for (let i = 0; i < image.data.length; i++)
		image.data[i] = isStark
			? 255 * random.integer(0, 2)
			: random.integer(0, 256);
	return image;
}

/** Pairs of sizes, smaller and larger, of one side, and equal in one or both. */
const sizes: (readonly [number, number, number, number])[] = [
	[1, 1, 1, 1],
	[1, 1, 5, 4],
	[2, 3, 1, 1],
	[9, 1, 4, 6],
	[7, 12, 7, 5],
	[7, 12, 15, 12],
	[33, 40, 33, 40],
	...Array.from({ length: 30 }, () => {
		const side = () => random.integer(1, 70);
		return [side(), side(), side(), side()] as const;
	}),
];

for (const [name, kernel] of Object.entries(filters))
	test(`the ${name} filter makes the sums of its weights, at ${sizes.length} sizes`, () => {
		const filter = name as ResizeFilter;
		for (const [fromHeight, fromWidth, height, width] of sizes) {
			const image = drawn(fromHeight, fromWidth);
			const { data } = resize(image, { height, width, filter });
			const expected = pillow(image, { height, width }, kernel);
			assert.deepEqual(
				data,
				expected,
				`${[fromHeight, fromWidth, height, width]}`,
			);
		}
	});

test(`the nearest pixels are picked, at ${sizes.length} sizes`, () => {
	/** Positions are added up, as Pillow does. */
	const picked = (from: number, to: number): number[] => {
		let position = (from / to) * 0.5;
		return Array.from({ length: to }, () => {
			const index = Math.min(Math.floor(position), from - 1);
			position += from / to;
			return index;
		});
	};
	for (const [fromHeight, fromWidth, height, width] of sizes) {
		const image = drawn(fromHeight, fromWidth);
		const expected = picked(fromHeight, height).flatMap((y) =>
			picked(fromWidth, width).flatMap((x) => {
				const at = (y * fromWidth + x) * 3;
				return [...image.data.subarray(at, at + 3)];
			}),
		);
		const { data } = resize(image, { height, width, filter: "nearest" });
		assert.deepEqual([...data], expected);
	}
});

test("an image of many bands of rows is resized as a whole one", () => {
	for (const [height, width] of [
		[700, 1100],
		[1300, 330],
	] as const) {
		const image = drawn(640, 850);
		const size = { height, width };
		const { data } = resize(image, { ...size, filter: "bicubic" });
		assert.ok(Buffer.from(pillow(image, size, filters.bicubic)).equals(data));
		const all = { top: 0, left: 0, ...size };
		const linear = resizeLinear(image, size);
		assert.ok(Buffer.from(openCv(image, size, all)).equals(linear.data));
	}
});

test("OpenCV's numbers, of whole images and of their parts", () => {
	for (const [fromHeight, fromWidth, height, width] of sizes) {
		const image = drawn(fromHeight, fromWidth);
		const top = random.integer(0, height);
		const left = random.integer(0, width);
		const part = {
			top,
			left,
			height: random.integer(1, height - top + 1),
			width: random.integer(1, width - left + 1),
		};
		const size = { height, width };
		const all = { top: 0, left: 0, ...size };
		assert.deepEqual(resizeLinear(image, size).data, openCv(image, size, all));
		assert.deepEqual(
			resizeLinear(image, { ...size, part }).data,
			openCv(image, size, part),
		);
	}
});

test("what is no image is not resized", () => {
	const image = { data: new Uint8Array(5), height: 2, width: 1 };
	assert.throws(() => resize(image, { height: 3, width: 3 }), /6 bytes/);
	assert.throws(() => resizeLinear(image, { height: 3, width: 3 }), /6 bytes/);
});
