import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { primeMixture } from "../../src/augment/prime.js";
import {
	drawPrime,
	type PrimeDraw,
	type PrimeStep,
} from "../../src/augment/prime-draw.js";
import type { Primitive } from "../../src/augment/prime-options.js";
import { prime, primePresets, Random, useEngine } from "../../src/index.js";
import { auditPrime, type PrimeAudit, primeReadings } from "../../src/parts.js";
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
	weights: string;
	mixing: string;
	depths: number[];
	steps: {
		choices: Primitive[];
		diffeomorphism?: {
			cut: number;
			temperature: number;
			horizontal: string;
			vertical: string;
		};
		randomSmoothColor: {
			cut: number;
			temperature: number;
			lowest: number;
			coefficients: string;
		};
		randomFilter: { sigma: number; kernels: string };
	}[];
	result: string;
}

function stepOf({
	choices,
	diffeomorphism,
	randomSmoothColor: color,
	randomFilter,
}: Fixture["steps"][number]): PrimeStep {
	const coefficients = float32(color.coefficients);
	const length = coefficients.length / (choices.length * 3);
	return {
		choices,
		diffeomorphism: diffeomorphism && {
			...diffeomorphism,
			horizontal: float32(diffeomorphism.horizontal),
			vertical: float32(diffeomorphism.vertical),
		},
		randomSmoothColor: {
			...color,
			coefficients,
			frequencies: Int32Array.from({ length }, (_, i) => color.lowest + i),
		},
		randomFilter: { ...randomFilter, kernels: float32(randomFilter.kernels) },
	};
}

const drawOf = (fixture: Fixture): PrimeDraw => ({
	mixing: float32(fixture.mixing),
	weights: float32(fixture.weights),
	depths: Int32Array.from(fixture.depths),
	steps: fixture.steps.map(stepOf),
});

const released = { ...primePresets.dense, ...primeReadings["as-released"] };

async function checkAgainst(fixture: Fixture, options: typeof released) {
	const { batch, size, result } = fixture;
	await onEveryEngine(({ label }) => {
		const mixture = primeMixture(options);
		const mixed = mixture(fixtureImages(batch, size), drawOf(fixture));
		const off = furthest(mixed, float32(result));
		assert.ok(off < 1e-5, `${label}: off by ${off}`);
	});
}

test("PRIME is the reference's", async () => {
	const fixture = readFixture<Record<string, Fixture>>("prime")
		.described as Fixture;
	await checkAgainst(fixture, primePresets.imagenet);
});

test("a limited depth cuts chains off, as the reference's", async () => {
	const fixture = readFixture<Record<string, Fixture>>("prime")
		.limited as Fixture;
	assert.equal(fixture.steps.length, 2);
	await checkAgainst(fixture, { ...primePresets.imagenet, depthLimit: 2 });
});

test("PRIME as released is the reference's on 0-255", async () => {
	await checkAgainst(readFixture<Fixture>("prime-released"), released);
});

/** Audits of 8-bit images; where little is kept, a gray level of the chains is more than a thousandth. */
function audits(options: typeof released): PrimeAudit[] {
	const noise = fixtureImages(40, 16);
	const images = tf.div(tf.round(tf.mul(noise, 255)), 255) as tf.Tensor4D;
	return auditPrime(images, new Random("reading"), options).filter(
		({ kept }) => kept > 0.25 && kept < 0.9,
	);
}

test("as released, PRIME darkens: output is (1 - m) input", async () => {
	await useEngine();
	for (const { slope, explained, kept } of audits(released)) {
		assert.ok(explained > 0.999, `R² ${explained}`);
		assert.ok(Math.abs(slope - kept) < 0.01, `slope ${slope} for ${kept}`);
	}
});

test("as described, output is neither affine in the input nor of slope 1 - m", async () => {
	await useEngine();
	const all = audits({
		...primePresets.dense,
		...primeReadings["as-described"],
	});
	const affine = all.filter(({ explained }) => explained > 0.999);
	const ofSlope = all.filter(
		({ slope, kept }) => Math.abs(slope - kept) < 0.01,
	);
	assert.ok(
		affine.length < all.length / 10,
		`${affine.length} of ${all.length} affine`,
	);
	assert.ok(
		ofSlope.length < all.length / 4,
		`${ofSlope.length} of ${all.length} of slope 1 - m`,
	);
});

test("shares, depths and choices follow their laws", () => {
	const batch = 3000;
	const random = new Random("laws");
	const draw = drawPrime([batch, 4, 4, 3], random, {
		...primePresets.imagenet,
		diffeomorphism: { maximumCut: 3 },
	});
	const moments = (values: ArrayLike<number>) => {
		const all = Array.from(values);
		const mean = all.reduce((a, b) => a + b, 0) / all.length;
		return {
			mean,
			variance: all.reduce((a, b) => a + (b - mean) ** 2, 0) / all.length,
		};
	};
	const near = (actual: number, expected: number, within: number) =>
		assert.ok(
			Math.abs(actual - expected) < within,
			`${actual} for ${expected}`,
		);
	const m = moments(draw.mixing);
	near(m.mean, 1 / 2, 0.02);
	near(m.variance, 1 / 12, 0.005);
	for (let i = 0; i < 3; i++) {
		const w = moments(draw.weights.filter((_, at) => at % 3 === i));
		near(w.mean, 1 / 3, 0.02);
		// Dirichlet(1, 1, 1).
		near(w.variance, 1 / 18, 0.005);
	}
	for (let b = 0; b < batch; b++) {
		const sum = draw.weights.slice(b * 3, b * 3 + 3).reduce((x, y) => x + y, 0);
		near(sum, 1, 1e-6);
	}
	for (const depth of [1, 2, 3]) {
		const share =
			draw.depths.filter((d) => d === depth).length / draw.depths.length;
		near(share, 1 / 3, 0.02);
	}
	for (const { choices } of draw.steps) {
		for (const name of [
			"diffeomorphism",
			"randomSmoothColor",
			"randomFilter",
		]) {
			near(
				choices.filter((choice) => choice === name).length / choices.length,
				1 / 3,
				0.02,
			);
		}
	}
	assert.equal(draw.steps.length, 3);
});

test("the same seed gives the same images, another seed others, and no tensor is left behind", async () => {
	await useEngine();
	const images = fixtureImages(3, 16);
	const augment = prime(primePresets.cifar);
	augment(images, new Random(1)).dispose();
	const before = tf.memory().numTensors;
	const first = augment(images, new Random(1));
	assert.equal(tf.memory().numTensors, before + 1);
	assert.equal(furthest(augment(images, new Random(1)), first.dataSync()), 0);
	assert.ok(furthest(augment(images, new Random(2)), first.dataSync()) > 0.01);
});

test("PRIME is bit for bit what it was, whatever the machine", async () => {
	await useEngine();
	const hash = createHash("sha256");
	const noise = fixtureImages(6, 12);
	const levels = tf.div(tf.round(tf.mul(noise, 255)), 255) as tf.Tensor4D;
	const { cifar, dense } = primePresets;
	for (const options of [dense, released, cifar])
		for (const images of [noise, levels]) {
			const mixed = prime(options)(images, new Random("ever"));
			hash.update(new Uint8Array(mixed.dataSync().slice().buffer));
		}
	assert.equal(hash.digest("hex").slice(0, 16), "b4426b264950c33e");
});

test("as many kernels are called for many images as for one", async () => {
	await useEngine();
	await tf.setBackend("cpu");
	// A diffeomorphism is computed where a chain chose it: with this seed, one does at every step.
	const kernels = async (batch: number) => {
		const images = fixtureImages(batch, 8);
		const { kernels } = await tf.profile(() =>
			prime(primePresets.cifar)(images, new Random("kernels", 1)),
		);
		images.dispose();
		return kernels.length;
	};
	const few = await kernels(8);
	assert.ok(few <= 12, `${few} kernels`);
	assert.equal(await kernels(64), few);
});

test("the result is in 0-1 and has the shape of the images", async () => {
	await useEngine();
	const images = tf.tile(fixtureImages(4, 16), [1, 1, 2, 1]) as tf.Tensor4D;
	const mixed = prime(primePresets.dense)(images, new Random("range"));
	assert.deepEqual(mixed.shape, [4, 16, 32, 3]);
	assert.ok((tf.min(mixed).dataSync()[0] as number) >= 0);
	assert.ok((tf.max(mixed).dataSync()[0] as number) <= 1 + 1e-6);
});

test("images that are not square, and PRIME without primitives, are refused", async () => {
	await useEngine();
	const images = tf.zeros([1, 4, 6, 3]) as tf.Tensor4D;
	assert.throws(() => prime()(images, new Random(1)), /preset "dense"/);
	const none = { width: 3, maximumDepth: 3, white: 1 } as const;
	assert.throws(
		() => prime(none)(images, new Random(1)),
		/at least one primitive/,
	);
});
