import assert from "node:assert/strict";
import { test } from "node:test";
import { architectures } from "../../src/backbones/architectures.js";
import { paramsOf } from "../../src/backbones/backbone.js";
import {
	isHead,
	isInFirstStages,
	isNorm,
	isRelativePositionBias,
	type NameFilter,
} from "../../src/backbones/groups.js";

const names = (model: keyof typeof architectures): string[] =>
	Object.keys(paramsOf(architectures[model]));
const count = (model: keyof typeof architectures, filter: NameFilter): number =>
	names(model).filter(filter).length;

test("norms are told from all other weights", () => {
	// ResNet-50 has 53 batch norms of four tensors each, 53 convolutions and a classifier of two.
	assert.equal(count("resnet50", isNorm), 4 * 53);
	// Swin-T has two layer norms in each of 12 blocks, one per merging, one in the stem, one at the end.
	assert.equal(count("swin-t", isNorm), 2 * (2 * 12 + 3 + 2));
});

test("heads and bias tables", () => {
	assert.deepEqual(names("resnet50").filter(isHead), ["fc.weight", "fc.bias"]);
	assert.deepEqual(names("resnet20").filter(isHead), [
		"linear.weight",
		"linear.bias",
	]);
	assert.deepEqual(names("swin-t").filter(isHead), [
		"head.weight",
		"head.bias",
	]);
	assert.equal(count("swin-t", isRelativePositionBias), 12);
});

test("first stages are mmdetection's frozen stages", () => {
	assert.equal(count("resnet50", isInFirstStages(-1)), 0);
	assert.equal(count("resnet50", isInFirstStages(0)), 5);
	const frozen = names("resnet50").filter(isInFirstStages(1));
	assert.deepEqual(
		frozen,
		names("resnet50").filter((name) => /^(conv1|bn1|layer1)\./.test(name)),
	);
	assert.ok(isInFirstStages(1)("layer1.0.bn1"));
	assert.ok(!isInFirstStages(1)("layer2.0.bn1"));
	const swin = Object.keys(
		paramsOf({ ...architectures["swin-t"], dense: true }),
	);
	assert.deepEqual(
		swin.filter(isInFirstStages(1)),
		swin.filter((name) => /^(patch_embed|layers\.0|norm0)\./.test(name)),
	);
});
