import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import type {
	BatchFacts,
	BatchTargets,
	TrainingBatch,
} from "../../src/augment/augmentation.js";
import { cutBatch } from "../../src/augment/cutmix.js";
import { drawBeta } from "../../src/augment/draw-beta.js";
import { mixBatch, mixLists } from "../../src/augment/mix-batch.js";
import {
	cutmix,
	imagenetNormalization,
	mixup,
	Random,
	randomErasing,
	useEngine,
} from "../../src/index.js";
import { float32, readFixture } from "./fixture.js";
import { injected } from "./injected.js";

interface Mixture {
	share: number;
	images: string;
	labels: string;
}

interface Fixture {
	count: number;
	height: number;
	width: number;
	classes: number;
	labels: number[];
	mixup: Mixture[];
	cutmix: (Mixture & { x: number; y: number })[];
	erasing: {
		options: Parameters<typeof randomErasing>[0];
		uniforms: number[];
		places: number[];
		images: string;
	}[];
}

const fixture = readFixture<Fixture>("mixing");
const { count, height, width, classes } = fixture;
const plain = { mean: [0, 0, 0], std: [1, 1, 1] } as const;

before(() => useEngine("onnxruntime"));

function noise(images: number): tf.Tensor4D {
	let state = 1;
	const values = Float32Array.from(
		{ length: images * height * width * 3 },
		() => {
			state = (state * 1664525 + 1013904223) % 2 ** 32;
			return state / 2 ** 32;
		},
	);
	return tf.tensor4d(values, [images, height, width, 3]);
}

const factsOf = (images: number): BatchFacts => ({
	sizes: Array(images).fill({ height, width }),
	classes,
	normalization: plain,
});

const batchOf = (labels: tf.Tensor): TrainingBatch => ({
	images: noise(labels.shape[0] as number),
	targets: { labels },
});

const labels = () => tf.tensor1d(fixture.labels, "int32");

const values = (targets: BatchTargets): Float32Array =>
	(targets.labels as tf.Tensor).dataSync() as Float32Array;

describe("batches are mixed as torchvision's references mix them, bit for bit", () => {
	// All but the draw of the share, which has a test of its own.
	const compare = (
		{ images, labels: shares }: Pick<Mixture, "images" | "labels">,
		mix: Parameters<typeof mixBatch>[2],
	) => {
		const mixed = mixBatch("mixture", {}, mix).batch(
			batchOf(labels()),
			new Random(0),
			factsOf(count),
		);
		assert.deepEqual(mixed.images.dataSync(), float32(images));
		assert.deepEqual(values(mixed.targets), float32(shares));
	};

	test("mixup", () => {
		for (const { share, ...expected } of fixture.mixup)
			compare(expected, (lists) => {
				mixLists(lists, share, height * width * 3);
				return share;
			});
	});

	test("CutMix", () => {
		for (const { share, x, y, ...expected } of fixture.cutmix)
			compare(expected, (images) => cutBatch(images, { share, x, y }));
	});

	test("CutMix and mixup, whole, whatever is drawn", () => {
		for (const augmentation of [mixup(), cutmix()])
			for (let seed = 0; seed < 20; seed++) {
				const random = new Random("whole", seed);
				const given = batchOf(labels());
				const { images, targets } = augmentation.batch(
					given,
					random,
					factsOf(count),
				);
				const [clean, mixed] = [given.images.dataSync(), images.dataSync()];
				const shares = values(targets);
				const own = shares[classes] as number;
				// The second image is of class 0, the others are of class 4.
				const length = height * width * 3;
				const second = mixed.subarray(length, 2 * length);
				const sum = (list: ArrayLike<number>) =>
					Array.from(list).reduce((a, b) => a + b, 0);
				for (let n = 0; n < count; n++)
					assert.ok(
						Math.abs(sum(shares.subarray(n * classes, (n + 1) * classes)) - 1) <
							1e-6,
					);
				if (augmentation.batch.length > 0 && own < 1)
					assert.notDeepEqual(second, clean.subarray(length, 2 * length));
				const isCut = second.every(
					(value, i) => value === clean[length + i] || value === clean[i],
				);
				if (isCut) {
					const kept = second.filter((v, i) => v === clean[length + i]).length;
					assert.ok(Math.abs(kept / length - own) < 1e-6);
				} else
					second.forEach((value, i) => {
						const wanted =
							own * (clean[length + i] as number) +
							(1 - own) * (clean[i] as number);
						assert.ok(Math.abs(value - wanted) < 1e-6);
					});
			}
	});

	test("one mixture after another mixes shares again", () => {
		const soft = cutmix().batch(
			mixup().batch(batchOf(labels()), new Random(1), factsOf(count)),
			new Random(2),
			factsOf(count),
		);
		assert.deepEqual((soft.targets.labels as tf.Tensor).shape, [
			count,
			classes,
		]);
	});
});

describe("what is mixed", () => {
	test("shares follow Beta(alpha, alpha), and a probability how often", () => {
		for (const alpha of [0.2, 1, 3]) {
			const random = new Random("beta", alpha);
			const drawn = Array.from({ length: 4000 }, () => drawBeta(random, alpha));
			const mean = drawn.reduce((a, b) => a + b, 0) / 4000;
			const square = drawn.reduce((a, b) => a + (b - mean) ** 2, 0) / 4000;
			assert.ok(Math.abs(mean - 0.5) < 0.03, `${mean}`);
			const variance = 1 / (4 * (2 * alpha + 1));
			assert.ok(Math.abs(square / variance - 1) < 0.08, `${square}`);
			assert.ok(drawn.every((share) => share >= 0 && share <= 1));
		}
		let mixed = 0;
		const half = mixBatch("half", { probability: 0.25 }, () => {
			mixed++;
			return 1;
		});
		const random = new Random("half");
		for (let i = 0; i < 400; i++)
			tf.tidy(() => {
				const { targets } = half.batch(
					batchOf(labels()),
					random,
					factsOf(count),
				);
				assert.equal((targets.labels as tf.Tensor).rank, 2);
				return [];
			});
		assert.ok(Math.abs(mixed - 100) < 40, `${mixed}`);
	});

	test("is refused where targets are no classes, images differ in size, or there is one", () => {
		const map = tf.zeros([count, height, width], "int32");
		const facts = factsOf(count);
		const attempt =
			(targets: BatchTargets, of: BatchFacts = facts, images = noise(count)) =>
			() =>
				cutmix().batch({ images, targets }, new Random(0), of);
		assert.throws(
			attempt({ labels: map }),
			/cutmix mixes the classes of whole images.*labels \[3, 7, 10\] \(int32\), which it cannot mix: leave it out/,
		);
		assert.throws(
			attempt({ labels: labels(), boxes: map }),
			/targets of this task are labels \[3\] \(int32\), boxes/,
		);
		assert.throws(
			attempt({ labels: tf.tensor1d([0, classes, 1], "int32") }),
			/labels of 5 classes, but one is 5/,
		);
		const sizes = [...facts.sizes.slice(1), { height: 4, width }];
		assert.throws(
			attempt({ labels: labels() }, { ...facts, sizes }),
			/of 7 x 10 one is 4 x 10/,
		);
		const alone = { labels: tf.tensor1d([1], "int32") };
		assert.throws(attempt(alone, factsOf(1), noise(1)), /one alone/);
		assert.throws(() => mixup({ alpha: 0 }), /alpha must be a number above 0/);
	});
});

describe("random erasing", () => {
	test("erases the parts that torchvision does with the same draws", () => {
		for (const { options, uniforms, places, images } of fixture.erasing) {
			const { random, left } = injected(places, uniforms);
			const given = { images: noise(1), targets: {} };
			const erased = randomErasing(options).batch(given, random, factsOf(1));
			assert.deepEqual(erased.images.dataSync(), float32(images));
			assert.equal(left(), 0);
			assert.equal(erased.targets, given.targets);
		}
	});

	test("fills with what the network sees as the value, inside the image", () => {
		const facts = {
			...factsOf(1),
			sizes: [{ height: 5, width: 6 }],
			normalization: imagenetNormalization,
		};
		const options = { probability: 1, scale: [0.3, 0.3] as const };
		const seen = (value: "random" | number) => {
			const given = { images: noise(1), targets: {} };
			const erasing = randomErasing({ ...options, value });
			const { images } = erasing.batch(given, new Random(3), facts);
			const clean = given.images.dataSync();
			return Array.from(images.dataSync()).flatMap((after, i) => {
				const pixel = Math.floor(i / 3);
				if (after === clean[i]) return [];
				assert.ok(pixel % width < 6 && Math.floor(pixel / width) < 5);
				const { mean, std } = imagenetNormalization;
				return [(after - mean[i % 3]!) / std[i % 3]!];
			});
		};
		const zeros = seen(0);
		assert.ok(zeros.length > 0);
		assert.ok(zeros.every((value) => Math.abs(value) < 1e-6));
		assert.equal(new Set(seen("random")).size, seen("random").length);
	});
});
