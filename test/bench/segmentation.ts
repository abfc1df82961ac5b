/**
 * Times UPerNet on ResNet-50, compiled, in a process of its own, and prints what it measured as JSON.
 *
 * `node segmentation.js <threads> <forward|train> <seconds>`; `BENCH_PROVIDERS` names execution providers, and has what
 * is copied counted.
 */
import * as tf from "@tensorflow/tfjs";
import { untrainedBackbone } from "../../src/backbones/backbone.js";
import { drawParams } from "../../src/backbones/state-dict.js";
import { architectures, Random, useEngine } from "../../src/index.js";
import { compile, drawNormal, drawUniform } from "../../src/parts.js";
import { uperNet } from "../../src/tasks/ade20k/uper-net.js";
import { countCopies } from "./gpu-copies.js";

const [threads, work, seconds] = process.argv.slice(2);
const size = 512;
const classes = 150;
const momentum = 0.9;
const weightDecay = 5e-4;
const leastRuns = 2;

const { BENCH_PROVIDERS: providers } = process.env;
const copies = providers ? countCopies() : undefined;
await useEngine("onnxruntime", {
	threads: Number(threads),
	...(providers && { executionProviders: providers.split(",") }),
});
const backbone = untrainedBackbone({ ...architectures.resnet50, classes: 0 });
const net = uperNet({ classes });
const head = drawParams(net.headParams(backbone), 0);
const params = { ...backbone.params, ...head };
const frozen = Object.values(params);
const random = new Random("bench");
const batch = work === "forward" ? 1 : 2;
const images = drawNormal([batch, size, size, 3], random) as tf.Tensor4D;
const labels = tf.tidy(
	() =>
		tf.cast(
			tf.floor(drawUniform([batch, size, size], random, 0, classes)),
			"int32",
		) as tf.Tensor3D,
);

function forward(): () => tf.Tensor {
	const step = compile(
		(x: tf.Tensor4D) => net.forward({ params, backbone }, x),
		{
			frozen,
		},
	);
	return () => step(images);
}

function train(): () => tf.Tensor {
	const weights = frozen.filter(({ trainable }) => trainable);
	const velocities = weights.map((weight) => tf.variable(tf.zerosLike(weight)));
	const options = { batchNorm: "train", training: { random } } as const;
	const step = compile(
		(x: tf.Tensor4D, targets: tf.Tensor3D, learningRate: tf.Scalar) =>
			tf.tidy(() => {
				const { value, grads } = tf.variableGrads(
					() =>
						net.loss(
							{ params, backbone },
							{ images: x, targets: { labels: targets } },
							options,
						),
					weights,
				);
				weights.forEach((weight, i) => {
					const velocity = velocities[i] as tf.Variable;
					const gradient = grads[weight.name] as tf.Tensor;
					const decayed = tf.add(gradient, tf.mul(weight, weightDecay));
					velocity.assign(tf.add(tf.mul(velocity, momentum), decayed));
					weight.assign(tf.sub(weight, tf.mul(velocity, learningRate)));
				});
				return value;
			}),
	);
	const learningRate = tf.scalar(0.01);
	return () => step(images, labels, learningRate);
}

const step = work === "forward" ? forward() : train();
function run(): number {
	const begin = performance.now();
	const made = step();
	made.dataSync();
	made.dispose();
	return performance.now() - begin;
}

const first = run();
const times: number[] = [];
const until = performance.now() + 1000 * Number(seconds);
while (times.length < leastRuns || performance.now() < until) times.push(run());
process.stdout.write(
	JSON.stringify({
		first,
		times,
		copies,
		peakBytes: process.resourceUsage().maxRSS * 1024,
	}),
);
process.exit();
