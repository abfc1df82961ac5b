import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { describeCheckpoint, readCheckpoint } from "../../src/index.js";
import { fixtures } from "./fixtures.js";

const none = { dtype: null, shape: null, elements: null, bytes: null };

test("a checkpoint as a dataframe has a row for each tensor and each other value", async () => {
	const rows = describeCheckpoint(
		await readCheckpoint(join(fixtures, "nested-zip.pth")),
	).objects();
	const row = (name: string) =>
		rows.find((candidate) => (candidate as { name: string }).name === name);
	assert.deepEqual(row("state_dict/0.weight"), {
		name: "state_dict/0.weight",
		kind: "tensor",
		dtype: "float32",
		shape: "2×3",
		elements: 6,
		bytes: 24,
		value: null,
	});
	for (const [name, value] of [
		["epoch", "90"],
		["arch", '"resnet50"'],
		["long", '"1180591620717411303424"'],
		["bytes", '"<3 bytes>"'],
		["args", '"<argparse.Namespace>"'],
		["list", '[1,[2.5,"x"],[null,4]]'],
		["numpy/int", "-5"],
	])
		assert.deepEqual(row(name!), { ...none, name, kind: "value", value });
	assert.equal(row("state_dict"), undefined);
});

test("the metadata of a .safetensors file is in its dataframe", async () => {
	const rows = describeCheckpoint(
		await readCheckpoint(join(fixtures, "plain.safetensors")),
	).objects();
	assert.equal(rows.length, 9);
	assert.deepEqual(rows.at(-1), {
		...none,
		name: "note",
		kind: "metadata",
		value: "größe",
	});
});
