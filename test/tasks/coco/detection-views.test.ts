import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../../../src/random.js";
import {
	augmentScene,
	cocoMultiScale,
	cocoViews,
	detectionCanvas,
} from "../../../src/tasks/coco/data/detection-views.js";
import { boxRle } from "../../../src/tasks/coco/rle/polygon.js";
import { rleBox } from "../../../src/tasks/coco/rle/rle.js";
import { picture } from "../../lcg.js";

const size = { height: 120, width: 200 };
const scene = {
	image: picture(size.height, size.width),
	target: {
		boxes: Float32Array.of(20, 30, 100, 90),
		labels: Int32Array.of(2),
		masks: [boxRle([20, 30, 80, 60], size)],
		crowd: new Uint8Array(1),
	},
};

test("training images are resized and half of them mirrored", () => {
	const views = { ...cocoViews, scale: [100, 50] as const };
	const lefts = Array.from({ length: 40 }, (_, i) => {
		const random = new Random("views", i);
		const { image, target } = augmentScene(scene, views, random);
		assert.deepEqual([image.height, image.width], [50, 83]);
		const [left, top, width, height] = rleBox(target.masks[0]!);
		const expected = [left, top, left + width, top + height];
		expected.forEach((edge, i) => {
			assert.ok(Math.abs(edge - target.boxes[i]!) <= 1);
		});
		return Math.round(target.boxes[0]!);
	});
	assert.deepEqual([...new Set(lefts)].sort(), [42, 8]);
	const mirrored = lefts.filter((left) => left === 42).length;
	assert.ok(mirrored > 10 && mirrored < 30);
});

test("images of many sizes keep boxes around masks", () => {
	const multiScale = {
		shorter: cocoMultiScale.shorter.map((side) => side / 8),
		beforeCrop: cocoMultiScale.beforeCrop.map((side) => side / 8),
		crop: [48, 75] as const,
	};
	const views = { ...cocoViews, scale: [166, 100] as const, multiScale };
	const shapes = new Set<string>();
	const centers: number[] = [];
	let without = 0;
	for (let i = 0; i < 100; i++) {
		const random = new Random("scales", i);
		const { image, target } = augmentScene(scene, views, random);
		shapes.add(`${image.height} x ${image.width}`);
		assert.ok(Math.max(image.height, image.width) <= 166);
		if (target.labels.length === 0) {
			without++;
			continue;
		}
		const [mask] = target.masks;
		assert.deepEqual([mask!.height, mask!.width], [image.height, image.width]);
		const [left, top, width, height] = rleBox(mask!);
		centers.push((left + width / 2) / image.width);
		const edges = [left, top, left + width, top + height];
		// A pixel at the edge of a part may be resized to several.
		edges.forEach((edge, k) => {
			assert.ok(Math.abs(edge - target.boxes[k]!) <= 3, `${edge}`);
		});
	}
	assert.ok(shapes.size > 30, `${shapes.size} shapes`);
	assert.ok(without < 20);
	assert.ok(centers.filter((center) => center < 0.4).length > 20);
	assert.ok(centers.filter((center) => center > 0.6).length > 20);
});

test("batches have one of three shapes, or fit tightly", () => {
	const lying = { height: 800, width: 1067 };
	const standing = { height: 1333, width: 750 };
	const canvas = (...sizes: (typeof lying)[]) => {
		const { height, width } = detectionCanvas(sizes, cocoViews);
		return [height, width];
	};
	assert.deepEqual(canvas(lying), [800, 1344]);
	assert.deepEqual(canvas(standing), [1344, 800]);
	assert.deepEqual(canvas(lying, standing), [1344, 1344]);
	assert.deepEqual(canvas({ height: 640, width: 640 }), [800, 1344]);
	assert.deepEqual(canvas({ height: 640, width: 2000 }), [640, 2016]);
	const tight = detectionCanvas([lying, { height: 801, width: 5 }], {
		...cocoViews,
		canvas: "tight",
	});
	assert.deepEqual(tight, { height: 832, width: 1088 });
});
