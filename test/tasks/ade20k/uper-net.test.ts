import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import type { ForwardOptions } from "../../../src/backbones/forward.js";
import { compile, useEngine } from "../../../src/index.js";
import { type ParamSpec, param, paramValues } from "../../../src/nn/params.js";
import { fcnHead } from "../../../src/tasks/ade20k/fcn-head.js";
import { uperHead } from "../../../src/tasks/ade20k/uper-head.js";
import { uperNet } from "../../../src/tasks/ade20k/uper-net.js";
import { formulaImages } from "../../backbones/parity.js";
import {
	assertMatches,
	channelsFirst,
	type Summary,
} from "../../nn/summary.js";
import {
	backbones,
	type FormulaNet,
	formulaLabels,
	formulaNet,
	type ReferenceCase,
	reference,
	sizes,
} from "./formula-net.js";

await useEngine("onnxruntime");

const poolScales = [1, 2, 3, 6];
const net = uperNet({ ...sizes, dropout: 0 });

/** Every layer by the name that the reference gives it. */
function layersOf(
	{ backbone, params }: FormulaNet,
	images: tf.Tensor4D,
	options: ForwardOptions,
): Record<string, tf.Tensor> {
	const pyramid = backbone.pyramid(images, options);
	const settings = { poolScales, dropout: 0, ...options };
	const { pooled, laterals, levels, fused, logits } = uperHead(
		params,
		pyramid,
		settings,
	);
	const numbered = (name: string, maps: readonly tf.Tensor[]) =>
		Object.fromEntries(maps.map((x, i) => [`${name}${i}`, x]));
	return {
		...numbered("stage", pyramid),
		...numbered("pooled", pooled),
		...numbered("lateral", laterals),
		...numbered("level", levels),
		fused,
		logits,
		auxiliary: fcnHead(params, pyramid[2], settings),
	};
}

function checkLayers(
	model: FormulaNet,
	{ size, mode, layers }: ReferenceCase,
	run: typeof compile,
): void {
	tf.tidy(() => {
		const compute = run((x: tf.Tensor4D) =>
			layersOf(model, x, { batchNorm: mode }),
		);
		const outputs = compute(formulaImages(size));
		assert.deepEqual(Object.keys(outputs).sort(), Object.keys(layers).sort());
		for (const [name, expected] of Object.entries(layers)) {
			const y = channelsFirst(outputs[name] as tf.Tensor);
			assertMatches(name, { shape: y.shape, values: y.dataSync() }, expected);
		}
	});
}

function checkLoss(
	{ backbone, params, specs }: FormulaNet,
	{ size, mode, loss, gradients }: ReferenceCase,
	run: typeof compile,
): void {
	const names = Object.keys(gradients);
	const variables = names.map((name) => param(params, name));
	tf.tidy(() => {
		const differentiate = run((x: tf.Tensor4D, labels: tf.Tensor3D) => {
			const { value, grads } = tf.variableGrads(
				() => net.loss(params, backbone, x, { labels }, { batchNorm: mode }),
				variables,
			);
			return [value, ...variables.map(({ name }) => grads[name] as tf.Tensor)];
		});
		const [value, ...found] = differentiate(
			formulaImages(size),
			formulaLabels(size),
		) as [tf.Scalar, ...tf.Tensor[]];
		const actual = value.dataSync()[0] as number;
		assert.ok(Math.abs(actual - loss) < 1e-4 * loss, `${actual}, not ${loss}`);
		names.forEach((name, i) => {
			const spec = specs[name] as ParamSpec;
			const values = paramValues(found[i] as tf.Tensor, spec);
			const expected = gradients[name] as Summary;
			assertMatches(name, { shape: spec.shape, values }, expected);
		});
	});
}

function checkStatistics(
	{ params, specs }: FormulaNet,
	{ statistics }: ReferenceCase,
): void {
	for (const [name, expected] of Object.entries(statistics)) {
		const spec = specs[name] as ParamSpec;
		const values = paramValues(param(params, name), spec);
		assertMatches(name, { shape: spec.shape, values }, expected);
	}
}

for (const name of ["resnet", "swin"] as const) {
	for (const one of reference(name).cases) {
		const label = `on ${name} at ${one.size.join("x")} in ${one.mode} mode`;
		test(`layers, loss and gradients ${label} are PyTorch's`, () => {
			for (const run of [compile, <F>(fn: F): F => fn]) {
				const model = formulaNet(backbones[name]);
				checkLoss(model, one, run);
				checkStatistics(model, one);
				checkLayers(model, one, run);
				tf.dispose(model.params);
			}
		});
	}
}
