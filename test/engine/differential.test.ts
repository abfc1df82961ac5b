/**
 * Draws calls of every lowered kernel and holds what ONNX Runtime gives, eagerly and compiled, values and
 * gradients, against TensorFlow.js's JavaScript kernels.
 *
 * `DIFFERENTIAL_SEED` chooses other calls, `DIFFERENTIAL_TRIALS` how many of each kernel, and
 * `DIFFERENTIAL_ONLY="relu 3"` repeats one of them.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { lowerings } from "../../src/engine/lowerings/table.js";
import { Random, useEngine } from "../../src/index.js";
import { compile } from "../../src/parts.js";
import { convolutionDraws } from "./differential/convolution-draws.js";
import { elementwiseDraws } from "./differential/elementwise-draws.js";
import { imageDraws } from "./differential/image-draws.js";
import { indexingDraws } from "./differential/indexing-draws.js";
import { matrixDraws } from "./differential/matrix-draws.js";
import { reductionDraws } from "./differential/reduction-draws.js";
import { shapeDraws } from "./differential/shape-draws.js";
import {
	attempt,
	type Draw,
	describe,
	type Trial,
} from "./differential/trial.js";
import { excess, type Plain } from "./tensors.js";

const seed = Number(process.env.DIFFERENTIAL_SEED ?? 1);
const perKernel = Number(process.env.DIFFERENTIAL_TRIALS ?? 12);
const only = process.env.DIFFERENTIAL_ONLY;
const rtol = 1e-4;
const mostShown = 5;

const families: Record<string, Readonly<Record<string, Draw>>> = {
	elementwise: elementwiseDraws,
	convolutions: convolutionDraws,
	images: imageDraws,
	indexing: indexingDraws,
	matrices: matrixDraws,
	reductions: reductionDraws,
	shapes: shapeDraws,
};

function trialsOf(draws: Readonly<Record<string, Draw>>): Trial[] {
	return Object.entries(draws)
		.flatMap(([kernel, draw]) =>
			Array.from({ length: perKernel }, (_, i) => ({
				kernel,
				label: `${kernel} ${i}`,
				...draw(new Random("differential", seed, kernel, i)),
			})),
		)
		.filter(({ label }) => only === undefined || label === only);
}

type Outcome = Plain[] | Error;

const ways = {
	javascript: { backend: "cpu", run: ((fn) => fn) as typeof compile },
	eager: { backend: "onnxruntime", run: ((fn) => fn) as typeof compile },
	compiled: { backend: "onnxruntime", run: compile },
};

async function outcomes(
	trials: readonly Trial[],
	way: keyof typeof ways,
): Promise<Outcome[]> {
	const { backend, run } = ways[way];
	await tf.setBackend(backend);
	return trials.map((trial) => {
		const made = () => attempt(trial, run as never);
		try {
			return way === "javascript" && trial.expected
				? [...trial.expected.results(made)]
				: made();
		} catch (error) {
			return error as Error;
		}
	});
}

const summary = (outcome: Outcome): string =>
	outcome instanceof Error
		? outcome.message.slice(0, 200)
		: JSON.stringify(
				outcome.map(({ shape, dtype, values }) => [
					dtype,
					shape,
					values.slice(0, 40).map(String),
				]),
			);

function differs(expected: Outcome, actual: Outcome): boolean {
	if (expected instanceof Error || actual instanceof Error)
		return !(expected instanceof Error && actual instanceof Error);
	return (
		expected.length !== actual.length ||
		expected.some((plain, i) => {
			const got = actual[i] as Plain;
			return (
				`${got.dtype} ${got.shape}` !== `${plain.dtype} ${plain.shape}` ||
				excess(got, plain, rtol) > 1
			);
		})
	);
}

for (const [family, draws] of Object.entries(families)) {
	test(`${family}: ${perKernel} calls of each of ${Object.keys(draws).length} kernels, seed ${seed}`, async () => {
		await useEngine("onnxruntime");
		const trials = trialsOf(draws);
		const expected = await outcomes(trials, "javascript");
		const failures: string[] = [];
		for (const way of ["eager", "compiled"] as const) {
			const actual = await outcomes(trials, way);
			trials.forEach((trial, i) => {
				const [want, got] = [expected[i] as Outcome, actual[i] as Outcome];
				if (differs(want, got))
					failures.push(
						`${way}, seed ${seed}: ${describe(trial)}\n  expected ${summary(want)}\n  got ${summary(got)}`,
					);
			});
		}
		assert.equal(
			failures.length,
			0,
			`${failures.length} failures:\n${failures.slice(0, Number(process.env.SHOWN ?? mostShown)).join("\n")}`,
		);
	});
}

test("every lowered kernel is drawn", () => {
	// The gradient of MaxPool calls it with what the kernel gave.
	const drawn = [
		"MaxPoolGrad",
		...Object.values(families).flatMap(Object.keys),
	];
	assert.deepEqual(drawn.sort(), Object.keys(lowerings).sort());
});
