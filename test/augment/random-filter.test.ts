import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { drawRandomFilter } from "../../src/augment/draw-filter.js";
import { filterImages } from "../../src/augment/random-filter.js";
import { Random, useEngine } from "../../src/index.js";
import { compile, randomFilter } from "../../src/parts.js";
import {
	fixtureImages,
	float32,
	furthest,
	onEveryEngine,
	readFixture,
} from "./fixture.js";

interface Fixture {
	batch: number;
	size: number;
	cases: { kernels: string; result: string }[];
}

test("a filter is the reference's", async () => {
	const { batch, size, cases } = readFixture<Fixture>("random-filter");
	await onEveryEngine(({ label, compiled }) => {
		for (const { kernels, result } of cases) {
			const filter = (images: tf.Tensor4D) =>
				filterImages(images, float32(kernels));
			const apply = compiled ? compile(filter) : filter;
			const filtered = apply(fixtureImages(batch, size));
			const off = furthest(filtered, float32(result));
			assert.ok(off < 1e-5, `${label}: off by ${off}`);
		}
	});
});

test("without strength, the image moves up and to the left, or stays where the impulse is centered", async () => {
	await useEngine();
	const images = fixtureImages(2, 6);
	const moved = randomFilter(images, new Random(1), { sigma: 0 });
	const cut = tf.slice(images, [0, 1, 1, 0], [2, 5, 5, 3]);
	assert.equal(furthest(tf.slice(moved, 0, [2, 5, 5, 3]), cut.dataSync()), 0);
	assert.equal(
		tf.max(tf.slice(moved, [0, 5, 0, 0], [2, 1, 6, 3])).dataSync()[0],
		0,
	);
	const same = randomFilter(images, new Random(1), {
		sigma: 0,
		impulse: "center",
	});
	assert.equal(furthest(same, images.dataSync()), 0);
});

test("a constant image becomes clip(c (1 + sigma S)) with S of variance 9", async () => {
	await useEngine();
	const count = 3000;
	const random = () => new Random("constant", 3);
	const { sigma, kernels } = drawRandomFilter(count, random(), { sigma: 0.02 });
	const images = tf.fill([count, 3, 3, 3], 0.5) as tf.Tensor4D;
	const filtered = randomFilter(images, random(), { sigma: 0.02 });
	const middle = tf.slice(filtered, [0, 1, 1, 0], [count, 1, 1, 3]);
	const sums = Array.from({ length: count }, (_, i) =>
		kernels.slice(i * 9, i * 9 + 9).reduce((a, b) => a + b, 0),
	);
	assert.ok(
		furthest(
			middle,
			sums.flatMap((sum) => Array(3).fill(Math.min(1, Math.max(0, sum / 2)))),
		) < 1e-5,
	);
	const strengths = sums.map((sum) => (sum - 1) / sigma);
	const variance = strengths.reduce((total, s) => total + s * s, 0) / count;
	assert.ok(
		Math.abs(variance / 9 - 1) < 4 * Math.sqrt(2 / count),
		`${variance}`,
	);
});

test("larger kernels keep upstream's place of the impulse", () => {
	const { kernels } = drawRandomFilter(1, new Random(1), {
		kernelSize: 5,
		sigma: 0,
	});
	assert.equal(kernels.indexOf(1), 3 * 5 + 3);
});

test("a kernel without a center is refused", () => {
	for (const kernelSize of [1, 4, 2.5]) {
		assert.throws(
			() => randomFilter(tf.zeros([1, 4, 4, 3]), new Random(1), { kernelSize }),
			/odd number of at least 3/,
		);
	}
});

test("a kernel of three, with zeros around it, is the same of five", async () => {
	await useEngine();
	const images = fixtureImages(2, 9);
	const { kernels } = drawRandomFilter(2, new Random("wide"), {});
	const wide = new Float32Array(2 * 25);
	kernels.forEach((weight, i) => {
		const [kernel, row, column] = [
			Math.floor(i / 9),
			Math.floor((i % 9) / 3),
			i % 3,
		];
		wide[25 * kernel + 5 * (row + 1) + column + 1] = weight;
	});
	const narrow = filterImages(images, kernels);
	assert.ok(furthest(narrow, images.dataSync()) > 0.01);
	assert.equal(furthest(filterImages(images, wide), narrow.dataSync()), 0);
});
