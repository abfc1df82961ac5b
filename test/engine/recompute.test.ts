/** What is computed again for its gradient has the gradient it would have, in less memory. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import type { BufferPool } from "../../src/engine/pool.js";
import { recomputed } from "../../src/engine/recompute.js";
import { Random, useEngine } from "../../src/index.js";
import {
	batchNorm,
	compile,
	drawUniform,
	isRecomputing,
	onHost,
	type Params,
} from "../../src/parts.js";
import { inNewProcess } from "./new-process.js";
import { normal, toTensor } from "./tensors.js";

beforeEach(async () => {
	await useEngine("onnxruntime");
});

const variableOf = (shape: number[], seed = 0): tf.Variable =>
	tf.variable(toTensor(normal(shape, { seed, scale: 0.3 })));

type Part = (
	x: tf.Tensor2D,
	weights: Readonly<Record<string, tf.Tensor>>,
) => tf.Tensor2D;

/** Two layers with a batch norm and dropout between them, one after another, and the gradients of their loss. */
function network(isTwice: boolean) {
	const weights = [0, 1].map((layer) => ({
		first: variableOf([6, 8], layer),
		second: variableOf([8, 6], layer + 2),
		"bn.weight": variableOf([8], 4),
		"bn.bias": variableOf([8], 5),
	}));
	const statistics = weights.map(() => ({
		"bn.running_mean": tf.variable(tf.zeros([8]), false),
		"bn.running_var": tf.variable(tf.ones([8]), false),
	}));
	const random = new Random("drop");
	const partOf =
		(layer: number): Part =>
		(x, { first, second, ...norm }) => {
			const params = { ...norm, ...statistics[layer] } as unknown as Params;
			const inner = tf.relu(tf.matMul(x, first as tf.Tensor2D));
			const even = batchNorm(params, "bn", inner, { mode: "train" });
			const kept = tf.floor(tf.add(drawUniform([1, 8], random), 0.5));
			return tf.add(
				x,
				tf.matMul(tf.mul(even, kept), second as tf.Tensor2D),
			) as tf.Tensor2D;
		};
	const variables = weights.flatMap((own) => Object.values(own));
	const step = (x: tf.Tensor2D): tf.Tensor[] => {
		const { value, grads } = tf.variableGrads(() => {
			const y = weights.reduce(
				(seen, own, layer) =>
					isTwice
						? recomputed(partOf(layer), seen, own)
						: partOf(layer)(seen, own),
				tf.mul(x, 2) as tf.Tensor2D,
			);
			return tf.mean(tf.square(tf.sub(y, 1)));
		}, variables);
		return [value, ...variables.map(({ name }) => grads[name] as tf.Tensor)];
	};
	const kept = statistics.flatMap((own) => Object.values(own));
	return { step, kept, variables, random };
}

for (const compiled of [true, false]) {
	test(`gradients, draws and statistics are those of once, ${compiled ? "compiled" : "eager"}`, () => {
		const results = [false, true].map((isTwice) => {
			const { step, kept, variables, random } = network(isTwice);
			const run = compiled ? compile(step) : step;
			const found: number[][] = [];
			for (let i = 0; i < 3; i++) {
				random.reseed("drop", i);
				tf.tidy(() => {
					const x = toTensor(normal([5, 6], { seed: i })) as tf.Tensor2D;
					for (const made of run(x)) found.push([...made.dataSync()]);
				});
			}
			for (const one of kept) found.push([...one.dataSync()]);
			if (compiled) (run as ReturnType<typeof compile>).dispose?.();
			tf.dispose([...kept, ...variables]);
			return found;
		});
		assert.deepEqual(results[1], results[0]);
		assert.ok(results[0]?.flat().every(Number.isFinite));
	});
}

test("the function runs twice, and knows the second time", () => {
	const weight = variableOf([4, 4]);
	const seen: string[] = [];
	const counted: Part = (x, { weight }) => {
		const again = isRecomputing();
		const [made] = onHost(
			[x],
			[{ shape: x.shape, dtype: "float32" }],
			(given) => {
				seen.push(again ? "again" : "first");
				return [given[0] as Float32Array];
			},
		);
		const plain = tf.add(tf.mul(x, 0), made as tf.Tensor);
		return tf.matMul(plain, weight as tf.Tensor2D) as tf.Tensor2D;
	};
	const step = compile((x: tf.Tensor2D) => {
		const { grads } = tf.variableGrads(
			() => tf.sum(tf.square(recomputed(counted, x, { weight }))) as tf.Scalar,
			[weight],
		);
		return grads[weight.name] as tf.Tensor;
	});
	tf.tidy(() => step(toTensor(normal([3, 4])) as tf.Tensor2D));
	assert.deepEqual(seen, ["first", "again"]);
	assert.equal(isRecomputing(), false);
	step.dispose?.();
	weight.dispose();
});

const gradientOf = (part: Part, weights: Record<string, tf.Variable>) => () =>
	tf.tidy(() => {
		const x = toTensor(normal([3, 4])) as tf.Tensor2D;
		tf.variableGrads(() => tf.sum(recomputed(part, x, weights)) as tf.Scalar);
	});

test("what cannot be the same the second time throws", () => {
	const weight = variableOf([4, 4]);
	const other = variableOf([4, 4]);
	const moved = tf.variable(tf.zeros([4]), false);
	const product: Part = (x, { weight }) =>
		tf.matMul(x, weight as tf.Tensor2D) as tf.Tensor2D;
	const dropping: Part = (x, own) => tf.dropout(product(x, own), 0.5) as never;
	assert.throws(
		gradientOf(dropping, { weight }),
		/draws other numbers when a function is computed again/,
	);
	const assigning: Part = (x, own) => {
		moved.assign(tf.add(moved, 1));
		return product(x, own);
	};
	assert.throws(
		gradientOf(assigning, { weight }),
		/assigns a variable a second time/,
	);
	const random = new Random("more");
	let calls = 0;
	const growing: Part = (x, own) =>
		tf.mul(product(x, own), tf.sum(drawUniform([++calls], random)));
	assert.throws(gradientOf(growing, { weight }), /draws other numbers/);
	assert.throws(
		gradientOf(product, { weight, other }),
		/does not depend on other/,
	);
	tf.dispose([weight, other, moved]);
});

test("no tensors and no buffers are kept", () => {
	const lent = () =>
		(tf.backend() as unknown as { pool: BufferPool }).pool.lent;
	for (const compiled of [true, false]) {
		const { step, kept, variables } = network(true);
		const fn = compiled ? compile(step) : step;
		const run = () =>
			tf.tidy(() => {
				for (const made of fn(toTensor(normal([5, 6])) as tf.Tensor2D))
					made.dataSync();
			});
		run();
		run();
		const before = [tf.memory().numTensors, lent()];
		for (let i = 0; i < 5; i++) run();
		assert.deepEqual([tf.memory().numTensors, lent()], before);
		if (compiled) (fn as ReturnType<typeof compile>).dispose?.();
		tf.dispose([...kept, ...variables]);
	}
});

test("ONNX Runtime keeps less, and computes it again", () => {
	const peakOf = (isTwice: boolean): number => {
		const module = new URL("../../src/engine/recompute.js", import.meta.url)
			.href;
		const { stdout, stderr } = inNewProcess(`
			const { recomputed } = await import(${JSON.stringify(module)});
			await library.useEngine("onnxruntime", { threads: 1 });
			const weights = Array.from({ length: 4 }, () => ({ w: tf.variable(tf.scalar(0.9)) }));
			const part = (x, { w }) => {
				let y = x;
				for (let i = 0; i < 12; i++) y = tf.sin(tf.add(tf.mul(y, w), 0.1 * i));
				return y;
			};
			const variables = weights.map(({ w }) => w);
			const step = library.compile((x) => {
				const { value, grads } = tf.variableGrads(() => {
					let y = x;
					for (const own of weights) y = ${isTwice} ? recomputed(part, y, own) : part(y, own);
					return tf.mean(y);
				}, variables);
				for (const w of variables) w.assign(tf.sub(w, grads[w.name]));
				return value;
			});
			const x = tf.fill([2 ** 20], 0.5);
			step(x).dataSync();
			step(x).dataSync();
			console.log(JSON.stringify([process.resourceUsage().maxRSS / 1024, variables.map((w) => w.dataSync()[0])]));`);
		assert.equal(stderr, "");
		const line = stdout.split("\n").find((text) => text.startsWith("["));
		const [peak, values] = JSON.parse(line as string);
		learned.push(values);
		return peak;
	};
	const learned: number[][] = [];
	const [whole, less] = [peakOf(false), peakOf(true)];
	assert.deepEqual(learned[1], learned[0]);
	// Some forty arrays of 4 MB are kept for the gradients, and no more than a dozen.
	assert.ok(
		less < whole - 60,
		`${Math.round(less)} MB, and ${Math.round(whole)} without`,
	);
});
