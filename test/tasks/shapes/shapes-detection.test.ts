import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../../../src/random.js";
import { rleBox } from "../../../src/tasks/coco/rle/rle.js";
import { shapesDetection } from "../../../src/tasks/shapes/shapes-detection.js";

test("boxes lie around the masks of what can be seen", () => {
	const { test: pictures, classes } = shapesDetection({ testImages: 20 });
	const counts = new Set<number>();
	for (let i = 0; i < pictures.length; i++) {
		const { id, image, target } = pictures.sample(i);
		assert.equal(id, `shapes-target-detection/test/${i}`);
		assert.deepEqual([image.height, image.width], [128, 128]);
		target.masks.forEach((mask, k) => {
			const [left, top, width, height] = rleBox(mask);
			assert.deepEqual(
				[...target.boxes.subarray(4 * k, 4 * k + 4)],
				[left, top, left + width, top + height],
			);
			assert.ok(target.labels[k]! < classes.length);
		});
		counts.add(target.labels.length);
	}
	// Few scenes have room for seven.
	assert.ok([...counts].every((count) => count >= 3 && count <= 7));
	assert.ok(counts.size >= 3);
	assert.throws(() => pictures.sample(20), /pictures 0 to 19, not 20/);
});

test("what is right is a score of 100", () => {
	const task = shapesDetection({ testImages: 12 });
	const metric = task.metric();
	for (let i = 0; i < 12; i++) {
		const { target } = task.test.sample(i);
		const scores = new Float32Array(target.labels.length).fill(1);
		metric.add({ ...target, scores }, target);
	}
	assert.ok(Math.abs(metric.value() - 100) < 1e-9);
	assert.ok(Math.abs(metric.details!()["mask AP"]! - 100) < 1e-9);
});

test("training pictures are mirrored, not resized", () => {
	const task = shapesDetection();
	const example = task.train.sample(3);
	const lefts = Array.from({ length: 20 }, (_, i) => {
		const seen = task.augment(example, new Random("flip", i));
		assert.deepEqual(seen.target.labels, example.target.labels);
		return seen.target.boxes[0]!;
	});
	assert.equal(new Set(lefts).size, 2);
	assert.ok(lefts.includes(example.target.boxes[0]!));
	assert.deepEqual(task.padded?.([example.image]), { height: 128, width: 128 });
});
