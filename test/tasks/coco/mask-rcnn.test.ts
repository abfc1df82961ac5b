import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import {
	paramsOf,
	untrainedBackbone,
} from "../../../src/backbones/backbone.js";
import { HostValue } from "../../../src/engine/host-value.js";
import { Random, useEngine } from "../../../src/index.js";
import { parameterCount, paramValues } from "../../../src/nn/params.js";
import { compile } from "../../../src/parts.js";
import { maskRcnn } from "../../../src/tasks/coco/mask-rcnn/mask-rcnn.js";
import {
	type Convention,
	maskRcnnPlan,
} from "../../../src/tasks/coco/mask-rcnn/settings.js";
import {
	type MaskRcnnTruth,
	maskRcnnLosses,
} from "../../../src/tasks/coco/mask-rcnn/stages.js";
import {
	disposeModel,
	loadModel,
	type Model,
	modelStateDict,
	newModel,
} from "../../../src/train/model.js";
import { assertMatches } from "../../nn/summary.js";
import * as scene from "./scene.js";

/** The names of the losses in each library, in the order of ours. */
const libraries = {
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
} as const satisfies Record<Convention, readonly string[]>;

function modelOf(convention: Convention) {
	const reference = scene.reference(convention);
	const options = { ...scene.options, convention };
	const task = maskRcnn(options);
	const given = scene.stateDict(reference);
	const tensors = scene.underOwnNames(given);
	const model = loadModel(scene.architecture, task, tensors);
	// The names are in the same order.
	const own = Object.keys(tensors);
	const names = new Map(Object.keys(given).map((name, i) => [name, own[i]]));
	return { reference, task, model, names, plan: maskRcnnPlan(options) };
}

/** Rows in the order of torchvision's classes, whose first is the background. */
function withBackgroundFirst(
	name: string,
	{ shape, values }: { shape: readonly number[]; values: Float32Array },
) {
	const [rows, ...rest] = shape;
	const length = values.length / rows;
	const added = name.includes("box_predictor.bbox_pred")
		? 4
		: Number(name.includes("mask_fcn_logits"));
	if (added > 0) {
		const more = new Float32Array(values.length + added * length);
		more.set(values, added * length);
		return { shape: [rows + added, ...rest], values: more };
	}
	if (!name.includes("cls_score")) return { shape, values };
	const moved = new Float32Array(values.length);
	moved.set(values.subarray(-length));
	moved.set(values.subarray(0, -length), length);
	return { shape, values: moved };
}

/** The five losses, and the gradients of their sum. */
function differentiated({ params, backbone }: Model, convention: Convention) {
	const plan = maskRcnnPlan({ ...scene.options, convention });
	const trained = Object.entries(params).filter(
		([, { trainable }]) => trainable,
	);
	return (images: tf.Tensor4D, sizes: tf.Tensor2D, truth: MaskRcnnTruth) => {
		let losses: tf.Scalar[] = [];
		const { grads } = tf.variableGrads(
			() => {
				const { first, second } = maskRcnnLosses(
					{ params, backbone, images, plan, options: { sizes } },
					truth,
				);
				const each = [...Object.values(first), ...Object.values(second)];
				losses = each.map((loss) => tf.keep(loss));
				return tf.addN(losses) as tf.Scalar;
			},
			trained.map(([, variable]) => variable),
		);
		const gradients = Object.fromEntries(
			trained.map(([name, variable]) => [name, grads[variable.name]]),
		);
		return { losses, gradients };
	};
}

before(async () => {
	await useEngine();
});

for (const convention of ["mmdetection", "torchvision"] as const) {
	for (const compiled of [true, false]) {
		const how = compiled ? "compiled" : "eager";
		test(`losses and gradients are those of ${convention}, ${how}`, () => {
			const { reference, model, names } = modelOf(convention);
			const plain = differentiated(model, convention);
			const step = compiled ? compile(plain) : plain;
			const truth = {
				instances: new HostValue(scene.instances),
				draws: {
					anchors: scene.draws("anchors", 64),
					regions: scene.draws("regions", 32),
				},
			};
			const made = step(scene.images(), scene.sizes(), truth);
			libraries[convention].forEach((name, i) => {
				const [actual] = made.losses[i].dataSync();
				const wanted = reference.losses[name];
				assert.ok(
					Math.abs(actual - wanted) < 1e-5 * wanted,
					`${name} is ${actual}, not ${wanted}`,
				);
			});
			const specs = { ...paramsOf(scene.architecture), ...model.head };
			for (const [name, wanted] of Object.entries(reference.gradients)) {
				const own = names.get(name) as string;
				const values = paramValues(made.gradients[own], specs[own]);
				const gradient = { shape: specs[own].shape, values };
				assertMatches(
					`the gradient of ${name}`,
					convention === "torchvision"
						? withBackgroundFirst(name, gradient)
						: gradient,
					wanted,
				);
			}
			disposeModel(model);
		});
	}

	test(`objects are those of ${convention}`, () => {
		const { reference, model, task } = modelOf(convention);
		const { params, backbone } = model;
		const forward = compile((images: tf.Tensor4D, sizes: tf.Tensor2D) =>
			task.forward({ params, backbone }, images, { sizes }),
		);
		const output = forward(scene.images(), scene.sizes());
		const found = task.predictions(output, scene.shown);
		assert.equal(found.length, 2);
		found.forEach((one, image) => {
			scene.assertSameObjects(one, reference.detections[image], image);
		});
		disposeModel(model);
	});
}

test("an image is seen alike alone and in a batch of padded ones", () => {
	const { model, task } = modelOf("mmdetection");
	const { params, backbone } = model;
	const images = scene.images();
	const sizes = scene.sizes();
	const both = task.predictions(
		task.forward({ params, backbone }, images, { sizes }),
		scene.shown,
	);
	const alone = task.predictions(
		task.forward({ params, backbone }, tf.slice(images, [1], [1]), {
			sizes: tf.slice(sizes, [1], [1]),
		}),
		scene.shown.slice(1),
	);
	assert.deepEqual(alone[0].labels, both[1].labels);
	alone[0].boxes.forEach((side, i) => {
		assert.ok(Math.abs(side - both[1].boxes[i]) < 1e-2);
	});
	disposeModel(model);
});

const mini = {
	...scene.options,
	anchors: 16,
	regions: 8,
} as const;

test("training draws by the generator, and keeps nothing", () => {
	const task = maskRcnn(mini);
	const source = untrainedBackbone("resnet-mini");
	const model = newModel(source, task, 0);
	const { params, backbone } = model;
	const images = scene.images();
	const targets = task.batchTargets(scene.instances, scene.padded);
	const random = new Random();
	const lossAt = (seed: number, training = true): number => {
		random.reseed(seed);
		const options = training ? { training: { random } } : {};
		return tf.tidy(
			() =>
				task
					.loss({ params, backbone }, { images, targets }, options)
					.dataSync()[0],
		);
	};
	const first = lossAt(1);
	const { numTensors } = tf.memory();
	assert.equal(lossAt(1), first);
	assert.notEqual(lossAt(2), first);
	assert.equal(lossAt(1, false), lossAt(2, false));
	assert.equal(tf.memory().numTensors, numTensors);
	disposeModel(model);
	source.dispose();
});

test("images without objects have losses, and train no boxes and masks", () => {
	const task = maskRcnn(mini);
	const source = untrainedBackbone("resnet-mini");
	const model = newModel(source, task, 0);
	const { params, backbone } = model;
	const none = {
		boxes: new Float32Array(0),
		labels: new Int32Array(0),
		masks: [],
		crowd: new Uint8Array(0),
	};
	const plan = maskRcnnPlan(mini);
	const { first, second } = maskRcnnLosses(
		{ params, backbone, images: scene.images(), plan },
		{
			instances: new HostValue([none, none]),
			draws: {
				anchors: scene.draws("anchors", 16),
				regions: scene.draws("regions", 8),
			},
		},
	);
	const read = (loss: tf.Scalar): number => loss.dataSync()[0];
	assert.ok(read(first.objectness) > 0 && read(second.classes) > 0);
	const zeros = [first.boxes, second.boxes, second.masks].map(read);
	assert.deepEqual(zeros, [0, 0, 0]);
	disposeModel(model);
	source.dispose();
});

test("it stands on the pyramid of a Swin Transformer", () => {
	const task = maskRcnn(mini);
	const source = untrainedBackbone(scene.miniSwin);
	const model = newModel(source, task, 0);
	const { params, backbone } = model;
	const targets = task.batchTargets(scene.instances, scene.padded);
	const [loss] = task
		.loss({ params, backbone }, { images: scene.images(), targets })
		.dataSync();
	assert.ok(Number.isFinite(loss) && loss > 0);
	disposeModel(model);
	source.dispose();
});

test("it has as many parameters as the released detectors", () => {
	const { headParams } = maskRcnn({ classes: 80 });
	const count = (architecture: Parameters<typeof paramsOf>[0]): number =>
		parameterCount(paramsOf(architecture)) +
		parameterCount(headParams({ architecture } as never));
	const resnet50 = { ...scene.resnet50, classes: 0 };
	assert.equal(count(resnet50), 44_396_336);
	assert.equal(count(scene.denseSwinT), 47_794_602);
});

test("weights leave the model as they came into it", () => {
	const { model } = modelOf("torchvision");
	const given = scene.stateDict(scene.reference("torchvision"));
	assert.deepEqual(modelStateDict(model), scene.underOwnNames(given));
	disposeModel(model);
});

test("weights that are not numbers give a loss that is none", () => {
	const { model, task } = modelOf("mmdetection");
	const { params, backbone } = model;
	const weight = params["neck.fpn_convs.0.conv.weight"];
	weight.assign(tf.mul(weight, Number.NaN));
	const targets = task.batchTargets(scene.instances, scene.padded);
	const images = scene.images();
	const loss = task
		.loss({ params, backbone }, { images, targets })
		.dataSync()[0];
	assert.ok(Number.isNaN(loss));
	const output = task.forward({ params, backbone }, images);
	assert.equal(task.predictions(output, scene.shown).length, 2);
	disposeModel(model);
});

test("sizes that are no whole numbers, or too small, are refused", () => {
	assert.throws(
		() => maskRcnn({ classes: 0 }),
		/classes must be a whole number of at least 1, not 0/,
	);
	assert.throws(() => maskRcnn({ classes: 3, regions: 3 }), RangeError);
	assert.throws(() => maskRcnn({ classes: 3, hidden: 1.5 }), RangeError);
});
