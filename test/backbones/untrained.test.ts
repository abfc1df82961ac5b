import assert from "node:assert/strict";
import { test } from "node:test";
import { architectures } from "../../src/backbones/architectures.js";
import {
	type Backbone,
	stateDictOf,
	untrainedBackbone,
} from "../../src/backbones/backbone.js";
import { useEngine } from "../../src/index.js";

await useEngine();

const moments = (values: ArrayLike<number>) => {
	const all = Array.from(values);
	const mean = all.reduce((a, b) => a + b, 0) / all.length;
	const squares = all.reduce((a, b) => a + (b - mean) ** 2, 0);
	return { mean, deviation: Math.sqrt(squares / all.length) };
};

function spread(net: Backbone, name: string, expected: number): void {
	const { mean, deviation } = moments(net.params[name]?.dataSync() ?? []);
	assert.ok(Math.abs(mean) < 0.05 * expected, `${name}: mean ${mean}`);
	assert.ok(
		Math.abs(deviation / expected - 1) < 0.05,
		`${name}: deviation ${deviation}, not ${expected}`,
	);
}

test("untrained weights are distributed as in torchvision", () => {
	const resnet = untrainedBackbone("resnet18", { zeroInitResidual: true });
	spread(resnet, "conv1.weight", Math.sqrt(2 / (64 * 49)));
	spread(resnet, "layer3.0.conv1.weight", Math.sqrt(2 / (256 * 9)));
	spread(resnet, "layer2.0.downsample.0.weight", Math.sqrt(2 / 128));
	spread(resnet, "fc.weight", 1 / Math.sqrt(3 * 512));
	const largest = resnet.params["fc.weight"]?.abs().max().dataSync()[0] ?? 9;
	assert.ok(largest <= 1 / Math.sqrt(512));
	for (const [name, value] of [
		["bn1.weight", 1],
		["layer1.0.bn1.weight", 1],
		["layer1.0.bn2.weight", 0],
		["layer2.0.downsample.1.weight", 1],
		["bn1.running_mean", 0],
		["bn1.running_var", 1],
	] as const) {
		const values = resnet.params[name]?.dataSync();
		assert.ok(
			values?.every((x) => x === value),
			name,
		);
	}
	resnet.dispose();

	const cifar = untrainedBackbone("resnet20");
	spread(cifar, "layer3.0.conv1.weight", Math.sqrt(2 / (32 * 9)));
	cifar.dispose();

	const swin = untrainedBackbone({
		...architectures["swin-t"],
		depths: [1, 1, 1, 1],
	});
	spread(swin, "patch_embed.proj.weight", 1 / Math.sqrt(3 * 48));
	spread(swin, "layers.3.blocks.0.attn.qkv.weight", 0.02);
	spread(swin, "layers.3.blocks.0.attn.relative_position_bias_table", 0.02);
	spread(swin, "layers.2.downsample.reduction.weight", 0.02);
	assert.ok(swin.params["head.bias"]?.dataSync().every((x) => x === 0));
	swin.dispose();
});

test("the same seed gives the same weights, another seed others", () => {
	const [a, b, c] = [1, 1, 2].map((seed) => {
		const net = untrainedBackbone("swin-mini", { seed });
		const tensors = stateDictOf(net);
		net.dispose();
		return tensors;
	});
	assert.deepEqual(a, b);
	assert.notDeepEqual(a?.["head.weight"], c?.["head.weight"]);
});
