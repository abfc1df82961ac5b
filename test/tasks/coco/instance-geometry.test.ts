import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32 } from "node:zlib";
import {
	cropInstances,
	mirroredInstances,
	resizeInstances,
	trainable,
} from "../../../src/tasks/coco/data/instance-geometry.js";
import type { Instances } from "../../../src/tasks/coco/instances.js";
import {
	decodeRle,
	emptyRle,
	encodeRle,
	type Rle,
} from "../../../src/tasks/coco/rle/rle.js";
import {
	cropRle,
	mirroredRle,
	resizeRle,
} from "../../../src/tasks/coco/rle/rle-geometry.js";
import { Lcg } from "../../lcg.js";
import { blobs } from "./blobs.js";
import { fixture } from "./fixture.js";

interface Case {
	readonly from: readonly [height: number, width: number];
	readonly to: readonly [height: number, width: number];
	readonly mask: number;
	readonly mirror: number;
	readonly part: number;
	readonly boxes: number[];
	readonly mirroredBoxes: number[];
}

const sizeOf = ([height, width]: readonly [number, number]) => ({
	height,
	width,
});

function made(boxes: ArrayLike<number>, masks: Rle[] = []): Instances {
	const count = boxes.length / 4;
	return {
		boxes: Float32Array.from(boxes),
		labels: Int32Array.from({ length: count }, (_, i) => i),
		masks: Array.from(
			{ length: count },
			(_, i) => masks[i] ?? emptyRle({ height: 20, width: 30 }),
		),
		crowd: new Uint8Array(count),
	};
}

test("masks and boxes are resized and mirrored as by mmdetection", () => {
	const lcg = new Lcg(5);
	for (const expected of fixture<Case[]>("views.json")) {
		const from = sizeOf(expected.from);
		const to = sizeOf(expected.to);
		const mask = encodeRle(blobs(lcg, from), from);
		const boxes = Float32Array.from(
			{ length: 12 },
			(_, i) =>
				(lcg.uniform() * 1.4 - 0.2) * (i % 2 ? from.height : from.width),
		);
		const resized = resizeInstances(made(boxes, [mask, mask, mask]), from, to);
		assert.deepEqual([...resized.boxes], expected.boxes);
		assert.equal(crc32(decodeRle(resized.masks[1]!)), expected.mask);
		const mirrored = mirroredInstances(resized, to);
		assert.deepEqual([...mirrored.boxes], expected.mirroredBoxes);
		assert.equal(crc32(decodeRle(mirrored.masks[2]!)), expected.mirror);
		const part = { top: 2, left: 1, height: 3, width: 7 };
		assert.equal(crc32(decodeRle(cropRle(mask, part))), expected.part);
	}
});

test("masks that are changed hold no empty runs within", () => {
	const size = { height: 30, width: 40 };
	const mask = encodeRle(blobs(new Lcg(1), size), size);
	const half = resizeRle(mask, { height: 7, width: 90 });
	for (const rle of [half, mirroredRle(mask), mirroredRle(half)]) {
		assert.ok(rle.counts.subarray(1).every((count) => count > 0));
		assert.deepEqual(encodeRle(decodeRle(rle), rle), rle);
	}
	assert.deepEqual(mirroredRle(mirroredRle(mask)), mask);
	const beyond = cropRle(mask, { top: -5, left: 35, height: 10, width: 10 });
	const wanted = new Uint8Array(100);
	const pixels = decodeRle(mask);
	for (let y = 0; y < 5; y++)
		for (let x = 0; x < 5; x++)
			wanted[(y + 5) * 10 + x] = pixels[y * 40 + x + 35]!;
	assert.deepEqual(decodeRle(beyond), wanted);
});

test("a part of an image has the instances that reach into it", () => {
	const boxes = [0, 0, 4, 4, 3, 3, 12, 12, 10, 0, 20, 20];
	const part = { top: 2, left: 4, height: 6, width: 6 };
	const kept = cropInstances(made(boxes), part);
	assert.deepEqual([...kept.labels], [1]);
	assert.deepEqual([...kept.boxes], [0, 1, 6, 6]);
	assert.deepEqual(kept.masks, [emptyRle(part)]);
});

test("a detector is trained on what mmdetection trains on", () => {
	const image = { height: 20, width: 30 };
	const boxes = [
		...[2, 2, 9, 9],
		...[2, 2, 2.5, 9],
		...[30, 2, 40, 9],
		...[-5, -5, 1, 1],
		...[2, 2, 9, 9],
		...[2, 2, 9, 9],
		...[2, 2, 9, 9],
	];
	const instances = made(boxes);
	instances.crowd[4] = 1;
	const annotated = {
		ids: new Float64Array(7),
		boxes: Float64Array.from(boxes, (value, i) =>
			i % 4 < 2 ? value : value - boxes[i - 2]!,
		),
		areas: new Float64Array(7).fill(20).fill(0, 5, 6),
		ignored: new Uint8Array(7).fill(1, 6),
	};
	const given = { ...instances, annotated };
	assert.deepEqual([...trainable(given, image).labels], [0, 3]);
	assert.deepEqual([...trainable(instances, image).labels], [0, 3, 5, 6]);
});
