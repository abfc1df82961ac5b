import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import { useEngine } from "../../src/index.js";
import { adaptiveAveragePool } from "../../src/nn/adaptive-average-pool.js";
import { batchNorm, batchNormParams } from "../../src/nn/batch-norm.js";
import { conv2d, conv2dParams } from "../../src/nn/conv2d.js";
import { conv2dOfConcat } from "../../src/nn/conv2d-of-concat.js";
import { gelu } from "../../src/nn/gelu.js";
import { globalAveragePool } from "../../src/nn/global-average-pool.js";
import { layerNorm, layerNormParams } from "../../src/nn/layer-norm.js";
import { linear, linearParams } from "../../src/nn/linear.js";
import { maxPool } from "../../src/nn/max-pool.js";
import {
	makeParam,
	type ParamSpec,
	type ParamSpecs,
	type Params,
	param,
	paramValues,
} from "../../src/nn/params.js";
import { resizeBilinear } from "../../src/nn/resize.js";
import { compile } from "../../src/parts.js";
import { formulaValues, formulaWeight } from "./formula.js";
import { assertMatches, channelsFirst, type Summary } from "./summary.js";

interface LayerReference {
	readonly input: readonly number[];
	readonly output: Summary;
	readonly gradients: Readonly<Record<string, Summary>>;
	readonly statistics: Readonly<Record<string, Summary>>;
}

type Forward = (params: Params, x: tf.Tensor) => tf.Tensor;
type Layer = readonly [specs: ParamSpecs, forward: Forward];

const fixture = new URL(
	"../../../test/fixtures/nn/layers.json",
	import.meta.url,
);
const references: Readonly<Record<string, LayerReference>> = JSON.parse(
	readFileSync(fixture, "utf8"),
);

/** A layer of images between PyTorch's layout and ours. */
const ofImages =
	(forward: (params: Params, x: tf.Tensor4D) => tf.Tensor): Forward =>
	(params, x) =>
		channelsFirst(
			forward(params, tf.transpose(x as tf.Tensor4D, [0, 2, 3, 1])),
		);

const conv = (
	channels: readonly [number, number],
	kernel: number,
	{ stride = 1, pad = 0, bias = false },
): Layer => [
	conv2dParams("layer", channels, kernel, { bias }),
	ofImages((params, x) => conv2d(params, "layer", x, { stride, pad })),
];

const norm = (mode: "train" | "eval"): Layer => [
	batchNormParams("layer", 6),
	ofImages((params, x) => batchNorm(params, "layer", x, { mode })),
];

const product = (bias: boolean): Layer => [
	linearParams("layer", [6, 10], { bias }),
	(params, x) => linear(params, "layer", x),
];

const weightless = (layer: (x: tf.Tensor4D) => tf.Tensor): Layer => [
	{},
	ofImages((_, x) => layer(x)),
];

/** A convolution of both halves of the channels, of the second after it was pooled and resized. */
const convOfConcat = (pooled: readonly [number, number]): Layer => [
	conv2dParams("layer", [12, 5], 3),
	ofImages((params, x) => {
		const [first, second] = tf.split(x, 2, 3) as [tf.Tensor4D, tf.Tensor4D];
		const filter = param(params, "layer.weight") as tf.Variable<tf.Rank.R4>;
		return conv2dOfConcat([first, adaptiveAveragePool(second, pooled)], filter);
	}),
];

const layers: Readonly<Record<string, Layer>> = {
	"conv 7x7, stride 2": conv([3, 8], 7, { stride: 2, pad: 3 }),
	"conv 3x3, stride 2": conv([16, 8], 3, { stride: 2, pad: 1 }),
	"conv 3x3": conv([16, 8], 3, { pad: 1, bias: true }),
	"conv 4x4, stride 4": conv([3, 8], 4, { stride: 4, bias: true }),
	linear: product(true),
	"linear without bias": product(false),
	"batch norm, eval": norm("eval"),
	"batch norm, train": norm("train"),
	"layer norm": [
		layerNormParams("layer", 24),
		(params, x) => layerNorm(params, "layer", x),
	],
	gelu: [{}, (_, x) => gelu(x)],
	"max pool": weightless((x) => maxPool(x, { size: 3, stride: 2, pad: 1 })),
	"global average pool": weightless(globalAveragePool),
	"resize bilinear, larger": weightless((x) => resizeBilinear(x, [21, 16])),
	"resize bilinear, smaller": weightless((x) => resizeBilinear(x, [4, 7])),
	"adaptive average pool": weightless((x) => adaptiveAveragePool(x, [6, 6])),
	"adaptive average pool, larger": weightless((x) =>
		adaptiveAveragePool(x, [3, 3]),
	),
	"conv 3x3 of maps resized and concatenated": convOfConcat([3, 2]),
	"conv 3x3 of maps of one size": convOfConcat([7, 9]),
	"conv 3x3 of a larger map": convOfConcat([8, 4]),
};

const sizeOf = (shape: readonly number[]): number =>
	shape.reduce((a, b) => a * b, 1);

function formulaTensor(name: string, shape: readonly number[]): tf.Tensor {
	return tf.tensor(formulaValues(name, sizeOf(shape)), [...shape]);
}

function formulaParams(specs: ParamSpecs): Params {
	const named = Object.entries(specs).map(([name, spec]) => {
		const { data } = formulaWeight(name, spec);
		return [name, makeParam(spec, data as Float32Array)] as const;
	});
	return Object.fromEntries(named);
}

const inPytorchsLayout = (y: tf.Tensor) => ({
	shape: y.shape,
	values: y.dataSync(),
});

function check(
	[specs, forward]: Layer,
	expected: LayerReference,
	run: typeof compile,
): void {
	const params = formulaParams(specs);
	const trained = Object.keys(expected.gradients).filter((key) => key !== "x");
	const variables = trained.map((key) => param(params, key));
	const layer = run((x: tf.Tensor) => forward(params, x));
	const backward = run((x: tf.Tensor, dy: tf.Tensor) => {
		const loss = (...given: tf.Tensor[]) =>
			tf.sum(tf.mul(forward(params, given[0] as tf.Tensor), dy));
		return tf.grads(loss)([x, ...variables]);
	});
	tf.tidy(() => {
		const x = formulaTensor("x", expected.input);
		const dy = formulaTensor("loss", expected.output.shape);
		const [dx, ...gradients] = backward(x, dy);
		for (const [key, summary] of Object.entries(expected.statistics))
			assertMatches(key, inPytorchsLayout(param(params, key)), summary);
		const reference = expected.gradients;
		const actual = inPytorchsLayout(dx as tf.Tensor);
		assertMatches("gradient of x", actual, reference.x as Summary);
		trained.forEach((key, i) => {
			const spec = specs[key] as ParamSpec;
			const values = paramValues(gradients[i] as tf.Tensor, spec);
			const gradient = { shape: spec.shape, values };
			assertMatches(`gradient of ${key}`, gradient, reference[key] as Summary);
		});
		assertMatches("output", inPytorchsLayout(layer(x)), expected.output);
	});
	tf.dispose(params);
}

// The JavaScript kernels under TensorFlow's name stand in for the engine whose convolutions and pools know
// no numeric padding.
tf.registerBackend("tensorflow", () => new MathBackendCPU());
tf.copyRegisteredKernels("cpu", "tensorflow");

for (const [name, layer] of Object.entries(layers)) {
	test(`${name} and its gradients are PyTorch's`, async () => {
		const one = references[name] as LayerReference;
		await useEngine();
		check(layer, one, compile);
		for (const backend of ["onnxruntime", "cpu", "tensorflow"]) {
			await tf.setBackend(backend);
			check(layer, one, (fn) => fn);
		}
	});
}
