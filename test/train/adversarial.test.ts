import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { compile } from "../../src/engine/compile.js";
import { useEngine } from "../../src/engine/engine.js";
import { normalize } from "../../src/nn/normalize.js";
import { Random } from "../../src/random.js";
import { vary } from "../../src/tasks/define-task.js";
import { shapes } from "../../src/tasks/shapes/shapes.js";
import type { Task } from "../../src/tasks/task.js";
import { adversarial } from "../../src/train/adversarial.js";
import { describeRun } from "../../src/train/describe-run.js";
import { disposeModel, newModel } from "../../src/train/model.js";
import { tinyBackbone, tinyRecipe, tinyTask } from "./tiny-task.js";

await useEngine();

const pixels = tf.tidy(() =>
	tf.add(0.25, tf.mul(0.5, tf.randomUniform([2, 4, 4, 3], 0, 1, "float32", 3))),
) as tf.Tensor4D;
const direction = tf.randomNormal([1, 4, 4, 3], 0, 1, "float32", 5);
const weight = tf.variable(tf.scalar(1));
const base = shapes({ trainImages: 1, testImages: 1, size: 4 });
const std = base.normalization.std[0];

/** A loss whose steepest ascent is known: a linear function of the image. */
const linear = vary<Task<number, number>>(base, "linear", {
	loss: (_network, { images }) =>
		tf.tidy(() =>
			tf.mean(tf.mul(weight, tf.sum(tf.mul(images, direction), [1, 2, 3]))),
		),
});

const seen = normalize(pixels, base.normalization);
const lossOf = (task: Task<number, number>): tf.Scalar =>
	task.loss(undefined as never, { images: seen, targets: {} });

test("images move by epsilon along the gradient of the loss", () => {
	for (const run of [compile, ((fn) => fn) as typeof compile]) {
		for (const epsilon of [0.05, 0.2]) {
			const task = adversarial(linear, { epsilon });
			const [before, after] = [linear, task].map(
				(one) => run(() => tf.tidy(() => lossOf(one)))().dataSync()[0]!,
			);
			const norm = tf.norm(direction).dataSync()[0]!;
			const gain = (epsilon * norm) / std;
			assert.ok(
				Math.abs(after! - before! - gain) < 1e-3 * gain,
				`${after! - before!}, not ${gain}`,
			);
		}
	}
});

/** What a linear loss gains under an attack. */
const gainOf = (options: Parameters<typeof adversarial>[1], more?: object) => {
	const task = adversarial(linear, options);
	const batch = { images: seen, targets: {} };
	const [before, after] = [linear, task].map(
		(one) =>
			tf.tidy(() => one.loss(undefined as never, batch, more)).dataSync()[0]!,
	);
	return after! - before!;
};

test("each value moves by epsilon with the sign of its slope", () => {
	const expected = (0.05 * tf.sum(tf.abs(direction)).dataSync()[0]!) / std;
	const options = { epsilon: 0.05, norm: "linf" } as const;
	const gain = gainOf(options);
	assert.ok(Math.abs(gain - expected) < 1e-3 * expected);
	const random = new Random("start");
	for (const norm of ["l2", "linf"] as const) {
		const given = { epsilon: 0.05, norm, stepSize: 0.1, steps: 8 };
		const started = gainOf(
			{ ...given, randomStart: true },
			{ training: { random } },
		);
		// A linear loss has one summit, which enough steps reach from anywhere.
		assert.ok(Math.abs(started - gainOf(given)) < 1e-3 * started);
	}
	assert.throws(
		() => gainOf({ ...options, randomStart: true }),
		/a random start is drawn in training/,
	);
	assert.throws(
		() => gainOf({ ...options, scaled: true }),
		/leave `scaled` out/,
	);
});

test("with epsilon 0 the loss is the plain one, from any start", () => {
	const random = new Random("start");
	for (const norm of ["l2", "linf"] as const)
		assert.ok(
			Math.abs(
				gainOf(
					{ epsilon: 0, norm, randomStart: true },
					{ training: { random } },
				),
			) < 1e-6,
		);
});

test("epsilon grows with the root of the pixels where it is scaled", () => {
	const plain = gainOf({ epsilon: 0.05 });
	const scaled = gainOf({ epsilon: 0.05 * (224 / 4), scaled: true });
	assert.ok(Math.abs(scaled - plain) < 1e-3 * plain);
});

test("padding is not changed, and of epsilon nothing is lost in it", () => {
	const sizes = tf.tensor2d([
		[4, 4],
		[2, 3],
	]);
	const expected = tf.tidy(() => {
		const inside = tf.norm(tf.slice(direction, 0, [1, 2, 3, 3]));
		return tf.mean(tf.stack([tf.norm(direction), inside])).dataSync()[0]!;
	});
	const gain = gainOf({ epsilon: 0.05 }, { sizes });
	assert.ok(Math.abs(gain - (0.05 * expected) / std) < 1e-3 * gain);
});

test("no image leaves its ball, and on a network the loss does not fall", () => {
	const source = tinyBackbone();
	const model = newModel(source, tinyTask, 0);
	source.dispose();
	const { mean, std } = tinyTask.normalization;
	const near = tf.tidy(() =>
		tf.add(
			0.3,
			tf.mul(0.4, tf.randomUniform([3, 32, 32, 3], 0, 1, "float32", 11)),
		),
	);
	const batch = {
		images: normalize(near as tf.Tensor4D, tinyTask.normalization),
		targets: { labels: tf.tensor1d([0, 1, 2], "int32") },
	};
	let last: tf.Tensor | undefined;
	const watched = vary<Task<number, number>>(tinyTask, "watched", {
		loss: (network, seen, options) => {
			last?.dispose();
			last = tf.keep(tf.clone(seen.images));
			return tinyTask.loss(network, seen, options);
		},
	});
	const attacked = (options: Parameters<typeof adversarial>[1]) => {
		const random = new Random("start");
		const loss = tf
			.tidy(() =>
				adversarial(watched, options).loss(model, batch, {
					training: { random },
				}),
			)
			.dataSync()[0]!;
		const change = tf.tidy(() =>
			tf.sub(tf.add(tf.mul(last!, [...std]), [...mean]), near),
		);
		return { loss, change };
	};
	const lengthsOf = (change: tf.Tensor) =>
		tf.tidy(() => tf.sqrt(tf.sum(tf.square(change), [1, 2, 3])).dataSync());
	// Normalizing and back costs a rounding or two of numbers up to 1.
	const rounding = 3e-7;
	for (const randomStart of [false, true]) {
		const given = { epsilon: 0.03, stepSize: 0.02, steps: 4, randomStart };
		const every = attacked({ ...given, norm: "linf" }).change.abs();
		assert.ok(tf.max(every).dataSync()[0]! <= 0.03 * (1 + 1e-6) + rounding);
		assert.ok(tf.mean(every).dataSync()[0]! > 0.015);
		const { change } = attacked({ ...given, epsilon: 0.5, stepSize: 0.3 });
		for (const length of lengthsOf(change)) {
			assert.ok(length <= 0.5 * (1 + 1e-6) + rounding * Math.sqrt(3072));
			assert.ok(length > 0.49);
		}
	}
	const plain = tinyTask.loss(model, batch).dataSync()[0]!;
	for (const norm of ["l2", "linf"] as const) {
		const epsilon = norm === "l2" ? 0.01 : 1e-4;
		const small = { epsilon, norm, steps: 1, stepSize: epsilon };
		assert.ok(attacked(small).loss >= plain - 1e-6);
	}
	disposeModel(model);
});

test("images stay within their range", () => {
	const task = adversarial(linear, { epsilon: 100 });
	const value = lossOf(task).dataSync()[0]!;
	const highest = tf.tidy(() => {
		const corner = tf.cast(tf.greater(direction, 0), "float32") as tf.Tensor4D;
		const image = normalize(corner, base.normalization);
		return tf.sum(tf.mul(image, direction)).dataSync()[0]!;
	});
	assert.ok(Math.abs(value - highest) < 1e-3 * Math.abs(highest));
});

test("gradients of the weights are those at the changed images, which count as constants", () => {
	const bend = tf.variable(tf.scalar(2));
	let last: tf.Tensor | undefined;
	const curved = vary<Task<number, number>>(base, "curved", {
		loss: (_network, { images }) => {
			last?.dispose();
			last = tf.keep(tf.clone(images));
			const line = tf.mul(weight, tf.mul(images, direction));
			return tf.mean(
				tf.sum(tf.add(line, tf.mul(bend, tf.square(images))), [1, 2, 3]),
			);
		},
	});
	tf.tidy(() => {
		const task = adversarial(curved, { epsilon: 1, steps: 1, stepSize: 1 });
		const { grads } = tf.variableGrads(() => lossOf(task), [weight, bend]);
		const sums = [tf.mul(last!, direction), tf.square(last!)];
		for (const [i, variable] of [weight, bend].entries()) {
			const expected = tf.div(tf.sum(sums[i]!), 2).dataSync()[0]!;
			const found = grads[variable.name]!.dataSync()[0]!;
			assert.ok(
				Math.abs(found - expected) < 1e-4 * Math.abs(expected),
				`${found}, not ${expected}`,
			);
		}
	});
});

test("another attack is another run", () => {
	const source = tinyBackbone();
	const ids = [
		tinyTask,
		...[0.1, 0.2].map((epsilon) => adversarial(tinyTask, { epsilon })),
	].map((task) => describeRun(source, task, { recipe: tinyRecipe }).id);
	assert.equal(new Set(ids).size, 3);
	assert.match(ids[1] ?? "", /-L2-0.1-in-3-steps-of-/);
	assert.equal(adversarial(base, { epsilon: 1 }).outputLoss, undefined);
});
