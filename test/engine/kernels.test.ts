import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { engine, useEngine } from "../../src/index.js";
import { compile } from "../../src/parts.js";
import { type Case, cases } from "./cases.js";
import { availableEngines, type TestedEngine } from "./engines.js";
import { imageCases } from "./image-cases.js";
import { excess, normal, type Plain, toPlain, toTensor } from "./tensors.js";

type OfTensors = (...tensors: tf.Tensor[]) => tf.Tensor[];

/** The results of a case and, if asked for, the gradients of a weighted sum of them. */
function evaluate(
	{ inputs, fn, gradient }: Case,
	run: (fn: OfTensors) => OfTensors,
): Plain[] {
	tf.engine().startScope();
	try {
		const call = fn as unknown as (
			...tensors: tf.Tensor[]
		) => tf.Tensor | tf.Tensor[];
		const all = (...tensors: tf.Tensor[]): tf.Tensor[] =>
			[call(...tensors)].flat();
		const results = run(all)(...inputs.map(toTensor));
		const plain = results.map(toPlain);
		if (!gradient) return plain;
		const weights = results.map(({ shape }, i) =>
			toTensor(normal(shape, { seed: 100 + i })),
		);
		const floats = inputs.flatMap(({ dtype }, i) =>
			dtype === "float32" ? [i] : [],
		);
		const gradients = (...tensors: tf.Tensor[]): tf.Tensor[] => {
			const loss = (...variables: tf.Tensor[]): tf.Scalar => {
				const given = [...tensors.slice(0, inputs.length)];
				floats.forEach((at, i) => {
					given[at] = variables[i] as tf.Tensor;
				});
				const outputs = all(...given);
				const terms = outputs.map((y, i) =>
					tf.sum(tf.mul(y, tensors[inputs.length + i] as tf.Tensor)),
				);
				return tf.addN(terms) as tf.Scalar;
			};
			return tf.grads(loss)(floats.map((at) => tensors[at] as tf.Tensor));
		};
		const given = [...inputs.map(toTensor), ...weights];
		return [...plain, ...run(gradients)(...given).map(toPlain)];
	} finally {
		tf.engine().endScope();
	}
}

function check(
	{ label, rtol }: TestedEngine,
	one: Case,
	expected: Plain[],
	actual: Plain[],
): void {
	assert.equal(actual.length, expected.length);
	expected.forEach((plain, i) => {
		const got = actual[i] as Plain;
		assert.deepEqual(
			[got.shape, got.dtype],
			[plain.shape, plain.dtype],
			`${label}: result ${i}`,
		);
		const worst = excess(got, plain, rtol);
		assert.ok(
			worst <= 1,
			`${label}: result ${i} of ${one.name} is off by ${worst} tolerances`,
		);
	});
}

async function onEngine(tested: TestedEngine, one: Case): Promise<Plain[]> {
	await useEngine(tested.engine, tested.options);
	return evaluate(one, (fn) => (tested.compiled ? compile(fn) : fn));
}

/** Whether this is what tfjs-node says of padding by numbers. */
const refusesPadding = ({ message }: Error) =>
	/padding (was )?(NUMBER|EXPLICIT)$/.test(message);

const engines = await availableEngines();
for (const one of [...cases, ...imageCases]) {
	test(one.name, async () => {
		await useEngine("onnxruntime");
		await tf.setBackend("cpu");
		const expected = evaluate(one, (fn) => fn);
		for (const tested of engines) {
			if (one.javascript && tested.compiled) continue;
			if (one.notOnWebgpu && tested.label === "webgpu") continue;
			const isTensorFlow = tested.engine !== "onnxruntime";
			if (one.notOnTensorFlow && isTensorFlow) continue;
			await useEngine(tested.engine, tested.options);
			const before = engine().fallbacks;
			const actual = await onEngine(tested, one).catch((error: Error) => {
				// the library pads by itself there: see nn/conv2d.ts and nn/max-pool.ts
				if (isTensorFlow && refusesPadding(error)) return undefined;
				throw error;
			});
			if (!actual) continue;
			check(tested, one, expected, actual);
			if (one.javascript || tested.engine !== "onnxruntime") continue;
			const ran = Object.entries(engine().fallbacks).filter(
				([kernel, count]) => count !== before[kernel],
			);
			const unlowered = ran
				.map(([kernel]) => kernel)
				.filter((kernel) => !/Fill|Like|^Complex/.test(kernel));
			assert.deepEqual(
				unlowered,
				[],
				`${tested.label}: kernels left to JavaScript`,
			);
		}
	});
}
