import assert from "node:assert/strict";
import { test } from "node:test";
import { boxRle, polygonRle } from "../../../src/tasks/coco/rle/polygon.js";
import {
	createRle,
	decodeRle,
	emptyRle,
	encodeRle,
	type Rle,
	rleArea,
	rleBox,
} from "../../../src/tasks/coco/rle/rle.js";
import { rleIou } from "../../../src/tasks/coco/rle/rle-iou.js";
import { mergeRles } from "../../../src/tasks/coco/rle/rle-merge.js";
import {
	rleFromString,
	rleToString,
} from "../../../src/tasks/coco/rle/rle-string.js";
import type { Size } from "../../../src/tasks/task.js";
import { Lcg } from "../../lcg.js";
import { blobs } from "./blobs.js";
import { fixture } from "./fixture.js";

interface Case extends Size {
	readonly polygons: string[];
	readonly masks: string[];
	readonly union: string;
	readonly intersection: string;
	readonly box: string;
	readonly areas: number[];
	readonly boxes: number[][];
	readonly iou: number[][];
}

const { cases } = fixture<{ cases: Case[] }>("masks.json");

const points = (
	lcg: Lcg,
	count: number,
	place: (value: number, axis: 0 | 1) => number,
): number[] =>
	Array.from({ length: 2 * count }, (_, i) =>
		place(lcg.uniform(), (i % 2) as 0 | 1),
	);

function polygons(lcg: Lcg, { height, width }: Size): number[][] {
	const sides = [width, height] as const;
	const around = points(
		lcg,
		7,
		(value, axis) => value * (sides[axis] * 1.4) - sides[axis] * 0.2,
	);
	const corners = points(lcg, 5, (value, axis) =>
		Math.floor(value * (sides[axis] + 1)),
	);
	const ring = points(lcg, 4, (value, axis) => value * sides[axis]);
	const closed = [...ring.slice(0, 4), ...ring.slice(2), ...ring.slice(0, 2)];
	return [around, corners, closed];
}

function made(lcg: Lcg, size: Size) {
	const shapes = polygons(lcg, size).map((xy) => polygonRle(xy, size));
	const pixels = size.height * size.width;
	const masks = [
		...[0, 1, 2].map(() => blobs(lcg, size)),
		new Uint8Array(pixels),
		new Uint8Array(pixels).fill(255),
	];
	return { shapes, masks };
}

test("masks are those of pycocotools", () => {
	const lcg = new Lcg(7);
	for (const expected of cases) {
		const { height, width } = expected;
		const size = { height, width };
		const { shapes, masks } = made(lcg, size);
		assert.deepEqual(shapes.map(rleToString), expected.polygons);
		const encoded = masks.map((mask) => encodeRle(mask, size));
		assert.deepEqual(encoded.map(rleToString), expected.masks);
		encoded.forEach((rle, i) => {
			assert.deepEqual(
				decodeRle(rle),
				masks[i]!.map((value) => Math.min(value, 1)),
			);
		});
		const all = [...shapes, ...encoded];
		const union = mergeRles(all.slice(0, 5), size);
		assert.equal(rleToString(union), expected.union);
		const both = mergeRles(all.slice(3, 5), size, "intersection");
		assert.equal(rleToString(both), expected.intersection);
		const box = [width * 0.1, height * 0.2, width * 0.5, height * 0.7] as const;
		assert.equal(rleToString(boxRle(box, size)), expected.box);
		assert.deepEqual(all.map(rleArea), expected.areas);
		assert.deepEqual(all.map(rleBox), expected.boxes);
		const overlaps = all.map((a) =>
			all.map((b, i) => rleIou(a, b, { crowd: i % 2 === 1 })),
		);
		assert.deepEqual(overlaps, expected.iou);
	}
});

test("compressed strings are read as they are written", () => {
	for (const { height, width, polygons, masks } of cases)
		for (const text of [...polygons, ...masks])
			assert.equal(rleToString(rleFromString(text, { height, width })), text);
	const wide: Rle = createRle({ height: 1, width: 2 ** 31 + 9 }, [
		3,
		2 ** 30,
		2 ** 30,
		6,
	]);
	assert.deepEqual(rleFromString(rleToString(wide), wide), wide);
});

test("what is no mask is refused", () => {
	const size = { height: 2, width: 3 };
	assert.throws(() => createRle(size, [4, 3]), /must cover 6, not 7/);
	assert.throws(() => createRle(size, [7, -1]), /run 1 .* not -1/);
	assert.throws(() => createRle(size, [5.5, 0.5]), /run 0 .* not 5\.5/);
	assert.throws(() => encodeRle([0, 1], size), /has 6 values, not 2/);
	assert.throws(() => rleFromString("6 ", size), /" " at position 1/);
	assert.throws(() => rleFromString("5", size), /must cover 6, not 5/);
	assert.throws(() => rleFromString("P", size), /break off/);
	assert.throws(
		() => mergeRles([emptyRle(size), emptyRle({ height: 3, width: 2 })], size),
		/2 x 3 and 3 x 2/,
	);
	assert.deepEqual(mergeRles([], size), emptyRle(size));
});
