import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { officialSwinNames } from "../../src/backbones/swin-names.js";
import type { NamedTensor, NamedTensors } from "../../src/checkpoint/tensor.js";

interface Entry {
	readonly name: string;
	readonly official: string;
	readonly shape: readonly number[];
	/** Where each element stands in the official weight, if that is elsewhere. */
	readonly positions?: readonly number[];
}

const fixture = new URL(
	"../../../test/fixtures/backbones/swin-names.json",
	import.meta.url,
);
const entries: readonly Entry[] = JSON.parse(readFileSync(fixture, "utf8"));

const sizeOf = (shape: readonly number[]): number =>
	shape.reduce((a, b) => a * b, 1);
const counting = (size: number): Float32Array =>
	Float32Array.from({ length: size }, (_, i) => i);
const tensor = (
	shape: readonly number[],
	data = counting(sizeOf(shape)),
): NamedTensor => ({ dtype: "float32", shape, data });

test("mmdetection's names and channel order become the official ones", () => {
	const named = entries.map(({ name, shape, positions }) => {
		const data = positions && Float32Array.from(positions);
		return [name, tensor(shape, data)] as const;
	});
	const converted = officialSwinNames(Object.fromEntries(named));
	assert.deepEqual(
		Object.keys(converted),
		entries.map(({ official }) => official),
	);
	assert.ok(entries.some(({ positions }) => positions));
	for (const { official, shape } of entries)
		assert.deepEqual(converted[official], tensor(shape), official);
});

test("mmclassification's head and last norm become the classifier's", () => {
	const names = [
		"stages.0.blocks.0.norm1.weight",
		"norm3.weight",
		"norm3.bias",
	];
	const heads = ["head.fc.weight", "head.fc.bias"];
	const given = [...names, ...heads].map((name) => [name, tensor([4])]);
	assert.deepEqual(Object.keys(officialSwinNames(Object.fromEntries(given))), [
		"layers.0.blocks.0.norm1.weight",
		"norm.weight",
		"norm.bias",
		"head.weight",
		"head.bias",
	]);
});

test("a detector's norms on all levels keep their names", () => {
	const names = [0, 1, 2, 3].map((level) => `norm${level}.weight`);
	const given = ["stages.0.blocks.0.norm1.weight", ...names];
	const tensors = Object.fromEntries(given.map((name) => [name, tensor([4])]));
	assert.deepEqual(Object.keys(officialSwinNames(tensors)).slice(1), names);
});

test("official names are returned as they are", () => {
	const tensors: NamedTensors = {
		"layers.0.downsample.norm.weight": tensor([8]),
		"norm3.weight": tensor([4]),
	};
	assert.equal(officialSwinNames(tensors), tensors);
});

test("reordering moves bits, those of a NaN too", () => {
	const bits = Uint32Array.from({ length: 8 }, (_, i) => 0x7f800001 + i);
	const name = "stages.0.downsample.norm.weight";
	const data = new Float32Array(bits.buffer);
	const moved = officialSwinNames({ [name]: tensor([8], data) });
	const found = moved["layers.0.downsample.norm.weight"]!.data;
	assert.deepEqual(
		new Uint32Array(found.buffer),
		new Uint32Array([0, 4, 2, 6, 1, 5, 3, 7].map((i) => 0x7f800001 + i)),
	);
});
