/** An optimizer of one's own, as a notebook would write it: Lion (Chen et al., 2023). */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { compile } from "../../src/engine/compile.js";
import { useEngine } from "../../src/engine/engine.js";
import type { Own } from "../../src/own.js";
import { runFiles } from "../../src/runs/run-folder.js";
import { readWeights } from "../../src/runs/weights-file.js";
import { finetune } from "../../src/train/finetune.js";
import { makeOptimizer, type StepNumbers } from "../../src/train/optimizer.js";
import type { OptimizerRule } from "../../src/train/optimizer-rule.js";
import type { Recipe } from "../../src/train/recipe.js";
import { scratchFolder } from "./folders.js";
import { tinyBackbone, tinyRecipe, tinyTask } from "./tiny-task.js";

const folder = scratchFolder();

before(() => useEngine("onnxruntime"));

interface LionOptions {
	readonly betas: readonly [number, number];
}

const lion: Own<
	OptimizerRule<"mean", "rates" | "kept" | "beta1" | "gain1">,
	LionOptions
> = {
	name: "lion",
	options: { betas: [0.9, 0.99] },
	make: ({ betas: [beta1, beta2] }) => ({
		slots: ["mean"],
		momentum: beta1,
		numbers: ({ rates, momentum, weightDecays }) => ({
			rates,
			kept: rates.map((rate, i) => 1 - rate * weightDecays[i]!),
			beta1: momentum,
			gain1: 1 - momentum,
		}),
		update: ({ value, gradient, slots }, { rates, kept, beta1, gain1 }) => {
			const direction = tf.sign(
				tf.add(tf.mul(slots.mean, beta1), tf.mul(gradient, gain1)),
			);
			return {
				value: tf.sub(tf.mul(value, kept), tf.mul(direction, rates)),
				slots: {
					mean: tf.add(tf.mul(slots.mean, beta2), tf.mul(gradient, 1 - beta2)),
				},
			};
		},
	}),
};

/** The gradient of a bowl whose middle moves. */
const slopes = (x: readonly number[], step: number): number[] =>
	x.map((value, i) => 3 * (value - Math.sin(i + 0.37 * step)));

/** The paper's algorithm 2, number by number: c = b1 m + (1 - b1) g; x -= rate (sign c + decay x); m = b2 m + (1 - b2) g. */
function oracle(
	start: readonly number[],
	{ rate, decay, steps }: { rate: number; decay: number; steps: number },
): number[] {
	let x = [...start];
	let m = start.map(() => 0);
	for (let step = 0; step < steps; step++) {
		const g = slopes(x, step);
		const c = m.map((value, i) => 0.9 * value + 0.1 * g[i]!);
		x = x.map((value, i) => value - rate * (Math.sign(c[i]!) + decay * value));
		m = m.map((value, i) => 0.99 * value + 0.01 * g[i]!);
	}
	return x;
}

describe("an optimizer of one's own", () => {
	test("Lion over thirty steps is the paper's, in two groups", () => {
		const starts = { first: [0.4, -0.2, 0.3, -0.45], second: [0.1, 0.25] };
		const params = {
			first: tf.variable(tf.tensor1d(starts.first)),
			second: tf.variable(tf.tensor1d(starts.second)),
		};
		const [rate, decay, steps] = [0.02, 0.1, 30];
		const optimizer = makeOptimizer(lion, params, {
			groups: [
				{ names: ["first"], multiplier: 1, weightDecay: decay },
				{ names: ["second"], multiplier: 0.1, weightDecay: 0 },
			],
		});
		assert.deepEqual(Object.keys(optimizer.slots), [
			"mean/first",
			"mean/second",
		]);
		const update = compile(
			(gradients: Record<string, tf.Tensor>, numbers: StepNumbers) =>
				optimizer.update(gradients, numbers),
		);
		for (let step = 0; step < steps; step++)
			tf.tidy(() => {
				const gradients = Object.fromEntries(
					Object.entries(params).map(([name, x]) => [
						name,
						tf.tensor1d(slopes([...x.dataSync()], step)),
					]),
				);
				const rates = [rate, 0.1 * rate];
				update(gradients, optimizer.numbers(step + 1, rates, 0.9));
			});
		const wanted = {
			first: oracle(starts.first, { rate, decay, steps }),
			second: oracle(starts.second, { rate: 0.1 * rate, decay: 0, steps }),
		};
		for (const name of ["first", "second"] as const)
			[...params[name].dataSync()].forEach((value, i) => {
				const expected = wanted[name][i] as number;
				assert.ok(
					Math.abs(value - expected) <= 2e-6,
					`${name}[${i}]: ${value}, not ${expected}`,
				);
			});
	});

	test("a run with Lion, stopped and gone on with, is the run that never stopped", async () => {
		const recipe: Recipe = {
			...tinyRecipe,
			optimizer: lion,
			learningRate: 1e-3,
			schedule: {
				name: "one-cycle",
				rise: 0.3,
				startDivisor: 25,
				endDivisor: 1e4,
				momentum: { lowest: 0.85, highest: 0.95 },
			},
		};
		const whole = await finetune(tinyBackbone(), tinyTask, recipe, {
			folder: `${folder}/whole`,
		});
		const stop = new AbortController();
		const options = { folder: `${folder}/halves` };
		await assert.rejects(
			finetune(tinyBackbone(), tinyTask, recipe, {
				...options,
				signal: stop.signal,
				reporter: ({ done }) => {
					if (done === 5) stop.abort();
				},
			}),
		);
		const { tensors } = await readWeights(
			runFiles(`${options.folder}/${whole.id}`).state,
			"",
		);
		assert.ok(Object.keys(tensors).includes("mean/linear.weight"));
		const halves = await finetune(tinyBackbone(), tinyTask, recipe, options);
		assert.equal(halves.id, whole.id);
		assert.match(halves.id, /-lion-lr0\.001-/);
		const [one, other] = await Promise.all(
			[whole, halves].map(({ folder }) =>
				readWeights(runFiles(folder).weights, ""),
			),
		);
		assert.deepEqual(other, one);
		const losses = ({ log }: typeof whole) => log.map(({ loss }) => loss);
		assert.deepEqual(losses(halves), losses(whole));
	});

	for (const isCompiled of [true, false])
		test(`a slot may become what another was, ${isCompiled ? "compiled" : "eager"}`, () => {
			const late: OptimizerRule<"last" | "before", "rates"> = {
				slots: ["last", "before"],
				numbers: ({ rates }) => ({ rates }),
				update: ({ value, gradient, slots }, { rates }) => ({
					value: tf.sub(value, tf.mul(slots.before, rates)),
					slots: { last: gradient, before: slots.last },
				}),
			};
			const w = tf.variable(tf.tensor1d([1, 1]));
			const { slots, numbers, update } = makeOptimizer(
				{ name: "late", make: () => late },
				{ w },
				{ groups: [{ names: ["w"], multiplier: 1, weightDecay: 0 }] },
			);
			const step = isCompiled ? compile(update) : update;
			for (let at = 1; at <= 4; at++)
				tf.tidy(() =>
					step({ w: tf.tensor1d([at, 10 * at]) }, numbers(at, [1], 0)),
				);
			const valuesOf = (tensor?: tf.Tensor) => [...(tensor?.dataSync() ?? [])];
			assert.deepEqual(valuesOf(slots["last/w"]), [4, 40]);
			assert.deepEqual(valuesOf(slots["before/w"]), [3, 30]);
			assert.deepEqual(valuesOf(w), [1 - 0 - 0 - 1 - 2, 1 - 0 - 0 - 10 - 20]);
		});

	test("what it gives wrongly is named", () => {
		const params = { w: tf.variable(tf.ones([2])) };
		const groups = [{ names: ["w"], multiplier: 1, weightDecay: 0 }];
		const rule: OptimizerRule = {
			slots: ["mean"],
			numbers: ({ rates }) => ({ rates }),
			update: ({ value, slots }) => ({ value, slots }),
		};
		const made = (changes: Partial<OptimizerRule>) =>
			makeOptimizer(
				{ name: "mine", make: () => ({ ...rule, ...changes }) },
				params,
				{ groups },
			);
		const update = (changes: Partial<OptimizerRule>) => () =>
			made(changes).update({ w: tf.ones([2]) }, { rates: tf.ones([1]) });
		update({})();
		assert.deepEqual([...params.w.dataSync()], [1, 1]);
		assert.throws(
			update({ update: ({ value }) => ({ value, slots: {} }) }),
			/the optimizer mine gives nothing as mean of w, not a tensor \[2\]/,
		);
		assert.throws(
			update({
				update: ({ value, slots }) => ({ value: tf.sum(value), slots }),
			}),
			/the optimizer mine gives \[\] as value of w, not a tensor \[2\]/,
		);
		for (const numbers of [
			() => ({ rates: Number.NaN }),
			() => ({ rates: [1, 2] }),
		])
			assert.throws(
				() => made({ numbers }).numbers(4, [0.1], 0),
				/the optimizer mine gives the numbers rates of step 4 as .*one for each of the 1 groups/,
			);
	});
});
