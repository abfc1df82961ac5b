import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { architectures } from "../../src/backbones/architectures.js";
import {
	stateDictOf,
	untrainedBackbone,
} from "../../src/backbones/backbone.js";
import type { ForwardOptions } from "../../src/backbones/forward.js";
import { isInFirstStages } from "../../src/backbones/groups.js";
import type { NamedTensor } from "../../src/checkpoint/tensor.js";
import { Random, useEngine } from "../../src/index.js";
import { compile } from "../../src/parts.js";
import { images } from "./images.js";

await useEngine();

const minis = ["resnet-mini", "swin-mini"] as const;

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

const trainOptions = (seed: number): ForwardOptions => ({
	batchNorm: "train",
	stochasticDepth: { rate: 0.5, random: new Random("depth", seed) },
});

test("compiled, values, gradients and statistics are the eager ones", () => {
	for (const model of minis) {
		const runs = [compile, ((fn) => fn) as typeof compile].map((run) => {
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
	const frozen = isInFirstStages(architectures["resnet-mini"], 1);
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
