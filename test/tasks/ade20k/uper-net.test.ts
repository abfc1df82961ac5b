import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import type { ForwardOptions } from "../../../src/backbones/forward.js";
import { Random, useEngine } from "../../../src/index.js";
import { type ParamSpec, param, paramValues } from "../../../src/nn/params.js";
import { compile } from "../../../src/parts.js";
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

await useEngine();

const poolScales = [1, 2, 3, 6];
const net = uperNet({ ...sizes, dropout: 0 });

const runs: readonly (typeof compile)[] = [compile, (fn) => fn];

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
				() =>
					net.loss(
						{ params, backbone },
						{ images: x, targets: { labels } },
						{ batchNorm: mode },
					),
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
			for (const run of runs) {
				const model = formulaNet(backbones[name]);
				checkLoss(model, one, run);
				checkStatistics(model, one);
				checkLayers(model, one, run);
				tf.dispose(model.params);
			}
		});
	}
}

test("in training, channels are dropped before both classifiers, anew at every step", () => {
	const { size } = reference("resnet").cases[0] as ReferenceCase;
	const model = formulaNet(backbones.resnet);
	const { params, backbone } = model;
	const dropping = uperNet({ ...sizes, dropout: 0.5 });
	tf.tidy(() => {
		const images = formulaImages(size);
		const labels = formulaLabels(size);
		const lossesWith = (run: typeof compile, seed: number) => {
			const training = { random: new Random("drop", seed) };
			const step = run((x: tf.Tensor4D) =>
				dropping.loss(
					{ params, backbone },
					{ images: x, targets: { labels } },
					{ training },
				),
			);
			return [0, 1].map(() => step(images).dataSync()[0] as number);
		};
		const [first, second] = lossesWith(compile, 0);
		assert.notEqual(first, second);
		const again = lossesWith((fn) => fn, 0);
		[first, second].forEach((loss, i) => {
			assert.ok(Math.abs((loss as number) - (again[i] as number)) < 1e-4);
		});
		const without = dropping.loss(
			{ params, backbone },
			{ images, targets: { labels } },
		);
		assert.equal(
			without.dataSync()[0],
			net
				.loss({ params, backbone }, { images, targets: { labels } })
				.dataSync()[0],
		);
	});
	tf.dispose(params);
});

test("classes count as they are weighed, in the losses of both heads", () => {
	const { size } = reference("resnet").cases[0] as ReferenceCase;
	const { params, backbone } = formulaNet(backbones.resnet);
	const lossWith = (classWeights: readonly number[] | null) =>
		tf.tidy(() => {
			const { loss } = uperNet({ ...sizes, dropout: 0, classWeights });
			const batch = {
				images: formulaImages(size),
				targets: { labels: formulaLabels(size) },
			};
			return loss({ params, backbone }, batch).dataSync()[0] as number;
		});
	const plain = lossWith(null);
	const each = sizes.classes;
	const alone = Array.from({ length: each }, (_, i) =>
		lossWith(Array.from({ length: each }, (_, j) => Number(i === j))),
	);
	const isNear = (loss: number, expected: number) =>
		assert.ok(Math.abs(loss - expected) < 1e-5 * expected, `${loss}`);
	isNear(
		alone.reduce((sum, loss) => sum + loss),
		plain,
	);
	isNear(lossWith(Array(each).fill(2)), 2 * plain);
	tf.dispose(params);
	assert.throws(
		() => uperNet({ ...sizes, classWeights: [1, 2] }),
		/classWeights are 2, but there are 5 classes/,
	);
	assert.throws(
		() => uperNet({ ...sizes, classWeights: Array(each).fill(0) }),
		/classWeights are all 0/,
	);
});

test("no tensor is left behind", () => {
	const { size } = reference("swin").cases[0] as ReferenceCase;
	const empty = tf.memory().numTensors;
	const { params, backbone } = formulaNet(backbones.swin);
	const images = formulaImages(size);
	const labels = formulaLabels(size);
	const before = tf.memory().numTensors;
	for (const run of runs) {
		const forward = run((x: tf.Tensor4D) =>
			net.forward({ params, backbone }, x),
		);
		forward(images).dispose();
		const { value, grads } = tf.variableGrads(() =>
			net.loss({ params, backbone }, { images, targets: { labels } }),
		);
		tf.dispose([value, grads]);
	}
	assert.equal(tf.memory().numTensors, before);
	tf.dispose([params, images, labels]);
	assert.equal(tf.memory().numTensors, empty);
});

test("one image alone cannot train, since its pooled features have no variance", () => {
	const { params, backbone } = formulaNet(backbones.resnet);
	tf.tidy(() => {
		const images = tf.zeros([1, 64, 64, 3]) as tf.Tensor4D;
		const labels = tf.zeros([1, 64, 64], "int32");
		assert.throws(
			() =>
				net.loss(
					{ params, backbone },
					{ images, targets: { labels } },
					{ batchNorm: "train" },
				),
			/decode_head\.psp_modules\.0\.1\.bn sees one value per channel/,
		);
	});
	tf.dispose(params);
});
