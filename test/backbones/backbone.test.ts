import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import {
	type Architecture,
	architectures,
} from "../../src/backbones/architectures.js";
import {
	backbone,
	parameterCountOf,
	paramsOf,
	untrainedBackbone,
	weightsOf,
} from "../../src/backbones/backbone.js";
import type { NamedTensor, NamedTensors } from "../../src/checkpoint/tensor.js";
import { useEngine } from "../../src/index.js";
import { formulaWeight } from "../nn/formula.js";
import { images } from "./images.js";

await useEngine();

const minis = ["resnet-mini", "swin-mini"] as const;

function formulaTensors(net: Architecture): Record<string, NamedTensor> {
	const named = Object.entries(paramsOf(net)).map(
		([name, spec]) => [name, formulaWeight(name, spec)] as const,
	);
	return Object.fromEntries(named);
}

test("architectures have as many parameters as they say", () => {
	const counts = {
		resnet18: 11_689_512,
		resnet34: 21_797_672,
		resnet50: 25_557_032,
		resnet101: 44_549_160,
		resnet152: 60_192_808,
		resnet20: 269_722,
		resnet32: 464_154,
		resnet44: 658_586,
		resnet56: 853_018,
		resnet110: 1_727_962,
		"wide-resnet50-2": 68_883_240,
		"wide-resnet50-4": 223_439_144,
		"resnext50-32x4d": 25_028_904,
		"convnext-t": 28_589_128,
		"convnext-s": 50_223_688,
		"convnext-b": 88_591_464,
		"swin-t": 28_288_354,
		"swin-s": 49_606_258,
		"swin-b": 87_768_224,
		"resnet-mini": 310_746,
		"swin-mini": 844_420,
	} as const;
	for (const [name, count] of Object.entries(counts))
		assert.equal(parameterCountOf(name as keyof typeof counts), count, name);
});

test("an unknown architecture and one with too few heads are refused", () => {
	assert.throws(
		() => untrainedBackbone("resnet49" as "resnet50"),
		/no architecture "resnet49"; the architectures are resnet18/,
	);
	const net = { ...architectures["swin-mini"], heads: [1, 2] };
	assert.throws(() => untrainedBackbone(net), /heads 1,2 for depths 2,2,2,1/);
	const grouped = { ...architectures["resnet-mini"], groups: 2 };
	assert.throws(() => untrainedBackbone(grouped), /only the bottleneck blocks/);
});

test("loading reports all that does not fit, together", () => {
	const tensors = formulaTensors(architectures["resnet-mini"]);
	const { "bn1.weight": lost, ...rest } = tensors;
	const wrong = { dtype: "float32", shape: [3], data: new Float32Array(3) };
	const given = {
		...rest,
		"layer9.weight": lost,
		"fc.bias": wrong,
	} as NamedTensors;
	assert.throws(
		() => backbone("resnet-mini", given),
		/missing \(1\): bn1\.weight\nnot in the model \(1\): layer9\.weight\nof another shape \(1\): fc\.bias is \[3\], not \[10\]$/,
	);
});

test("complex weights are named, not cut to their real parts", () => {
	const tensors = formulaTensors(architectures["resnet-mini"]);
	const data = new Float32Array(20);
	const bias: NamedTensor = { dtype: "complex64", shape: [10], data };
	assert.throws(
		() => backbone("resnet-mini", { ...tensors, "fc.bias": bias }),
		/complex \(1\): fc\.bias$/,
	);
});

test("counters, derived tables and unwanted classifiers are left out", () => {
	const one = {
		dtype: "int64",
		shape: [],
		data: BigInt64Array.of(7n),
	} as const;
	const resnet = formulaTensors(architectures["resnet-mini"]);
	const counted = { ...resnet, "bn1.num_batches_tracked": one };
	const headless = backbone(
		{ ...architectures["resnet-mini"], classes: 0 },
		counted,
	);
	assert.equal(headless.params["fc.weight"], undefined);
	assert.equal(headless.params["bn1.num_batches_tracked"], undefined);
	assert.throws(
		() => tf.tidy(() => headless.logits(images(32, 32))),
		/no classifier/,
	);

	const swin = formulaTensors(architectures["swin-mini"]);
	const net = { ...architectures["swin-mini"], dense: true };
	const attention = "layers.0.blocks.0.attn.relative_position_index";
	const dense = backbone(net, {
		...swin,
		[attention]: one,
		"layers.0.blocks.0.attn_mask": one,
	});
	assert.equal(dense.params["norm.weight"], undefined);
	assert.deepEqual(
		dense.params["norm2.weight"]?.dataSync(),
		new Float32Array(96).fill(1),
	);
	assert.throws(
		() => tf.tidy(() => dense.features(images(32, 32))),
		/dense: false/,
	);
	headless.dispose();
	dense.dispose();
});

test("a state_dict survives loading and comes back as it was", () => {
	for (const model of minis) {
		const tensors = formulaTensors(architectures[model]);
		const net = backbone(model, tensors);
		const name = model === "resnet-mini" ? "bn1.weight" : "norm.weight";
		const before = (tensors[name] as NamedTensor).data.slice();
		tensors[name]?.data.fill(9 as never);
		const back = weightsOf(net);
		(tensors[name] as NamedTensor).data.set(before as never);
		assert.deepEqual(Object.keys(back), Object.keys(tensors));
		assert.deepEqual(back, tensors);
		net.dispose();
	}
});

test("half precision is read", () => {
	const tensors = formulaTensors(architectures["resnet-mini"]);
	const bias = { dtype: "float16", shape: [10], data: new Uint16Array(10) };
	bias.data.fill(0xc100);
	const net = backbone("resnet-mini", { ...tensors, "fc.bias": bias as never });
	assert.deepEqual(
		net.params["fc.bias"]?.dataSync(),
		new Float32Array(10).fill(-2.5),
	);
	net.dispose();
});

test("a pyramid has strides 4, 8, 16 and 32, rounded up, at any size", () => {
	const sizes: Record<string, Architecture> = {
		resnet: architectures["resnet-mini"],
		swin: { ...architectures["swin-mini"], dense: true },
	};
	for (const net of Object.values(sizes)) {
		const model = untrainedBackbone(net);
		const levels = tf.tidy(() =>
			model.pyramid(images(45, 70)).map(({ shape }) => shape.slice(1, 3)),
		);
		assert.deepEqual(levels, [
			[12, 18],
			[6, 9],
			[3, 5],
			[2, 3],
		]);
		model.dispose();
	}
	const cifar = untrainedBackbone("resnet20");
	assert.throws(
		() => cifar.pyramid(images(32, 32)),
		/only a network of four stages/,
	);
	cifar.dispose();
});
