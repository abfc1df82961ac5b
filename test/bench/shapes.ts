/**
 * Plans an epoch of images of the sizes that they have, in a process of its own, and prints as JSON what it measured.
 * Nothing runs.
 *
 * `node shapes.js <detector-training|detector|segmenter> <tight|whole> <together|alone>`: with `alone`, no graph shares
 * sessions with another.
 */
import * as tf from "@tensorflow/tfjs";
import { untrainedBackbone } from "../../src/backbones/backbone.js";
import {
	backendName,
	type OnnxRuntimeBackend,
} from "../../src/engine/backend.js";
import { Families } from "../../src/engine/families.js";
import type { Plan } from "../../src/engine/plan.js";
import { PlanCache } from "../../src/engine/plan-cache.js";
import { flattenArguments } from "../../src/engine/structure.js";
import { tracePlan } from "../../src/engine/trace-plan.js";
import { Random, useEngine } from "../../src/index.js";
import { uperNet } from "../../src/tasks/ade20k/uper-net.js";
import type { DetectionViews } from "../../src/tasks/coco/data/detection-views.js";
import { maskRcnn } from "../../src/tasks/coco/mask-rcnn/mask-rcnn.js";
import type { Size } from "../../src/tasks/task.js";
import { newModel } from "../../src/train/model.js";
import { print } from "./report.js";
import { detectorSizes, segmenterSizes } from "./shape-sizes.js";

type Work = "detector-training" | "detector" | "segmenter";

const [work, canvas, how] = process.argv.slice(2) as [
	Work,
	DetectionViews["canvas"],
	"together" | "alone",
];
await useEngine("onnxruntime");
const backend = tf.findBackend(backendName) as OnnxRuntimeBackend;
const random = new Random("shapes");
const plans = 8;

const seconds = (): number => {
	const { user, system } = process.cpuUsage();
	return (user + system) / 1e6;
};

/** A training step by stochastic gradient descent. */
function training(): (images: tf.Tensor4D) => tf.Scalar {
	const net = maskRcnn({ classes: 80 });
	const model = newModel(untrainedBackbone("resnet50"), net, 0);
	const { params } = model;
	const weights = Object.entries(params).flatMap(([name, weight]) =>
		/running_|num_batches|\.bn|downsample\.1|^conv1|layer1/.test(name)
			? []
			: [weight],
	);
	const targets = net.batchTargets([], { height: 0, width: 0 });
	const options = { training: { random } };
	return (images) => {
		const { value, grads } = tf.variableGrads(
			() => net.loss(model, { images, targets }, options),
			weights,
		);
		for (const weight of weights)
			weight.assign(
				tf.sub(weight, tf.mul(grads[weight.name] as tf.Tensor, 0.01)),
			);
		return value;
	};
}

function predicting(
	net: ReturnType<typeof maskRcnn> | ReturnType<typeof uperNet>,
): (images: tf.Tensor4D) => tf.Tensor | tf.Tensor[] {
	const model = newModel(untrainedBackbone("resnet50"), net, 0);
	return (images) => net.forward(model, images);
}

const functions: Record<Work, () => (images: tf.Tensor4D) => unknown> = {
	"detector-training": training,
	detector: () => predicting(maskRcnn({ classes: 80 })),
	segmenter: () => predicting(uperNet({ classes: 150 })),
};

const fn = functions[work]();
const cache = new PlanCache(plans);
const families = new Families();
const sets = new Set<Plan["shared"]>();
const kinds = new Set<string>();
let traced = 0;
let first = 0;

function plan({ height, width }: Size): void {
	const images = tf.zeros<tf.Rank.R4>([1, height, width, 3]);
	const call = flattenArguments([images]);
	kinds.add(call.key);
	if (!cache.get(call.key)) {
		const arena = cache.prepare(call.key);
		const made = tracePlan(backend, fn as never, {
			call,
			options: {
				frozen: new Set(),
				random,
				arena,
				families: how === "alone" ? new Families() : families,
			},
		});
		cache.set(call.key, made);
		sets.add(made.shared);
		traced++;
	}
	images.dispose();
}

const sizes = work === "segmenter" ? segmenterSizes() : detectorSizes(canvas);
const before = seconds();
for (const [i, size] of sizes.entries()) {
	plan(size);
	if (i === 0) first = seconds() - before;
}
print(
	JSON.stringify({
		images: sizes.length,
		shapes: kinds.size,
		traced,
		sets: sets.size,
		first,
		all: seconds() - before,
		megabytes: process.memoryUsage().rss / 1e6,
	}),
);
