import type { Rectangle } from "./crop.js";
import { createImage, type Image } from "./image.js";
import type { ResizedPart } from "./label-map.js";
import { roundHalfEven } from "./round-half-even.js";

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

/** Beyond the outermost pixels' centers a row is constant; OpenCV rounds columns there, not rows, twice. */
function alongRow({ before, after, near, far }: Axis): Axis {
	const isOutside = before.map((index, i) => (index === after[i] ? 1 : 0));
	return {
		before: before.map((index) => index * 3),
		after: after.map((index) => index * 3),
		near: near.map((weight, i) => (isOutside[i] ? one : weight)),
		far: far.map((weight, i) => (isOutside[i] ? 0 : weight)),
	};
}

function resizeRow(
	result: Int32Array,
	source: Uint8Array,
	{ before, after, near, far }: Axis,
): void {
	for (let x = 0, to = 0; to < result.length; x++, to += 3) {
		const a = before[x]!;
		const b = after[x]!;
		const p = near[x]!;
		const q = far[x]!;
		result[to] = source[a]! * p + source[b]! * q;
		result[to + 1] = source[a + 1]! * p + source[b + 1]! * q;
		result[to + 2] = source[a + 2]! * p + source[b + 2]! * q;
	}
}

function blendRows(
	result: Uint8Array,
	[upper, lower]: readonly [Int32Array, Int32Array],
	[near, far]: readonly [number, number],
): void {
	for (let i = 0; i < result.length; i++) {
		const sum =
			((near * (upper[i]! >> 4)) >> 16) + ((far * (lower[i]! >> 4)) >> 16);
		result[i] = (sum + 2) >> 2;
	}
}

/** Hands out resized rows, of which it keeps the last two. */
function rowReader(image: Image, columns: Axis) {
	const width = image.width * 3;
	const kept = [0, 1].map(() => ({
		index: -1,
		row: new Int32Array(columns.near.length * 3),
	}));
	return (index: number, other: number): Int32Array => {
		let found = kept.find((row) => row.index === index);
		if (!found) {
			found = kept.find((row) => row.index !== other)!;
			const source = image.data.subarray(index * width, (index + 1) * width);
			resizeRow(found.row, source, columns);
			found.index = index;
		}
		return found.row;
	};
}

/**
 * Resizes an image, or computes a part of the resized image, without smoothing where it shrinks.
 *
 * Byte for byte `cv2.resize` with `INTER_LINEAR` on 8-bit images, in the same fixed-point numbers; the part
 * must lie within the resized image. Throws a `RangeError` unless the sides are positive integers. Source:
 * OpenCV 4, `modules/imgproc/src/resize.cpp`.
 */
export function resizeLinear(
	image: Image,
	{ height, width, part }: ResizedPart,
): Image {
	const all: Rectangle = { top: 0, left: 0, height, width };
	const wanted = part ?? all;
	const resized = createImage(wanted.height, wanted.width);
	const across = axisOf([image.width, width], wanted.left, wanted.width);
	const down = axisOf([image.height, height], wanted.top, wanted.height);
	const rowAt = rowReader(image, alongRow(across));
	const length = wanted.width * 3;
	for (let y = 0; y < wanted.height; y++) {
		const before = down.before[y]!;
		const after = down.after[y]!;
		blendRows(
			resized.data.subarray(y * length, (y + 1) * length),
			[rowAt(before, after), rowAt(after, before)],
			[down.near[y]!, down.far[y]!],
		);
	}
	return resized;
}
