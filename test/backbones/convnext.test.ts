import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { architectures } from "../../src/backbones/architectures.js";
import {
	backbone,
	paramsOf,
	stateDictOf,
} from "../../src/backbones/backbone.js";
import { officialConvNeXtNames } from "../../src/backbones/convnext-names.js";
import type { NamedTensor, NamedTensors } from "../../src/checkpoint/tensor.js";
import { Random, useEngine } from "../../src/index.js";
import { compile } from "../../src/parts.js";
import { layerIndex } from "../../src/train/layer-decay.js";
import { formulaWeight } from "../nn/formula.js";
import { images } from "./images.js";

before(() => useEngine("onnxruntime"));

const fixture = new URL(
	"../../../test/fixtures/backbones/convnext-names.json",
	import.meta.url,
);
type Entry = readonly [
	name: string,
	official: string,
	shape: readonly number[],
];
const entries: readonly Entry[] = JSON.parse(readFileSync(fixture, "utf8"));

const small = {
	...architectures["convnext-t"],
	width: 2,
	depths: [1, 2, 1, 1],
	classes: 3,
};

const official: NamedTensors = Object.fromEntries(
	Object.entries(paramsOf(small)).map(([name, spec]) => [
		name,
		formulaWeight(name, spec),
	]),
);

/** The same weights under other names, and with more axes where `shapeOf` says so. */
const published = (
	nameOf: (name: string) => string,
	shapeOf = (_: string, { shape }: NamedTensor) => shape,
): NamedTensors =>
	Object.fromEntries(
		Object.entries(official).map(([name, tensor]) => [
			nameOf(name),
			{ ...tensor, shape: shapeOf(name, tensor) },
		]),
	);

function sameWeights(tensors: NamedTensors): void {
	const made = backbone(small, tensors);
	assert.deepEqual(stateDictOf(made), official);
	made.dispose();
}

test("torchvision's names and shapes become the official ones", () => {
	assert.deepEqual(
		entries.map(([, name]) => name).sort(),
		Object.keys(official).sort(),
	);
	const given = Object.fromEntries(
		entries.map(([name, own, shape]) => [
			name,
			{ ...(official[own] as NamedTensor), shape },
		]),
	);
	sameWeights(given);
});

test("timm's names become the official ones, of pointwise convolutions too", () => {
	const timm = (name: string): string =>
		name
			.replace(/^downsample_layers\.0\./, "stem.")
			.replace(/^downsample_layers\.(\d)\./, "stages.$1.downsample.")
			.replace(/^stages\.(\d)\.(\d)\./, "stages.$1.blocks.$2.")
			.replace(".dwconv.", ".conv_dw.")
			.replace(/\.pwconv(\d)\./, ".mlp.fc$1.")
			.replace(/^norm\./, "head.norm.")
			.replace(/^head\.(weight|bias)/, "head.fc.$1");
	assert.equal(
		timm("stages.1.0.pwconv2.bias"),
		"stages.1.blocks.0.mlp.fc2.bias",
	);
	sameWeights(published(timm));
	sameWeights(
		published(timm, (name, { shape }) =>
			/pwconv\d\.weight$/.test(name) ? [...shape, 1, 1] : shape,
		),
	);
});

test("OpenMMLab's names become the official ones, a classifier's last norm too", () => {
	const openMmlab = (name: string): string =>
		name
			.replace(".dwconv.", ".depthwise_conv.")
			.replace(/\.pwconv(\d)\./, ".pointwise_conv$1.")
			.replace(/^norm\./, "norm3.")
			.replace(/^head\.(weight|bias)/, "head.fc.$1");
	sameWeights(published(openMmlab));
});

test("official names stay, those of a detector's levels too", () => {
	sameWeights(official);
	const levels = [0, 1, 2, 3].map((i) => `norm${i}.weight`);
	const shape = {
		dtype: "float32",
		shape: [1],
		data: new Float32Array(1),
	} as const;
	const given = Object.fromEntries(levels.map((name) => [name, shape]));
	assert.deepEqual(officialConvNeXtNames(given), given);
});

test("layers are those of the official optim_factory", () => {
	const layersOf = (model: "convnext-t" | "convnext-s", names: string[]) => {
		const index = layerIndex(architectures[model]);
		return [index.last, ...names.map((name) => index.of(name))];
	};
	const names = [
		"downsample_layers.0.1.weight",
		"stages.0.2.gamma",
		"downsample_layers.1.0.bias",
		"stages.1.0.norm.weight",
		"downsample_layers.2.1.weight",
		"stages.2.0.dwconv.weight",
		"stages.2.3.dwconv.weight",
		"stages.2.8.gamma",
	];
	const late = [
		"downsample_layers.3.0.weight",
		"stages.3.2.gamma",
		"norm.weight",
	];
	const shared = [0, 1, 2, 2, 3, 3, 4, 5];
	assert.deepEqual(
		layersOf("convnext-s", [...names, "stages.2.26.gamma", ...late]),
		[13, ...shared, 11, 12, 12, 13],
	);
	assert.deepEqual(layersOf("convnext-t", [...names, ...late, "head.bias"]), [
		7,
		...shared,
		6,
		6,
		7,
		7,
	]);
});

test("stochastic depth drops whole branches, and a rate of 0 none", () => {
	const made = backbone({ ...small, classes: 3 }, official);
	const x = images(32, 32, 8);
	const values = (rate: number, seed: number) => {
		const random = new Random("depth", seed);
		const y = compile((given: tf.Tensor4D) =>
			made.logits(given, { stochasticDepth: { rate, random } }),
		)(x);
		const data = y.dataSync().slice();
		y.dispose();
		return data;
	};
	const plain = tf.tidy(() => made.logits(x).dataSync().slice());
	const still = values(0, 1);
	plain.forEach((value, i) => {
		assert.ok(Math.abs(value - (still[i] as number)) < 1e-4);
	});
	assert.deepEqual(values(0.9, 1), values(0.9, 1));
	assert.notDeepEqual(values(0.9, 1), values(0.9, 2));
	x.dispose();
	made.dispose();
});
