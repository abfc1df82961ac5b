import assert from "node:assert/strict";
import { test } from "node:test";
import type {
	NamedTensor,
	NamedTensors,
} from "../../../src/checkpoint/tensor.js";
import { maskRcnn } from "../../../src/tasks/coco/mask-rcnn/mask-rcnn.js";
import { torchvisionDetector } from "../../../src/tasks/coco/mask-rcnn/torchvision-detector.js";
import { loadModel } from "../../../src/train/model.js";
import * as scene from "./scene.js";

const torchvision = scene.stateDict(scene.reference("torchvision"));
const task = maskRcnn(scene.options);

const renamed = (tensors: NamedTensors, name: (given: string) => string) =>
	Object.fromEntries(
		Object.entries(tensors).map(([given, tensor]) => [name(given), tensor]),
	);

const numbers = (...shape: number[]): NamedTensor => {
	const length = shape.reduce((a, b) => a * b, 1);
	const data = Float32Array.from({ length }, (_, i) => i);
	return { dtype: "float32", shape, data };
};

test("the names of older versions of torchvision are known", () => {
	const old = renamed(torchvision, (name) =>
		name
			.replace(/^rpn\.head\.conv\.0\.0\./, "rpn.head.conv.")
			.replace(/(inner|layer)_blocks\.(\d)\.0\./, "$1_blocks.$2.")
			.replace(
				/^roi_heads\.mask_head\.(\d)\.0\./,
				(_, i) => `roi_heads.mask_head.mask_fcn${Number(i) + 1}.`,
			),
	);
	assert.notDeepEqual(Object.keys(old), Object.keys(torchvision));
	assert.deepEqual(torchvisionDetector(old), torchvisionDetector(torchvision));
});

test("of torchvision's classes those wanted are taken, and the background comes last", () => {
	const given = {
		"roi_heads.box_predictor.cls_score.weight": numbers(5, 2),
		"roi_heads.box_predictor.cls_score.bias": numbers(5),
		"roi_heads.box_predictor.bbox_pred.bias": numbers(20),
		"roi_heads.mask_predictor.mask_fcn_logits.bias": numbers(5),
	};
	const made = torchvisionDetector(given, { categories: [3, 1] });
	const read = (name: string) => [...made[`roi_head.${name}`].data];
	assert.deepEqual(made["roi_head.bbox_head.fc_cls.weight"].shape, [3, 2]);
	assert.deepEqual(read("bbox_head.fc_cls.weight"), [6, 7, 2, 3, 0, 1]);
	assert.deepEqual(read("bbox_head.fc_cls.bias"), [3, 1, 0]);
	assert.deepEqual(read("bbox_head.fc_reg.bias"), [12, 13, 14, 15, 4, 5, 6, 7]);
	assert.deepEqual(read("mask_head.conv_logits.bias"), [3, 1]);
	assert.throws(
		() => torchvisionDetector(given, { categories: [1, 5] }),
		/has classes 0 to 4, and no 5/,
	);
});

test("another epsilon of torchvision's batch norms goes into their variances", () => {
	const name = "backbone.body.bn1.running_var";
	const given = { [name]: numbers(3) };
	const [zero, one] = torchvisionDetector(given, { epsilon: 0 })[
		"bn1.running_var"
	].data as Float32Array;
	assert.equal(zero, Math.fround(-1e-5));
	assert.equal(one, Math.fround(1 - 1e-5));
	assert.equal(torchvisionDetector(given)["bn1.running_var"], given[name]);
});

test("what does not fit is listed in one error", () => {
	const { "rpn.head.cls_logits.bias": _, ...missing } = torchvision;
	const given = {
		...missing,
		"roi_heads.keypoint_head.0.bias": numbers(1),
		"roi_heads.box_head.fc7.bias": numbers(7),
	};
	assert.throws(
		() => loadModel(scene.architecture, task, torchvisionDetector(given)),
		({ message }: Error) =>
			message.includes("missing (1): rpn_head.rpn_cls.bias") &&
			message.includes(
				"not in the model (1): roi_heads.keypoint_head.0.bias",
			) &&
			message.includes("roi_head.bbox_head.shared_fcs.1.bias is [7], not [32]"),
	);
});

test("a checkpoint of another number of classes is refused", () => {
	const other = maskRcnn({ ...scene.options, classes: 4 });
	assert.throws(
		() =>
			loadModel(scene.architecture, other, torchvisionDetector(torchvision)),
		/fc_cls.weight is \[4,32\], not \[5,32\]/,
	);
});
