import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import {
	type Architecture,
	architectures,
} from "../../src/backbones/architectures.js";
import {
	type Backbone,
	backbone,
	parameterCountOf,
	paramsOf,
	stateDictOf,
	untrainedBackbone,
} from "../../src/backbones/backbone.js";
import type { ForwardOptions } from "../../src/backbones/forward.js";
import { isInFirstStages } from "../../src/backbones/groups.js";
import type { NamedTensor, NamedTensors } from "../../src/checkpoint/tensor.js";
import { compile, drawNormal, Random, useEngine } from "../../src/index.js";
import { formulaWeight } from "../nn/formula.js";

await useEngine("onnxruntime");

const minis = ["resnet-mini", "swin-mini"] as const;

function formulaTensors(net: Architecture): Record<string, NamedTensor> {
	const named = Object.entries(paramsOf(net)).map(
		([name, spec]) => [name, formulaWeight(name, spec)] as const,
	);
	return Object.fromEntries(named);
}

function images(height: number, width: number, batch = 2): tf.Tensor4D {
	const shape = [batch, height, width, 3];
	return drawNormal(shape, new Random("images")) as tf.Tensor4D;
}

const moments = (values: ArrayLike<number>) => {
	const all = Array.from(values);
	const mean = all.reduce((a, b) => a + b, 0) / all.length;
	const squares = all.reduce((a, b) => a + (b - mean) ** 2, 0);
	return { mean, deviation: Math.sqrt(squares / all.length) };
};

function assertClose(
	actual: tf.Tensor,
	expected: tf.Tensor,
	tolerance = 1e-4,
): void {
	const wanted = expected.dataSync<"float32">();
	const scale = wanted.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
	assert.deepEqual(actual.shape, expected.shape);
	actual.dataSync().forEach((x, i) => {
		const allowed = tolerance * Math.max(scale, 1e-6);
		assert.ok(Math.abs(x - (wanted[i] as number)) <= allowed);
	});
}

test("architectures have as many parameters as published", () => {
	const published = {
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
		"swin-t": 28_288_354,
		"swin-s": 49_606_258,
		"swin-b": 87_768_224,
	} as const;
	for (const [name, count] of Object.entries(published))
		assert.equal(parameterCountOf(name as keyof typeof published), count, name);
});

test("an unknown architecture and one with too few heads are refused", () => {
	assert.throws(
		() => untrainedBackbone("resnet49" as "resnet50"),
		/no architecture "resnet49"; the architectures are resnet18/,
	);
	const net = { ...architectures["swin-mini"], heads: [1, 2] };
	assert.throws(() => untrainedBackbone(net), /heads 1,2 for depths 1,1,2,1/);
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
		const back = stateDictOf(net);
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

const trainOptions = (seed: number): ForwardOptions => ({
	batchNorm: "train",
	stochasticDepth: { rate: 0.5, random: new Random("depth", seed) },
});

test("compiled, values, gradients and statistics are the eager ones", () => {
	for (const model of minis) {
		const runs = [compile, <F>(fn: F): F => fn].map((run) => {
			const net = untrainedBackbone(model, { seed: 3 });
			const options = trainOptions(0);
			const variables = Object.values(net.params).filter((v) => v.trainable);
			const step = run((x: tf.Tensor4D) => {
				const { value, grads } = tf.variableGrads(
					() => tf.mean(tf.square(net.logits(x, options))),
					variables,
				);
				return [value, ...variables.map((v) => grads[v.name] as tf.Tensor)];
			}) as (x: tf.Tensor4D) => tf.Tensor[];
			return { net, results: tf.tidy(() => step(images(48, 40))) };
		});
		const [compiled, eager] = runs as [(typeof runs)[0], (typeof runs)[0]];
		compiled.results.forEach((y, i) => {
			assertClose(y, eager.results[i] as tf.Tensor, 1e-3);
		});
		for (const [name, variable] of Object.entries(compiled.net.params))
			assertClose(variable, eager.net.params[name] as tf.Tensor);
		for (const { net, results } of runs) {
			tf.dispose(results);
			net.dispose();
		}
	}
});

test("no tensor is left behind", () => {
	for (const model of minis) {
		const empty = tf.memory().numTensors;
		const net = untrainedBackbone(model);
		const x = images(32, 40);
		const options = trainOptions(0);
		const before = tf.memory().numTensors;
		net.logits(x, options).dispose();
		tf.dispose(net.pyramid(x));
		const compiled = compile((y: tf.Tensor4D) => net.logits(y, options));
		for (let i = 0; i < 2; i++) compiled(x).dispose();
		const variables = Object.values(net.params).filter((v) => v.trainable);
		const { value, grads } = tf.variableGrads(
			() => tf.mean(net.logits(x, options)),
			variables,
		);
		tf.dispose([value, grads]);
		assert.equal(tf.memory().numTensors, before, model);
		net.dispose();
		x.dispose();
		assert.equal(tf.memory().numTensors, empty, model);
	}
});

test("stochastic depth repeats under a seed and differs at every call", () => {
	const net = untrainedBackbone("swin-mini");
	const x = images(32, 32, 8);
	const draw = (options: ForwardOptions) => {
		const y = net.logits(x, options);
		const values = y.dataSync();
		y.dispose();
		return values;
	};
	const options = trainOptions(1);
	const first = draw(options);
	assert.notDeepEqual(first, draw(options));
	assert.deepEqual(first, draw(trainOptions(1)));
	const none = { stochasticDepth: { rate: 0, random: new Random("depth") } };
	assert.deepEqual(draw(none), draw({}));
	net.dispose();
	x.dispose();
});

test("batch norm trains by name: frozen stages keep their statistics", () => {
	const net = untrainedBackbone("resnet-mini");
	const frozen = isInFirstStages(1);
	const before = stateDictOf(net);
	const x = images(32, 32);
	net
		.logits(x, { batchNorm: (name) => (frozen(name) ? "eval" : "train") })
		.dispose();
	const after = stateDictOf(net);
	for (const name of Object.keys(before)) {
		const moved = name.includes("running") && !frozen(name);
		const same = Buffer.from((before[name] as NamedTensor).data.buffer).equals(
			Buffer.from((after[name] as NamedTensor).data.buffer),
		);
		assert.equal(same, !moved, name);
	}
	net.dispose();
	x.dispose();
});

test("batch norm cannot train on one value per channel", () => {
	const net = untrainedBackbone("resnet-mini");
	const x = images(32, 32, 1);
	assert.throws(
		() => net.logits(x, { batchNorm: "train" }),
		/layer4\.0\.bn1 sees one value per channel, \[1,1,1,128\]/,
	);
	net.dispose();
	x.dispose();
});
