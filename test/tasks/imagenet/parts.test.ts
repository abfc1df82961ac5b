import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { Random } from "../../../src/random.js";
import { readMat } from "../../../src/tasks/imagenet/mat-file.js";
import {
	topFive,
	topFiveAccuracy,
} from "../../../src/tasks/imagenet/top-five.js";
import { wnids } from "../../../src/tasks/imagenet/wnids.js";
import { metaFile } from "./fixture.js";

test("a MATLAB file that SciPy wrote", () => {
	const { synsets } = readMat(metaFile) as {
		synsets: Record<string, unknown>[];
	};
	assert.equal(synsets.length, 1002);
	assert.deepEqual(synsets[41], {
		ILSVRC2012_ID: [42],
		WNID: wnids[7 * 42],
		words: "word 42",
		num_children: [0],
		children: [],
	});
	assert.deepEqual(synsets[1000], {
		ILSVRC2012_ID: [1001],
		WNID: "n00001740",
		words: "entity",
		num_children: [2],
		children: [1, 2],
	});
	assert.equal(synsets[1001]?.words, "café");
	assert.throws(() => readMat(metaFile.subarray(0, 3000)), /ends|unexpected/);
	assert.throws(() => readMat(Buffer.alloc(200)), /no MATLAB file/);
});

test("the five likeliest classes, the first of equal ones first", () => {
	const random = new Random("top five");
	const rows = Array.from({ length: 9 }, () =>
		Array.from({ length: 40 }, () => random.integer(0, 12)),
	);
	const expected = rows.map((row) =>
		row
			.map((value, i) => ({ value, i }))
			.sort((a, b) => b.value - a.value || a.i - b.i)
			.slice(0, 5)
			.map(({ i }) => i),
	);
	const logits = tf.tensor2d(rows);
	assert.deepEqual(topFive(logits), expected);
	logits.dispose();
});

test("top-1 is the score, top-5 and the mean per class are details", () => {
	const metric = topFiveAccuracy();
	metric.add([3, 1, 2, 0, 4], 3);
	metric.add([3, 1, 2, 0, 4], 4);
	metric.add([3, 1, 2, 0, 4], 9);
	metric.add([9, 1, 2, 0, 4], 9);
	assert.equal(metric.value(), 50);
	assert.deepEqual(metric.details(), {
		"mean per class": (100 + 0 + 50) / 3,
		"top-5 accuracy": 75,
	});
	assert.deepEqual(
		[4, 3].map((target) => metric.hit([3, 4, 2, 0, 1], target)),
		[false, true],
	);
});
