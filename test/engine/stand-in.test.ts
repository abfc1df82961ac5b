/** The library never asks TensorFlow for what tfjs-node refuses. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { installStandIn } from "./stand-in-package.js";
import { refusalOf } from "./tensorflow-refusals.js";

const job = fileURLToPath(new URL("./stand-in-job.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "stand-in-test-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const env = {
	...process.env,
	...installStandIn(folder, "tfjs-node"),
	ROBUST_TRANSFER_ENGINE: "tfjs-node",
};

for (const what of ["classification", "swin", "segmentation", "detection"]) {
	test(`${what} is trained and scored without a refusal`, async () => {
		const runs = join(folder, what);
		const started = promisify(execFile)(process.execPath, [job, runs, what], {
			env,
		});
		assert.equal((await started).stdout, "tfjs-node: 2 rows");
	});
}

const info = (dtype: "float32" | "int32" | "bool", shape: number[] = [2]) => ({
	dataId: {},
	dtype,
	shape,
});
const floats = info("float32");
const call = (attrs: object = {}, inputs: object = {}) => ({
	inputs: inputs as never,
	attrs: attrs as never,
	paddings: [],
	valuesOf: () => [0, 5],
});

test("the stand-in refuses what tfjs-node refuses, and nothing else", () => {
	const padded = (pad: unknown, paddings: string[] = []) =>
		refusalOf("MaxPool", [floats], { ...call({ pad }), paddings });
	assert.match(padded(1) ?? "", /NUMBER/);
	assert.equal(padded(0), undefined);
	assert.equal(padded("same"), undefined);
	assert.match(padded([[1, 1]], ["VALID", "SAME"]) ?? "", /EXPLICIT/);
	assert.equal(padded([[1, 1]], ["EXPLICIT"]), undefined);
	const types = (kernel: string, ...tensors: (typeof floats)[]) =>
		refusalOf(kernel, tensors, call());
	assert.match(types("Add", floats, info("int32")) ?? "", /types/);
	assert.match(types("Exp", info("int32")) ?? "", /floats/);
	assert.match(types("Sum", info("bool")) ?? "", /numbers/);
	assert.match(types("LogicalAnd", floats, floats) ?? "", /truths/);
	assert.equal(types("Add", floats, floats), undefined);
	const gather = { x: info("float32", [5]), indices: info("int32") };
	assert.match(
		refusalOf("GatherV2", [], call({ axis: 0 }, gather)) ?? "",
		/out of range/,
	);
	const rank9 = info("float32", Array(9).fill(1));
	assert.match(refusalOf("Transpose", [rank9], call()) ?? "", /9 dimensions/);
});
