import assert from "node:assert/strict";
import { before, test } from "node:test";
import { untrainedBackbone } from "../../src/backbones/backbone.js";
import { useEngine } from "../../src/engine/engine.js";
import { uperNet } from "../../src/tasks/ade20k/uper-net.js";
import { maskRcnn } from "../../src/tasks/coco/mask-rcnn/mask-rcnn.js";
import type { Task } from "../../src/tasks/task.js";
import { disposeModel, newModel } from "../../src/train/model.js";
import { paramGroups } from "../../src/train/param-groups.js";
import { type Recipe, recipes } from "../../src/train/recipe.js";

before(() => useEngine());

type Head = Pick<Task, "uses" | "headParams">;

const uper = uperNet({
	classes: 3,
	channels: 4,
	auxiliaryChannels: 4,
}) as unknown as Head;
const mask = maskRcnn({
	classes: 3,
	channels: 4,
	hidden: 8,
}) as unknown as Head;

/** The names of a network's weights: those that a recipe decays, and those that it does not. */
function namesBy(
	recipe: Recipe,
	task: Head,
	backbone: "swin-mini" | "resnet-mini" = "swin-mini",
) {
	const source = untrainedBackbone(backbone);
	const own = Object.keys(task.headParams(source));
	const model = newModel(source, task as Task, 0);
	const groups = paramGroups(model.params, model.backbone.architecture, {
		recipe,
		isHead: (name) => own.includes(name),
	});
	const named = (isDecayed: boolean): string[] =>
		groups
			.filter(({ weightDecay }) => weightDecay > 0 === isDecayed)
			.flatMap(({ names }) => names)
			.sort();
	const trained = Object.entries(model.params).filter(
		([, { trainable }]) => trainable,
	);
	const all = trained.map(([name]) => name);
	disposeModel(model);
	return { decayed: named(true), exempt: named(false), own, all };
}

/** The keys of the official Swin configurations, which mmcv looks for anywhere in a name. */
const keys = ["absolute_pos_embed", "relative_position_bias_table", "norm"];
const hasKey = (name: string): boolean =>
	keys.some((key) => name.includes(key));

const batchNorms = [
	...[0, 1, 2, 3].map((i) => `decode_head.psp_modules.${i}.1.bn`),
	"decode_head.bottleneck.bn",
	...[0, 1, 2].map((i) => `decode_head.lateral_convs.${i}.bn`),
	...[0, 1, 2].map((i) => `decode_head.fpn_convs.${i}.bn`),
	"decode_head.fpn_bottleneck.bn",
	"auxiliary_head.convs.0.bn",
].flatMap((name) => [`${name}.weight`, `${name}.bias`]);

test("the batch norms of UPerNet's heads decay with a Swin Transformer, as in mmsegmentation", () => {
	const { decayed, exempt, own, all } = namesBy(recipes.ade20kSwin, uper);
	assert.equal(batchNorms.length, 26);
	for (const name of batchNorms) assert.ok(decayed.includes(name), name);
	assert.deepEqual(exempt, all.filter(hasKey).sort());
	assert.deepEqual(
		exempt.filter((name) => own.includes(name)),
		[],
	);
	// In swin-mini 7 blocks of two norms and a table; one norm in the stem, 3 mergings, 4 levels.
	assert.equal(exempt.length, 7 * (2 * 2 + 1) + 2 * (1 + 3 + 4));
	assert.equal(decayed.length + exempt.length, all.length);
});

test("the heads of Mask R-CNN decay with a Swin Transformer, as in mmdetection", () => {
	const { exempt, own, all } = namesBy(recipes.cocoSwin, mask);
	assert.deepEqual(exempt, all.filter(hasKey).sort());
	assert.deepEqual(own.filter(hasKey), []);
});

test("the key `norm` does not exempt the batch norms of a ResNet", () => {
	const named = namesBy(recipes.ade20kSwin, uper, "resnet-mini");
	assert.deepEqual(named.exempt, []);
	const norms: Recipe = { ...recipes.ade20kSwin, noDecay: ["norms"] };
	const { exempt } = namesBy(norms, uper, "resnet-mini");
	for (const name of [
		...batchNorms,
		"bn1.weight",
		"layer2.0.downsample.1.bias",
	])
		assert.ok(exempt.includes(name), name);
});

test("a recipe that decays other weights is another recipe", () => {
	assert.deepEqual(recipes.ade20kSwin.noDecay, [
		"named-norm",
		"position-tables",
	]);
	// No head of Mask R-CNN has a norm: what runs of these mean is what they meant.
	for (const recipe of [recipes.cocoSwin, recipes.shapesDetection])
		assert.deepEqual(recipe.noDecay, ["norms", "position-tables"]);
});
