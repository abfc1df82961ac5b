import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { useEngine } from "../../src/engine/engine.js";
import { dataOrder } from "../../src/train/data-order.js";
import type { Recipe } from "../../src/train/recipe.js";
import { batchSource, tinyRecipe, tinyTask } from "./tiny-task.js";

before(() => useEngine());

const imagesAt = (changes: Partial<Recipe>, step: number, part = 0) =>
	batchSource(tinyTask, { ...tinyRecipe, ...changes })(step, part).images;

describe("the order of the data", () => {
	test("each epoch has every example once, in an order of its own", () => {
		const at = dataOrder({ length: 50 }, { seed: 3, batchSize: 8 });
		const epoch = (number: number) =>
			Array.from({ length: 50 }, (_, i) => at(50 * number + i));
		const [first, second] = [epoch(0), epoch(1)];
		const all = Array.from({ length: 50 }, (_, i) => i);
		for (const order of [first, second])
			assert.deepEqual(
				[...order].sort((a, b) => a - b),
				all,
			);
		assert.notDeepEqual(first, second);
		assert.notDeepEqual(first, all);
		assert.deepEqual(epoch(0), first, "going back changes nothing");
	});

	test("batches are of one group, which is filled up, in an order of their own", () => {
		const group = (index: number) => (index % 5 === 0 ? 1 : 0);
		const at = dataOrder({ length: 50, group }, { seed: 3, batchSize: 8 });
		// Ten of one kind and forty of the other: two batches and five.
		const batches = Array.from({ length: 14 }, (_, b) =>
			Array.from({ length: 8 }, (_, i) => at(8 * b + i)),
		);
		const kinds = batches.map((batch) => new Set(batch.map(group)));
		assert.ok(kinds.every(({ size }) => size === 1));
		const [first, second] = [batches.slice(0, 7), batches.slice(7)];
		for (const epoch of [first, second])
			assert.equal(new Set(epoch.flat()).size, 50);
		assert.notDeepEqual(first, second);
		const isRare = kinds.map((kind) => kind.has(1));
		assert.equal(isRare.slice(0, 7).filter(Boolean).length, 2);
		assert.notDeepEqual(isRare.slice(0, 7), isRare.slice(7));
	});
});

describe("batches", () => {
	test("a step has the same batch whatever came before", () => {
		const recipe = { ...tinyRecipe, augment: { name: "augmix" } } as const;
		const source = batchSource(tinyTask, recipe);
		for (let step = 0; step < 9; step++) source(step);
		const again = Array.from(source(4).images.dataSync());
		assert.deepEqual(again, Array.from(imagesAt(recipe, 4).dataSync()));
	});

	test("parts are the batch, cut", () => {
		const whole = Array.from(imagesAt({}, 2).dataSync());
		const parts = [0, 1].flatMap((part) =>
			Array.from(imagesAt({ accumulate: 2 }, 2, part).dataSync()),
		);
		assert.deepEqual(parts, whole);
	});

	test("consistency shows the clean images and two different views", () => {
		const augment = { name: "augmix" } as const;
		const views = imagesAt({ augment, consistency: 12 }, 0);
		assert.deepEqual(views.shape, [24, 32, 32, 3]);
		const [clean, first, second] = tf
			.split(views, 3)
			.map((view) => Array.from(view.dataSync()));
		assert.deepEqual(clean, Array.from(imagesAt({}, 0).dataSync()));
		assert.notDeepEqual(first, second);
	});

	test("PRIME as released darkens; as described it does not", () => {
		const augment = { name: "prime", preset: "dense" } as const;
		const clean = imagesAt({}, 0);
		/** How far each image is from the clean one, scaled by the best factor. */
		const distances = (reading: Recipe["reading"]) => {
			const images = imagesAt({ augment, reading }, 0);
			const product = tf.sum(tf.mul(images, clean), [1, 2, 3], true);
			const scale = tf.div(product, tf.sum(tf.square(clean), [1, 2, 3], true));
			const rest = tf.sub(images, tf.mul(clean, scale));
			return Array.from(tf.mean(tf.abs(rest), [1, 2, 3]).dataSync());
		};
		assert.ok(Math.max(...distances("as-released")) < 1 / 255);
		assert.ok(Math.max(...distances("as-described")) > 5 / 255);
	});
});
