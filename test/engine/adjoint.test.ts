/** The gradients that TensorFlow.js's JavaScript kernels get wrong, held against what a gradient is. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { useEngine } from "../../src/index.js";
import { compile } from "../../src/parts.js";
import { availableEngines } from "./engines.js";
import { normal, toTensor } from "./tensors.js";

type T4 = tf.Tensor4D;

interface LinearCase {
	readonly name: string;
	readonly shape: readonly number[];
	readonly fn: (x: T4) => tf.Tensor;
	/** Tested on ONNX Runtime only: TensorFlow refuses the padding, or its stand-in has JavaScript's gradient. */
	readonly isOurs?: boolean;
}

// JavaScript's resize gradients swap height and width and ignore half-pixel centers; its average-pool
// gradient divides by the whole window where the forward kernel divides by the part inside the image.
const resizes = [
	{ shape: [2, 3, 4, 5], size: [6, 8] },
	{ shape: [1, 7, 5, 2], size: [4, 9] },
	{ shape: [1, 1, 6, 2], size: [3, 6] },
	{ shape: [2, 6, 6, 1], size: [3, 4] },
] as const;

const samplings = [
	[false, false],
	[true, false],
	[false, true],
] as const;

const linearCases: LinearCase[] = [
	...resizes.flatMap(({ shape, size }) =>
		samplings.flatMap(([alignCorners, halfPixelCenters]) => {
			const described = `[${shape}] to ${size}, align corners ${alignCorners}, half pixel ${halfPixelCenters}`;
			const to: [number, number] = [size[0], size[1]];
			return [
				{
					name: `resizeBilinear ${described}`,
					shape,
					fn: (x: T4) =>
						tf.image.resizeBilinear(x, to, alignCorners, halfPixelCenters),
				},
				{
					name: `resizeNearestNeighbor ${described}`,
					shape,
					fn: (x: T4) =>
						tf.image.resizeNearestNeighbor(
							x,
							to,
							alignCorners,
							halfPixelCenters,
						),
				},
			];
		}),
	),
	{
		name: "avgPool, 3x3, stride 2, pad 1",
		isOurs: true,
		shape: [1, 9, 7, 5],
		fn: (x) => tf.avgPool(x, 3, 2, 1),
	},
	{
		name: "avgPool, 3x3, stride 1, pad same",
		isOurs: true,
		shape: [2, 7, 6, 4],
		fn: (x) => tf.avgPool(x, 3, 1, "same"),
	},
];

const directions = 8;

const dot = (a: tf.Tensor, b: tf.Tensor): number =>
	tf.tidy(() => tf.sum(tf.mul(a, b)).dataSync()[0] as number);

const engines = await availableEngines();
for (const { name, shape, fn, isOurs } of linearCases) {
	test(`the gradient of ${name} is the adjoint of the kernel`, async () => {
		await useEngine("onnxruntime");
		await tf.setBackend("cpu");
		const steps = Array.from({ length: directions }, (_, i) =>
			toTensor(normal(shape, { seed: i })),
		);
		const responses = steps.map((step) => fn(step as T4));
		const weights = normal(responses[0]?.shape as number[], { seed: 99 });
		const expected = responses.map((y) => dot(y, toTensor(weights)));
		for (const tested of engines) {
			if (isOurs && tested.engine !== "onnxruntime") continue;
			await useEngine(tested.engine, tested.options);
			const gradient = (x: T4, w: tf.Tensor): tf.Tensor =>
				tf.grad((at: tf.Tensor) => tf.sum(tf.mul(fn(at as T4), w)))(x);
			const run = tested.compiled ? compile(gradient) : gradient;
			const made = run(toTensor(normal(shape)) as T4, toTensor(weights));
			steps.forEach((step, i) => {
				const actual = dot(made, step);
				const scale = Math.hypot(...responses[i]!.dataSync());
				assert.ok(
					Math.abs(actual - (expected[i] as number)) <=
						tested.rtol * (1 + scale),
					`${tested.label}: ${actual} along direction ${i}, where the kernel has ${expected[i]}`,
				);
			});
		}
	});
}
