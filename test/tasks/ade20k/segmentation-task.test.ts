import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { createLabelMap } from "../../../src/image/label-map.js";
import { overlay } from "../../../src/image/overlay.js";
import { Random } from "../../../src/random.js";
import { ade20k } from "../../../src/tasks/ade20k/ade20k.js";
import { ade20kClasses } from "../../../src/tasks/ade20k/classes.js";
import {
	ade20kPalette,
	vocPalette,
} from "../../../src/tasks/ade20k/palette.js";
import {
	windowStarts,
	withTestViews,
} from "../../../src/tasks/ade20k/test-views.js";
import { shapesSegmentation } from "../../../src/tasks/shapes/shapes-segmentation.js";
import { makeTask } from "../../../src/tasks/task-source.js";
import { picture } from "../../lcg.js";

const size = (height: number, width: number) => ({ height, width });

test("ADE20K has 150 classes and colors, all different", () => {
	assert.equal(ade20kClasses.length, 150);
	assert.equal(new Set(ade20kClasses).size, 150);
	assert.deepEqual([ade20kClasses[12], ade20kClasses[149]], ["person", "flag"]);
	assert.equal(ade20kPalette.length, 150);
	assert.deepEqual(ade20kPalette[12], [150, 5, 61]);
	assert.deepEqual(ade20kPalette[149], [92, 0, 255]);
	const voc = [
		[0, 0, 0],
		[128, 0, 0],
		[0, 128, 0],
		[128, 128, 0],
		[0, 0, 128],
	];
	assert.deepEqual(vocPalette(5), voc);
	assert.deepEqual(vocPalette(16)[15], [192, 128, 128]);
});

test("training images are at most as large as the crop, and padded to it; test images keep their shape", () => {
	const task = ade20k();
	const image = picture(60, 90);
	const target = createLabelMap(
		60,
		90,
		new Uint8Array(5400).map((_, i) => i % 7),
	);
	for (let seed = 0; seed < 5; seed++) {
		const example = task.augment({ image, target }, new Random(seed));
		const { height, width } = example.image;
		assert.deepEqual(
			size(example.target.height, example.target.width),
			size(height, width),
		);
		assert.ok(height <= 512 && width <= 512);
		assert.deepEqual(task.padded?.([size(height, width)]), size(512, 512));
	}
	const prepared = task.prepare(image);
	assert.deepEqual(size(prepared.height, prepared.width), size(512, 768));
	assert.deepEqual(task.padded?.([size(512, 768)]), size(512, 768));
	assert.deepEqual(task.padded?.([size(400, 2048)]), size(400, 2048));
});

test("padding is ignored in the labels of a batch", () => {
	const task = shapesSegmentation();
	const maps = [
		createLabelMap(1, 2, Uint8Array.of(3, 4)),
		createLabelMap(2, 1, Uint8Array.of(5, 255)),
	];
	const { labels } = task.batchTargets(maps, size(2, 3));
	const tensor = labels as tf.Tensor;
	assert.deepEqual(tensor.shape, [2, 2, 3]);
	assert.equal(tensor.dtype, "int32");
	assert.deepEqual(
		[...tensor.dataSync()],
		[3, 4, 255, 255, 255, 255, 5, 255, 255, 255, 255, 255],
	);
	tensor.dispose();
});

test("predictions have the size of the given images, in a batch of which some places are free", async () => {
	await tf.setBackend("cpu");
	const task = shapesSegmentation({ size: 16 });
	const classes = task.classes.length;
	// The class of a place is its column, so that a prediction tells what was resized to what.
	const values = Float32Array.from({ length: 3 * 4 * 4 * classes }, (_, i) =>
		i % classes === Math.floor(i / classes) % 4 ? 9 : 0,
	);
	const output = tf.tensor4d(values, [3, 4, 4, classes]);
	const shown = [
		{ given: size(16, 16), seen: size(16, 16) },
		{ given: size(6, 20), seen: size(12, 8) },
	];
	const [whole, part] = task.predictions(output, shown);
	assert.equal(whole?.data.length, 256);
	assert.deepEqual([...new Set(whole?.data)], [0, 1, 2, 3]);
	assert.deepEqual(size(part!.height, part!.width), size(6, 20));
	assert.deepEqual(
		[...part!.data.subarray(0, 20)],
		[...Array(10).fill(0), ...Array(10).fill(1)],
	);
	output.dispose();
});

test("the same task is made of its source, in another thread say", async () => {
	const task = shapesSegmentation({
		testImages: 5,
		training: { distortsColors: false },
	});
	const again = await makeTask(task.source!);
	assert.deepEqual(again.test.sample(3), task.test.sample(3));
	assert.deepEqual(again.settings, task.settings);
	assert.equal(
		JSON.stringify(task.source),
		JSON.stringify(structuredClone(task.source)),
	);
});

test("in the miniature the background counts less than things, unless it is told otherwise", () => {
	const networkOf = (...[options]: Parameters<typeof shapesSegmentation>) =>
		(shapesSegmentation(options).settings as { network: unknown }).network;
	const sizes = { channels: 64, auxiliaryChannels: 32 };
	assert.deepEqual(networkOf(), {
		...sizes,
		classWeights: [0.3, ...Array(10).fill(1)],
	});
	assert.deepEqual(networkOf({ domain: "source" }), {
		...sizes,
		classWeights: [0.3, ...Array(16).fill(1)],
	});
	assert.deepEqual(networkOf({ network: { classWeights: null } }), sizes);
	const classWeights = Array.from({ length: 11 }, (_, i) => i);
	assert.deepEqual(networkOf({ network: { channels: 8, classWeights } }), {
		...sizes,
		channels: 8,
		classWeights,
	});
	assert.throws(
		() => shapesSegmentation({ network: { classWeights: [1, 1] } }),
		/classWeights are 2, but there are 11 classes/,
	);
});

test("another way of testing has another name, but is of the same run", () => {
	const usual = shapesSegmentation();
	const mirrored = shapesSegmentation({ testing: { mirrored: true } });
	assert.equal(usual.test.name, "shapes-target-segmentation/test");
	assert.equal(
		mirrored.test.name,
		'shapes-target-segmentation/test {"mirrored":true}',
	);
	assert.deepEqual(mirrored.settings, usual.settings);
	assert.equal(mirrored.test.length, usual.test.length);
});

test("windows lie as mmsegmentation's", () => {
	const window = { size: 512, stride: 341 };
	assert.deepEqual(windowStarts(683, window), [0, 171]);
	assert.deepEqual(windowStarts(512, window), [0]);
	assert.deepEqual(windowStarts(400, window), [0]);
	assert.deepEqual(windowStarts(2048, window), [0, 341, 682, 1023, 1364, 1536]);
});

const resize = (x: tf.Tensor4D, height: number, width: number) =>
	tf.image.resizeBilinear(x, [height, width], false, true);

/** Logits that depend on where in the shown image a pixel is. */
function segment(images: tf.Tensor4D): tf.Tensor4D {
	const [batch, height, width] = images.shape;
	const [h, w] = [Math.ceil(height / 4), Math.ceil(width / 4)];
	const small = resize(images, h, w);
	const ramp = tf.tile(tf.reshape(tf.range(0, w), [1, 1, w, 1]), [
		batch,
		h,
		1,
		1,
	]);
	return tf.add(tf.mul(small, 5), tf.mul(ramp, [0.1, 0.2, -0.1]));
}

const images = (): tf.Tensor4D => {
	const { data } = picture(24, 20);
	return tf.tensor4d(
		Float32Array.from(data, (x) => x / 255),
		[1, 24, 20, 3],
	);
};

function furthest(a: tf.Tensor, b: tf.Tensor): number {
	assert.deepEqual(a.shape, b.shape);
	return tf.max(tf.abs(tf.sub(a, b))).dataSync()[0]!;
}

test("the logits of overlapping windows are averaged", async () => {
	await tf.setBackend("cpu");
	tf.tidy(() => {
		const all = images();
		const look = withTestViews(segment, {
			window: { size: 16, stride: 10 },
			ratios: [1],
			mirrored: false,
		});
		const sum = tf.buffer([1, 24, 20, 3]);
		const count = tf.buffer([1, 24, 20, 1]);
		for (const top of [0, 8])
			for (const left of [0, 4]) {
				const part = tf.slice(all, [0, top, left, 0], [1, 16, 16, 3]);
				const logits = resize(segment(part), 16, 16).arraySync()[0]!;
				logits.forEach((row, y) => {
					row.forEach((values, x) => {
						const at = [0, top + y, left + x] as const;
						count.set(count.get(...at, 0) + 1, ...at, 0);
						values.forEach((value, c) => {
							sum.set(sum.get(...at, c) + value, ...at, c);
						});
					});
				});
			}
		const expected = tf.div(sum.toTensor(), count.toTensor());
		assert.ok(furthest(look(all), expected) < 1e-5);
	});
});

test("sizes and mirror images are averaged as probabilities; one view is left as it is", async () => {
	await tf.setBackend("cpu");
	tf.tidy(() => {
		const all = images();
		const shares = (ratio: number, isMirrored: boolean) => {
			const [height, width] = [Math.round(24 * ratio), Math.round(20 * ratio)];
			const resized = resize(all, height, width);
			const shown = isMirrored ? tf.reverse(resized, 2) : resized;
			const result = tf.softmax(resize(segment(shown), 24, 20));
			return isMirrored ? tf.reverse(result, 2) : result;
		};
		const parts = [
			shares(0.5, false),
			shares(0.5, true),
			shares(1.5, false),
			shares(1.5, true),
		];
		const look = withTestViews(segment, {
			window: null,
			ratios: [0.5, 1.5],
			mirrored: true,
		});
		assert.ok(furthest(look(all), tf.div(tf.addN(parts), 4)) < 1e-5);
		const plain = withTestViews(segment, {
			window: null,
			ratios: [1],
			mirrored: false,
		});
		assert.equal(plain, segment);
	});
});

test("an overlay tints labeled pixels, and says what does not fit", () => {
	const image = picture(2, 2);
	const labels = createLabelMap(2, 2, Uint8Array.of(0, 1, 255, 1));
	const palette = [
		[0, 100, 200],
		[250, 250, 250],
	] as const;
	const { data } = overlay(image, labels, palette, { opacity: 0.25 });
	const expected = [...image.data].map((value, i) => {
		const color = palette[labels.data[Math.floor(i / 3)]!];
		return color ? Math.floor(value * 0.75 + color[i % 3]! * 0.25) : value;
	});
	assert.deepEqual([...data], expected);
	assert.throws(() => overlay(picture(2, 3), labels, palette), /2 x 2 .*2 x 3/);
	assert.throws(
		() => overlay(image, labels, palette.slice(0, 1)),
		/none for class 1/,
	);
});
