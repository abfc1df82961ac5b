import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
	backbone,
	stateDictOf,
	untrainedBackbone,
	weightsOf,
} from "../../src/backbones/backbone.js";
import type { SwinArchitecture } from "../../src/backbones/swin.js";
import { useEngine } from "../../src/index.js";
import { summary } from "../checkpoint/fixtures.js";

await useEngine();

interface Case {
	readonly inputSize: number;
	readonly architecture: SwinArchitecture;
	/** By name, as in the official state_dict; the hash of what is computed from the sizes. */
	readonly state: Record<
		string,
		{ dtype: string; shape: number[]; sha256?: string }
	>;
}

const fixture = new URL(
	"../../../test/fixtures/backbones/swin-tables.json",
	import.meta.url,
);
const cases: readonly Case[] = JSON.parse(readFileSync(fixture, "utf8"));

for (const { inputSize, architecture, state } of cases)
	test(`a Swin Transformer for ${inputSize} pixels has all that the official one loads, and no more`, () => {
		const net = untrainedBackbone(architecture);
		const exported = stateDictOf(net, { inputSize });
		net.dispose();
		assert.deepEqual(Object.keys(exported).sort(), Object.keys(state).sort());
		for (const [name, wanted] of Object.entries(state)) {
			const { sha256, ...found } = summary(exported[name]!);
			const isTable = wanted.sha256 !== undefined;
			assert.deepEqual(isTable ? { ...found, sha256 } : found, wanted, name);
		}
	});

const { architecture } = cases[0]!;

test("by default the masks are for images of which the last stage is one window", () => {
	const net = untrainedBackbone(architecture);
	assert.deepEqual(stateDictOf(net), stateDictOf(net, { inputSize: 224 }));
	for (const inputSize of [100, 0, Number.NaN])
		assert.throws(
			() => stateDictOf(net, { inputSize }),
			/windows of 7 takes images of a multiple of 224 pixels/,
		);
	net.dispose();
});

test("a dense Swin Transformer has no masks", () => {
	const net = untrainedBackbone({ ...architecture, dense: true });
	const names = Object.keys(stateDictOf(net));
	const tables = names.filter((name) => !Object.hasOwn(net.params, name));
	net.dispose();
	assert.equal(tables.length, 8);
	assert.ok(tables.every((name) => name.endsWith("relative_position_index")));
});

test("what is exported is loaded again, tables and all", () => {
	const net = untrainedBackbone(architecture);
	const again = backbone(architecture, stateDictOf(net));
	assert.deepEqual(weightsOf(again), weightsOf(net));
	net.dispose();
	again.dispose();
});
