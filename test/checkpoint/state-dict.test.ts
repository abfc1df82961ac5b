import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { readCheckpoint, stateDict } from "../../src/index.js";
import type { Checkpoint } from "../../src/parts.js";
import { wantOfData } from "../shared-data.js";
import { fixtures, real } from "./fixtures.js";

function holding(...names: string[]): Checkpoint {
	const tensor = {
		dtype: "float32",
		shape: [1],
		data: new Float32Array(1),
	} as const;
	return {
		path: "made.pth",
		container: "zip",
		bytes: 0,
		metadata: {},
		other: {},
		tensors: Object.fromEntries(names.map((name) => [name, tensor])),
	};
}

const names = (...paths: string[]): string[] =>
	Object.keys(stateDict(holding(...paths)));

test("the dictionary and the prefixes of the published checkpoints are found", async () => {
	const resnet = ["conv1.weight", "fc.bias"];
	for (const prefix of [
		"",
		"state_dict/",
		"model_state_dict/",
		"model/",
		"net/",
		"module.",
		"state_dict/module.",
		"state_dict/module.model.",
		"backbone.",
		"state_dict/model.backbone.",
	]) {
		const paths = resnet.map((name) => prefix + name);
		assert.deepEqual(names(...paths, "optimizer/state/0/exp_avg"), resnet);
	}
});

test("normalizers and the attacker's copy are dropped", async () => {
	const checkpoint = await readCheckpoint(
		join(fixtures, "robustness-dill.ckpt"),
	);
	assert.deepEqual(Object.keys(stateDict(checkpoint)), [
		"conv1.weight",
		"fc.bias",
	]);
	assert.deepEqual(names("normalize.mean", "model.conv1.weight"), [
		"conv1.weight",
	]);
	assert.deepEqual(names("normalize.weight", "conv.weight"), [
		"normalize.weight",
		"conv.weight",
	]);
});

test("a prefix repeated without end is no wrapper", async () => {
	const name = "module.".repeat(1e5);
	assert.equal(names(`${name}x`)[0]?.length, 7 * (1e5 - 8) + 1);
});

test("a name that only some have stays", async () => {
	assert.deepEqual(names("module.a", "b"), ["module.a", "b"]);
	assert.deepEqual(names("backbone.conv1.weight", "head.fc.weight"), [
		"conv1.weight",
		"head.fc.weight",
	]);
});

test("a detector keeps its parts, of which one can be taken", async () => {
	const detector = holding(
		"state_dict/backbone.conv1.weight",
		"state_dict/neck.fpn_convs.0.conv.weight",
		"state_dict/rpn_head.rpn_conv.weight",
	);
	assert.equal(Object.keys(stateDict(detector)).length, 3);
	assert.deepEqual(Object.keys(stateDict(detector, { part: "backbone" })), [
		"conv1.weight",
	]);
	assert.throws(
		() => stateDict(detector, { part: "decode_head" }),
		/made\.pth: has no part "decode_head"; it has backbone, neck, rpn_head/,
	);
});

test("where several dictionaries could be meant the error says how to choose", async () => {
	const several = holding("ema/w", "online/w");
	assert.throws(
		() => stateDict(several),
		/\{ dictionary \} one of "ema", "online"/,
	);
	assert.deepEqual(Object.keys(stateDict(several, { dictionary: "ema" })), [
		"w",
	]);
	assert.throws(() => stateDict(holding()), /holds no tensors/);
});

test("published files give the names of their models", async (context) => {
	if (!real) return context.skip(`${wantOfData}data/checkpoints`);
	const resnet = stateDict(
		await readCheckpoint(join(real, "resnet20-12fca82f.th")),
	);
	assert.equal(Object.keys(resnet)[0], "conv1.weight");
	assert.deepEqual(resnet["linear.weight"]?.shape, [10, 64]);
	const file = "mobilenetV1X0.25_pretrain.tar";
	const mobilenet = stateDict(await readCheckpoint(join(real, file)));
	assert.equal(Object.keys(mobilenet)[0], "stage1.0.0.weight");
});
