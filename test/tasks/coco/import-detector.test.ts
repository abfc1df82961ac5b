import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import {
	stateDictOf,
	untrainedBackbone,
} from "../../../src/backbones/backbone.js";
import { drawParams, exportParams } from "../../../src/backbones/state-dict.js";
import type { NamedTensors } from "../../../src/checkpoint/tensor.js";
import {
	importRun,
	predict,
	recipes,
	shapesDetection,
	useEngine,
	vary,
} from "../../../src/index.js";
import { maskRcnn } from "../../../src/tasks/coco/mask-rcnn/mask-rcnn.js";
import { torchvisionDetector } from "../../../src/tasks/coco/mask-rcnn/torchvision-detector.js";
import * as scene from "./scene.js";

const folder = mkdtempSync(join(tmpdir(), "import-detector-"));
const base = shapesDetection({ testImages: 1 });
const task = vary(base, "the network of the scene", {
	...maskRcnn(scene.options),
	classes: ["circle", "square", "star"],
});
const recipe = recipes.coco;

before(async () => {
	await useEngine();
});

after(() => rmSync(folder, { recursive: true }));

for (const library of ["mmdetection", "torchvision"]) {
	test(`a detector of ${library} becomes a run`, async () => {
		const given = scene.stateDict(scene.reference(library));
		const run = await importRun(task, torchvisionDetector(given), {
			architecture: scene.architecture,
			recipe,
			name: `resnet/${library}`,
			folder,
		});
		const [found] = await predict(run, task, [base.test.sample(0).image]);
		assert.equal(found.boxes.length, 4 * found.labels.length);
		assert.equal(found.masks.length, found.labels.length);
	});
}

/** A detector on a Swin Transformer under the names of the study's releases, with a table that they hold. */
function releasedSwin(): NamedTensors {
	const backbone = untrainedBackbone(scene.miniSwin);
	const head = task.headParams(backbone);
	const own = Object.entries(stateDictOf(backbone)).map(
		([name, tensor]) => [`backbone.${name}`, tensor] as const,
	);
	const table = {
		dtype: "int64",
		shape: [1],
		data: new BigInt64Array(1),
	} as const;
	backbone.dispose();
	return {
		...Object.fromEntries(own),
		"backbone.layers.0.blocks.0.attn.relative_position_index": table,
		...exportParams(head, drawParams(head, 0)),
	};
}

test("a detector on a Swin Transformer becomes a run, strictly", async () => {
	const options = { architecture: scene.miniSwin, recipe, folder };
	const { "neck.fpn_convs.0.conv.bias": moved, ...rest } = releasedSwin();
	const whole = { ...rest, "neck.fpn_convs.0.conv.bias": moved };
	const run = await importRun(task, whole, options);
	assert.equal((await importRun(task, whole, options)).id, run.id);
	await assert.rejects(
		importRun(task, { ...rest, "neck.extra": moved }, options),
		({ message }: Error) =>
			message.includes("missing (1): neck.fpn_convs.0.conv.bias") &&
			message.includes("not in the model (1): neck.extra"),
	);
});
