import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type Architecture,
	architectures,
} from "../../src/backbones/architectures.js";
import { headless, paramsOf } from "../../src/backbones/backbone.js";
import {
	isHead,
	isInFirstStages,
	isNorm,
	isRelativePositionBias,
	type NameFilter,
} from "../../src/backbones/groups.js";

type Name = keyof typeof architectures;

const names = (model: Name): string[] =>
	Object.keys(paramsOf(architectures[model]));
const count = (
	model: Name,
	filterOf: (net: Architecture) => NameFilter,
): number => names(model).filter(filterOf(architectures[model])).length;
const first = (stages: number) => (net: Architecture) =>
	isInFirstStages(net, stages);

test("norms are told from all other weights", () => {
	// ResNet-50 has 53 batch norms of four tensors each, 53 convolutions and a classifier of two.
	assert.equal(count("resnet50", isNorm), 4 * 53);
	// Swin-T has two layer norms in each of 12 blocks, one per merging, one in the stem, one at the end.
	assert.equal(count("swin-t", isNorm), 2 * (2 * 12 + 3 + 2));
	// ConvNeXt-T has a layer norm and a layer scale in each of 18 blocks, 4 norms between stages, one at the end.
	assert.equal(count("convnext-t", isNorm), 3 * 18 + 2 * (4 + 1));
});

test("what of a ConvNeXt is a norm or a bias has one number a channel, all else has more", () => {
	const isNormOf = isNorm(architectures["convnext-t"]);
	for (const [name, { shape }] of Object.entries(
		paramsOf(architectures["convnext-t"]),
	))
		assert.equal(isNormOf(name) || name.endsWith(".bias"), shape.length === 1);
});

test("heads and bias tables", () => {
	for (const [model, head] of [
		["resnet50", "fc"],
		["resnet20", "linear"],
		["swin-t", "head"],
		["convnext-t", "head"],
	] as const)
		assert.deepEqual(names(model).filter(isHead(architectures[model])), [
			`${head}.weight`,
			`${head}.bias`,
		]);
	assert.equal(
		count("swin-t", () => isRelativePositionBias),
		12,
	);
});

test("first stages are mmdetection's frozen stages", () => {
	assert.equal(count("resnet50", first(-1)), 0);
	assert.equal(count("resnet50", first(0)), 5);
	const { resnet50 } = architectures;
	assert.deepEqual(
		names("resnet50").filter(isInFirstStages(resnet50, 1)),
		names("resnet50").filter((name) => /^(conv1|bn1|layer1)\./.test(name)),
	);
	assert.ok(isInFirstStages(resnet50, 1)("layer1.0.bn1"));
	assert.ok(!isInFirstStages(resnet50, 1)("layer2.0.bn1"));
	const frozen = {
		"swin-t": /^(patch_embed|layers\.0|norm0)\./,
		"convnext-t": /^(downsample_layers\.0|stages\.0|norm0)\./,
	};
	for (const [model, pattern] of Object.entries(frozen)) {
		const net = headless(
			architectures[model as keyof typeof frozen],
			"pyramid",
		);
		const all = Object.keys(paramsOf(net));
		assert.deepEqual(
			all.filter(isInFirstStages(net, 1)),
			all.filter((name) => pattern.test(name)),
		);
		assert.ok(all.some((name) => name.startsWith("norm0.")));
	}
});
