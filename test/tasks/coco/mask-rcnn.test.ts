import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { paramsOf } from "../../../src/backbones/backbone.js";
import { HostValue } from "../../../src/engine/host-value.js";
import { compile, useEngine } from "../../../src/index.js";
import { paramValues } from "../../../src/nn/params.js";
import type { Convention } from "../../../src/tasks/coco/convention.js";
import { detectorTensors } from "../../../src/tasks/coco/detector-tensors.js";
import { maskRcnn } from "../../../src/tasks/coco/mask-rcnn.js";
import { maskRcnnPlan } from "../../../src/tasks/coco/mask-rcnn-options.js";
import { maskRcnnLosses } from "../../../src/tasks/coco/mask-rcnn-stages.js";
import { decodeRle } from "../../../src/tasks/coco/rle.js";
import { loadModel, type Model } from "../../../src/train/model.js";
import { assertMatches } from "../../nn/summary.js";
import * as scene from "./scene.js";

const conventions = ["mmdetection", "torchvision"] as const;

/** The names of the losses in each library, in the order of ours. */
const lossNames = {
	mmdetection: [
		"loss_rpn_cls",
		"loss_rpn_bbox",
		"loss_cls",
		"loss_bbox",
		"loss_mask",
	],
	torchvision: [
		"loss_objectness",
		"loss_rpn_box_reg",
		"loss_classifier",
		"loss_box_reg",
		"loss_mask",
	],
} as const;

function modelOf(convention: Convention) {
	const reference = scene.reference(convention);
	const options = { ...scene.options, convention };
	const task = maskRcnn(options);
	const tensors = detectorTensors(scene.stateDict(reference));
	const model = loadModel(scene.architecture, task, tensors);
	return { reference, task, model, plan: maskRcnnPlan(options) };
}

/** The gradient of the weight of that name in the library, as the library has it. */
function libraryGradient(
	convention: Convention,
	name: string,
	{ model, gradients }: { model: Model; gradients: Record<string, tf.Tensor> },
): { shape: readonly number[]; values: Float32Array } | undefined {
	const placeholder = {
		dtype: "float32" as const,
		shape: [4, 4],
		data: new Float32Array(16),
	};
	const [own] = Object.keys(
		detectorTensors({
			[name]: placeholder,
			"roi_heads.x": placeholder,
			"backbone.x": placeholder,
		}),
	);
	const specs = { ...paramsOf(model.backbone.architecture), ...model.head };
	const spec = specs[own];
	const values = paramValues(gradients[own], spec);
	return { shape: spec.shape, values };
}

before(async () => {
	await useEngine("onnxruntime");
});

for (const convention of conventions) {
	test(`losses and gradients are those of ${convention}`, () => {
		const { reference, model, plan } = modelOf(convention);
		const { params, backbone } = model;
		const names = Object.keys(params).filter((name) => params[name].trainable);
		const step = compile(
			(
				images: tf.Tensor4D,
				sizes: tf.Tensor2D,
				draws: { anchors: tf.Tensor2D; regions: tf.Tensor2D },
				instances: HostValue<typeof scene.instances>,
			) => {
				let each: tf.Scalar[] = [];
				const { grads } = tf.variableGrads(
					() => {
						const { first, second } = maskRcnnLosses(
							{ params, backbone, images, plan, options: { sizes } },
							{ instances, draws },
						);
						each = [...Object.values(first), ...Object.values(second)].map(
							(loss) => tf.keep(loss),
						);
						return tf.addN(each) as tf.Scalar;
					},
					names.map((name) => params[name]),
				);
				return {
					each,
					gradients: Object.fromEntries(
						names.map((name) => [name, grads[params[name].name]]),
					),
				};
			},
		);
		const { each, gradients } = step(
			scene.images(),
			scene.sizes(),
			{
				anchors: scene.draws("anchors", 64),
				regions: scene.draws("regions", 32),
			},
			new HostValue(scene.instances),
		);
		lossNames[convention].forEach((name, i) => {
			const wanted = reference.losses[name];
			const actual = each[i].dataSync()[0];
			console.log(name, actual, wanted);
		});
		for (const [name, wanted] of Object.entries(reference.gradients)) {
			if (/cls_score|bbox_pred|mask_fcn_logits/.test(name)) continue;
			const actual = libraryGradient(convention, name, { model, gradients });
			assertMatches(name, actual!, wanted);
		}
	});
	test(`finds what ${convention} finds`, () => {
		const { reference, model, task } = modelOf(convention);
		const { params, backbone } = model;
		const forward = compile((images: tf.Tensor4D, sizes: tf.Tensor2D) =>
			task.forward(params, backbone, images, { sizes }),
		);
		const output = forward(scene.images(), scene.sizes());
		const found = task.predictions(output, scene.shown);
		found.forEach(({ boxes, labels, scores, masks }, image) => {
			const wanted = reference.detections[image];
			console.log([...labels].join(), wanted.labels.join());
			console.log(
				Math.max(...scores.map((s, i) => Math.abs(s - wanted.scores[i]))),
				Math.max(...boxes.map((s, i) => Math.abs(s - wanted.boxes[i]))),
			);
			masks.forEach((mask, i) => {
				const one = decodeRle(mask);
				const two = decodeRle({
					...mask,
					counts: Uint32Array.from(wanted.masks[i]),
				});
				const different = one.reduce(
					(sum, x, k) => sum + Number(x !== two[k]),
					0,
				);
				console.log(i, different, mask.counts.length, wanted.masks[i].length);
			});
		});
	});
}
