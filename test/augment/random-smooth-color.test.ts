import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { drawRandomSmoothColor } from "../../src/augment/draw-smooth-color.js";
import { changeColors } from "../../src/augment/random-smooth-color.js";
import { Random, useEngine } from "../../src/index.js";
import { compile, randomSmoothColor } from "../../src/parts.js";
import {
	fixtureImages,
	float32,
	furthest,
	onEveryEngine,
	readFixture,
} from "./fixture.js";

interface Case {
	lowest: number;
	coefficients: string;
	result: string;
}
interface Fixture {
	batch: number;
	size: number;
	cases: Case[];
}

for (const preset of ["imagenet", "cifar"]) {
	test(`a smooth color change is the reference's, ${preset}`, async () => {
		const { batch, size, cases } = readFixture<Record<string, Fixture>>(
			"random-smooth-color",
		)[preset] as Fixture;
		await onEveryEngine(({ label, compiled }) => {
			for (const { lowest, coefficients, result } of cases) {
				const values = float32(coefficients);
				const length = values.length / (batch * 3);
				const frequencies = Int32Array.from({ length }, (_, i) => lowest + i);
				const change = (images: tf.Tensor4D) =>
					changeColors(images, { frequencies, coefficients: values });
				const apply = compiled ? compile(change) : change;
				const changed = apply(fixtureImages(batch, size));
				const off = furthest(changed, float32(result));
				assert.ok(off < 1e-5, `${label}: off by ${off}`);
			}
		});
	});
}

test("frequency zero, which fills the end of a band, changes nothing", async () => {
	await useEngine();
	const images = fixtureImages(1, 8);
	const same = changeColors(images, {
		frequencies: Int32Array.of(0),
		coefficients: Float32Array.of(100, 100, 100),
	});
	assert.equal(furthest(same, images.dataSync()), 0);
});

test("the sum is the same sine outside 0-1", async () => {
	await useEngine();
	const levels = [-1.9, -0.3, 1.2, 2.7, 100.25, 254.7];
	const frequency = 7;
	// Coefficients that bring each level to 1/2.
	const coefficients = levels.map(
		(x) => (0.5 - x) / Math.sin(Math.PI * frequency * Math.fround(x)),
	);
	const count = levels.length;
	const changed = changeColors(
		tf.tile(tf.tensor4d(levels, [count, 1, 1, 1]), [1, 1, 1, 3]),
		{
			frequencies: Int32Array.of(frequency),
			coefficients: Float32Array.from(
				coefficients.flatMap((one) => [one, one, one]),
			),
		},
	);
	assert.ok(furthest(changed, Array(count * 3).fill(0.5)) < 1e-4);
});

test("the sum is that of sines at the highest frequencies", async () => {
	await useEngine();
	const frequencies = Int32Array.from({ length: 20 }, (_, i) => 481 + i);
	// So small that nothing is clipped.
	const coefficient = Math.fround(0.01);
	const random = new Random("levels");
	const levels = Float32Array.from({ length: 999 }, () =>
		random.uniform(0.25, 0.75),
	);
	const changed = changeColors(tf.tensor4d(levels, [1, 333, 1, 3]), {
		frequencies,
		coefficients: new Float32Array(60).fill(coefficient),
	});
	const expected = Array.from(levels, (x) =>
		frequencies.reduce(
			(sum, k) => sum + coefficient * Math.sin(Math.PI * k * x),
			x,
		),
	);
	assert.ok(furthest(changed, expected) < 2e-7);
});

test("the sum is that of sines in any band, of even and of odd frequencies, at any level", async () => {
	await useEngine();
	const levels = Float32Array.from({ length: 300 }, (_, i) => i / 299);
	for (const band of [
		[1],
		[2],
		[1, 2, 3],
		[6, 8, 10],
		[97, 98, 99, 100],
		[0, 5, 0, 12],
	]) {
		// So small that nothing is clipped, but at the ends.
		const weights = band.map((_, j) => 0.001 * (j + 1));
		const changed = changeColors(tf.tensor4d(levels, [1, 100, 1, 3]), {
			frequencies: Int32Array.from(band),
			coefficients: Float32Array.from([...weights, ...weights, ...weights]),
		});
		const expected = Array.from(levels, (x) => {
			const sum = band.reduce(
				(total, k, j) => total + weights[j]! * Math.sin(Math.PI * k * x),
				x,
			);
			return Math.min(Math.max(sum, 0), 1);
		});
		assert.ok(furthest(changed, expected) < 1e-7, `${band}`);
	}
});

test("black and white stay as they are", async () => {
	await useEngine();
	const images = tf.concat([
		tf.zeros([3, 4, 4, 3]),
		tf.ones([3, 4, 4, 3]),
	]) as tf.Tensor4D;
	for (let seed = 0; seed < 20; seed++) {
		const changed = randomSmoothColor(images, new Random("color", seed));
		assert.equal(furthest(changed, images.dataSync()), 0);
		changed.dispose();
	}
});

test("a gray level changes with variance T times the sum of sin² and mean zero", async () => {
	await useEngine();
	const level = 0.37;
	const count = 4000;
	// So cool that nothing is clipped.
	const options = { maximumTemperature: 1e-4 };
	const draw = drawRandomSmoothColor(count, new Random("variance"), options);
	const images = tf.fill([count, 1, 1, 3], level) as tf.Tensor4D;
	const changed = randomSmoothColor(images, new Random("variance"), options);
	const { mean, variance } = tf.moments(changed);
	const sum = draw.frequencies.reduce(
		(total, k) => total + Math.sin(Math.PI * k * level) ** 2,
		0,
	);
	const expected = draw.temperature * sum;
	assert.ok(Math.abs((variance.dataSync()[0] as number) / expected - 1) < 0.05);
	assert.ok(
		Math.abs((mean.dataSync()[0] as number) - level) <
			4 * Math.sqrt(expected / (count * 3)),
	);
});

test("the band is uniform, cut off at cut, and as long at every draw", () => {
	const cuts: number[] = [];
	const lowest: number[] = [];
	for (let seed = 0; seed < 2000; seed++) {
		const draw = drawRandomSmoothColor(1, new Random("band", seed));
		const present = draw.frequencies.filter((k) => k > 0);
		assert.equal(draw.frequencies.length, 20);
		assert.equal(draw.coefficients.length, 60);
		assert.equal(
			present.length,
			Math.min(20, draw.cut - (present[0] as number) + 1),
		);
		assert.ok(draw.temperature >= 0 && draw.temperature < 0.05);
		cuts.push(draw.cut);
		lowest.push((present[0] as number) / draw.cut);
	}
	const mean = (values: number[]) =>
		values.reduce((a, b) => a + b, 0) / values.length;
	assert.ok(Math.abs(mean(cuts) - 250.5) < 4 * (144 / Math.sqrt(2000)));
	assert.ok(Math.max(...cuts) <= 500 && Math.min(...cuts) >= 1);
	assert.ok(Math.abs(mean(lowest) - 0.5) < 0.03);
});

test("all frequencies up to cut", () => {
	const draw = drawRandomSmoothColor(2, new Random("all"), {
		maximumCut: 100,
		bandwidth: "all",
	});
	assert.deepEqual(
		[...draw.frequencies.slice(0, draw.cut)],
		Array.from({ length: draw.cut }, (_, i) => i + 1),
	);
	assert.ok(draw.frequencies.slice(draw.cut).every((k) => k === 0));
	assert.equal(draw.coefficients.length, 2 * 3 * 100);
});
