import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { useEngine } from "../../src/index.js";
import { compile, jensenShannon } from "../../src/parts.js";

interface Case {
	shape: number[];
	scale: number;
	labels: number[] | null;
	value: number;
	gradients: number[][];
}

const fixture: Record<string, Case> = JSON.parse(
	readFileSync(
		new URL("../../../test/fixtures/nn/jensen-shannon.json", import.meta.url),
		"utf8",
	),
);

function logits({ shape, scale }: Case, seed: number): tf.Tensor {
	let state = seed;
	const size = shape.reduce((a, b) => a * b, 1);
	const values = Array.from({ length: size }, () => {
		state = (state * 1664525 + 1013904223) % 2 ** 32;
		return scale * (state / 2 ** 32 - 0.5);
	});
	return tf.tensor(values, shape);
}

const close = (actual: number, expected: number) =>
	assert.ok(
		Math.abs(actual - expected) <= 1e-4 * Math.abs(expected) + 1e-5,
		`${actual} for ${expected}`,
	);

for (const [name, one] of Object.entries(fixture)) {
	for (const backend of ["onnxruntime", "cpu"]) {
		test(`value and gradients are PyTorch's: ${name}, ${backend}`, async () => {
			await useEngine();
			await tf.setBackend(backend);
			const labels = one.labels
				? tf.tensor(one.labels, one.shape.slice(0, -1), "int32")
				: undefined;
			const valueAndGradients = compile((...views: tf.Tensor[]) =>
				tf.valueAndGrads((...x: tf.Tensor[]) => {
					return jensenShannon(x, { labels });
				})(views),
			);
			const { value, grads } = valueAndGradients(
				...one.gradients.map((_, i) => logits(one, i + 1)),
			);
			close(value.dataSync()[0] as number, one.value);
			grads.forEach((gradient, i) => {
				const expected = one.gradients[i] as number[];
				gradient.dataSync().forEach((g: number, at: number) => {
					close(g, expected[at] as number);
				});
			});
		});
	}
}

test("equal predictions do not disagree, and the weight scales", async () => {
	await useEngine();
	const x = tf.tensor2d([[1, 2, 3]]);
	const y = tf.tensor2d([[3, 1, 2]]);
	close(jensenShannon([x, x, x]).dataSync()[0] as number, 0);
	const slopes = tf.grads((...views) => jensenShannon(views))([
		...[x, tf.clone(x), tf.clone(x)],
	]);
	for (const slope of slopes)
		for (const value of slope.dataSync()) assert.ok(Math.abs(value) < 1e-6);
	const whole = jensenShannon([x, y, y]).dataSync()[0] as number;
	close(
		jensenShannon([x, y, y], { weight: 3 }).dataSync()[0] as number,
		whole / 4,
	);
});

test("where every label is ignored, the loss is zero", async () => {
	await useEngine();
	const x = tf.tensor2d([[1, 2, 3]]);
	const labels = tf.tensor1d([255], "int32");
	const loss = jensenShannon([x, tf.neg(x), x], { labels });
	assert.equal(loss.dataSync()[0], 0);
});

const ofShares = (...rows: number[][]) =>
	rows.map((shares) => tf.tensor2d([shares.map(Math.log)]));

test("two views and three have the values computed by hand", async () => {
	await useEngine();
	const value = (...rows: number[][]) =>
		jensenShannon(ofShares(...rows), { weight: 1 }).dataSync()[0] as number;
	close(value([0.9, 0.1], [0.6, 0.4]), 0.0632878);
	close(value([0.7, 0.3], [0.7, 0.3], [0.1, 0.9]), 0.1775433);
	close(value([1, 1e-30], [1e-30, 1]), Math.LN2);
});

test("views that are each sure of something else disagree by the logarithm of their number, and by no more", async () => {
	await useEngine();
	const sure = (kind: number) =>
		[0, 1, 2].map((one) => (one === kind ? 1 : 1e-30));
	const value = (views: tf.Tensor[]) =>
		jensenShannon(views, { weight: 12 }).dataSync()[0] as number;
	close(value(ofShares(sure(0), sure(1))), 12 * Math.LN2);
	close(value(ofShares(sure(0), sure(1), sure(2))), 12 * Math.log(3));
	for (let seed = 0; seed < 20; seed++)
		for (const count of [2, 3]) {
			const views = Array.from({ length: count }, (_, i) =>
				logits({ shape: [5, 4], scale: 40 } as Case, 100 * seed + i),
			);
			assert.ok(value(views) <= 12 * Math.log(count) * (1 + 1e-6));
		}
});

test("enlarging maps that are alike everywhere changes nothing", async () => {
	await useEngine();
	const maps = [
		[1, 2, 5],
		[2, 1, 0],
	].map((row) => tf.tile(tf.tensor4d(row, [1, 1, 1, 3]), [2, 3, 4, 1]));
	const large = maps.map((map) =>
		tf.image.resizeBilinear(map as tf.Tensor4D, [12, 16]),
	);
	const [small, enlarged] = [maps, large].map(
		(views) => jensenShannon(views).dataSync()[0] as number,
	);
	assert.ok((small as number) > 0.1);
	close(enlarged as number, small as number);
});

test("a position that does not count has no gradient, and another number there changes nothing", async () => {
	await useEngine();
	const counts = tf.tensor2d([[1, 0]]);
	const [x, y] = [
		[1, 2, 5, 1],
		[2, 1, 0, 9],
	].map((row) => tf.tensor3d(row, [1, 2, 2])) as [tf.Tensor, tf.Tensor];
	const loss = (z: tf.Tensor) => jensenShannon([x, z], { weight: 1, counts });
	const gradient = tf.grad(loss)(y).dataSync();
	assert.ok(gradient[0] !== 0);
	assert.deepEqual([...gradient.slice(2)], [0, 0]);
	const other = tf.tensor3d([2, 1, 7, -3], [1, 2, 2]);
	assert.equal(loss(y).dataSync()[0], loss(other).dataSync()[0]);
	const one = jensenShannon(
		[x, y].map((all) => tf.slice(all, [0, 0], [1, 1])),
		{ weight: 1 },
	);
	close(loss(y).dataSync()[0] as number, one.dataSync()[0] as number);
});

test("one view is nothing to compare", () => {
	assert.throws(
		() => jensenShannon([tf.zeros([1, 2])]),
		/jensenShannon: views must be a list of at least 2/,
	);
});
