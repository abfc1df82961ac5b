/** Tasks on feature maps, and later processes, take families of one's own. */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import {
	architectureForm,
	findArchitecture,
} from "../../src/backbones/architecture-form.js";
import type { Architecture } from "../../src/backbones/architectures.js";
import { familyOf } from "../../src/backbones/families.js";
import {
	architectures,
	evaluate,
	finetune,
	recipes,
	shapesDetection,
	shapesSegmentation,
	untrainedBackbone,
	useEngine,
} from "../../src/index.js";
import { scratchFolder } from "../train/folders.js";
import { plainNet, unusedNet } from "./plain-net.js";

const net = { family: plainNet, width: 4, classes: 0 };
const folder = scratchFolder();

before(() => useEngine("onnxruntime"));

describe("tasks on feature maps", () => {
	for (const [name, architecture] of [
		["a family of one's own", net],
		[
			"a small ConvNeXt",
			{ ...architectures["convnext-t"], width: 8, depths: [1, 1, 1, 1] },
		],
	] as const) {
		const backbone = () => untrainedBackbone(architecture as Architecture);
		const cells = { corruptions: ["contrast"], severities: [1] } as const;

		test(`UPerNet on ${name} is trained and scored`, async () => {
			const task = shapesSegmentation({ trainImages: 4, testImages: 2 });
			const recipe = {
				...recipes.shapesSegmentation,
				batchSize: 2,
				length: { steps: 1 },
			};
			const run = await finetune(backbone(), task, recipe, { folder });
			assert.equal((await evaluate(run, task, cells)).length, 2);
		});

		test(`Mask R-CNN on ${name} is trained and scored`, async () => {
			const task = shapesDetection({ trainImages: 4, testImages: 2 });
			const recipe = {
				...recipes.shapesDetection,
				batchSize: 2,
				length: { steps: 1 },
			};
			const run = await finetune(backbone(), task, recipe, { folder });
			assert.equal((await evaluate(run, task, cells)).length, 2);
		});
	}

	test("feature maps of other sizes than the family says are an error", () => {
		const wrong = { ...plainNet, pyramidChannels: () => [4, 8, 16, 31] };
		const made = untrainedBackbone({ ...net, family: wrong });
		assert.throws(
			() => tf.tidy(() => made.pyramid(tf.zeros([1, 64, 64, 3]))),
			/plain-net makes feature maps .*\[1,2,2,32\].*not four of 4, 8, 16, 31/,
		);
	});
});

describe("what is written down of an architecture", () => {
	test("is plain JSON, and as it was for the families of the package", () => {
		const { resnet50 } = architectures;
		assert.deepEqual(architectureForm(resnet50), resnet50);
		const value = familyOf(resnet50);
		const given = { ...resnet50, family: value } as Architecture;
		assert.deepEqual(architectureForm(given), resnet50);
		const form = architectureForm(net);
		assert.deepEqual(JSON.parse(JSON.stringify(form)), form);
	});

	test("is found by the module that exports its family", async () => {
		const given = { ...net, width: 3, family: unusedNet };
		const form = JSON.parse(JSON.stringify(architectureForm(given)));
		assert.deepEqual(await findArchitecture(form), given);
		const changed = { ...form.family, code: "00000000" };
		await assert.rejects(
			findArchitecture({ ...form, family: changed }),
			/exports as unusedNet is not the one of the run.*have changed since/,
		);
		for (const name of ["noFamily", "absent"]) {
			const source = { ...form.family.source, name };
			await assert.rejects(
				findArchitecture({ ...form, family: { ...changed, source } }),
				new RegExp(`^TypeError: ${name} of .* is no family of networks`),
			);
		}
	});

	test("of a family that is in no version of the package is an error", async () => {
		const form = { ...architectures.resnet50, family: "resnot" };
		assert.throws(
			() => familyOf(form as never),
			/no family "resnot" of networks, only resnet, swin, convnext; did you mean "resnet"\?/,
		);
	});
});
