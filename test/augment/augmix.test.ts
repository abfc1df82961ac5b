import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import {
	type AugmixDraw,
	type AugmixStep,
	drawAugmix,
	mixAugmix,
} from "../../src/augment/augmix.js";
import { operations } from "../../src/augment/augmix-operations.js";
import { createImage, type Image } from "../../src/image/image.js";
import { augmix, Random, useEngine } from "../../src/index.js";
import { augmixOperations } from "../../src/parts.js";
import { fixtureImages, float32, furthest, readFixture } from "./fixture.js";

interface Fixture {
	size: number;
	operations: (AugmixStep & { result: string })[];
	mixtures: (AugmixDraw & { seed: number; result: string })[];
}

const { size, operations: cases, mixtures } = readFixture<Fixture>("augmix");

/** A noisy ramp between the gray levels 30 and 220. */
function picture(seed: number): Image {
	let state = seed;
	const data = Uint8Array.from({ length: size * size * 3 }, (_, i) => {
		state = (state * 1664525 + 1013904223) % 2 ** 32;
		return 30 + ((i * 5) % 151) + Math.floor((40 * state) / 2 ** 32);
	});
	return createImage(size, size, data);
}

const bytes = (base64: string) =>
	Uint8Array.from(Buffer.from(base64, "base64"));

for (const name of Object.keys(operations)) {
	test(`${name} is Pillow's, bit for bit`, () => {
		const ofName = cases.filter(({ operation }) => operation === name);
		assert.ok(ofName.length > 0);
		for (const { operation, result, ...strength } of ofName) {
			const image = picture(1);
			const { data } = operations[operation](image, strength);
			assert.deepEqual(data, bytes(result), `level ${strength.level}`);
			assert.deepEqual(image, picture(1), "the image is left as it was");
		}
	});
}

test("the mixture is the reference's", () => {
	for (const { seed, result, ...draw } of mixtures) {
		const mixed = mixAugmix(picture(seed), draw);
		const expected = float32(result);
		const off = mixed.map((value, i) =>
			Math.abs(value - (expected[i] as number)),
		);
		assert.ok(Math.max(...off) < 1e-6, `off by ${Math.max(...off)}`);
	}
});

test("draws follow their laws", () => {
	const draws = Array.from({ length: 3000 }, (_, seed) =>
		drawAugmix(new Random("augmix", seed), { severity: 1 }),
	);
	const mean = (values: number[]) =>
		values.reduce((a, b) => a + b, 0) / values.length;
	const steps = draws.flatMap(({ chains }) => chains.flat());
	const near = (actual: number, expected: number) =>
		assert.ok(Math.abs(actual - expected) < 0.02, `${actual} for ${expected}`);
	near(mean(draws.map(({ mixing }) => mixing)), 1 / 2);
	near(mean(draws.map(({ weights }) => weights[0] as number)), 1 / 3);
	near(mean(steps.map(({ level }) => level)), 0.55);
	near(mean(steps.map(({ negative }) => Number(negative))), 1 / 2);
	near(steps.length / 3000 / 3 / 2, 1);
	for (const name of augmixOperations)
		near(mean(steps.map(({ operation }) => Number(operation === name))), 1 / 9);
	assert.ok(steps.every(({ level }) => level >= 0.1 && level < 1));
});

test("the same seed gives the same images, in 0-1, and leaves no tensor behind", async () => {
	await useEngine();
	const images = fixtureImages(3, 12);
	const augment = augmix({ severity: 3 });
	const before = tf.memory().numTensors;
	const mixed = augment(images, new Random(1));
	assert.equal(tf.memory().numTensors, before + 1);
	assert.deepEqual(mixed.shape, images.shape);
	assert.equal(furthest(augment(images, new Random(1)), mixed.dataSync()), 0);
	assert.ok(furthest(augment(images, new Random(2)), mixed.dataSync()) > 0.01);
	assert.ok((tf.min(mixed).dataSync()[0] as number) >= 0);
	assert.ok((tf.max(mixed).dataSync()[0] as number) <= 1 + 1e-6);
});

test("an impossible severity, and no operations, are refused", () => {
	assert.throws(
		() => augmix({ severity: 11 }),
		/severity must be a number from 0.1 to 10, not 11/,
	);
	assert.throws(
		() => augmix({ operations: [] }),
		/operations must be a list of at least 1/,
	);
});
