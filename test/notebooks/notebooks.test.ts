import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { joinText, readNotebook } from "../../kernel/notebook/format.js";
import { scratchFolder } from "../kernel/session.js";

const notebooks = fileURLToPath(
	new URL("../../../notebooks/", import.meta.url),
);
const runner = fileURLToPath(
	new URL("../../kernel/notebook/run.js", import.meta.url),
);
const scratch = scratchFolder();

/** What else runs some of them. */
const runBy: Readonly<Record<string, string>> = {
	"your-own.ipynb": "run by your-own.test.ts",
};

/** What makes the long ones short. */
const parameters: Readonly<Record<string, readonly string[]>> = {
	"robustness-transfer.ipynb": [
		`folder=${join(scratch, "study")}`,
		"learningRates=[0.01, 0.1]",
		"steps=2",
		"images=4",
	],
	"cifar10.ipynb": [
		`folder=${join(scratch, "cifar10")}`,
		`data=${join(scratch, "none")}`,
		"learningRates=[0.01]",
		"trainImages=64",
		"steps=2",
		"testImages=4",
	],
	"imagenet.ipynb": [
		`folder=${join(scratch, "imagenet")}`,
		`data=${join(scratch, "none")}`,
		`corrupted=${join(scratch, "none")}`,
		"images=4",
		"severities=[3]",
	],
	"remedies.ipynb": [
		`folder=${join(scratch, "remedies")}`,
		'names=["resnet-mini/prime"]',
		"seeds=[0]",
		"steps=1",
		"images=10",
	],
	"remedies-dense.ipynb": [
		`folder=${join(scratch, "remedies-dense")}`,
		'seeds={"segmentation":[0],"detection":[0]}',
		'steps={"segmentation":1,"detection":1}',
		"images=2",
		"draws=10",
	],
	"sweep.ipynb": [
		`folder=${join(scratch, "sweep")}`,
		`data=${join(scratch, "none")}`,
		"tasks=1",
		"learningRates=[0.01]",
		"steps=2",
		"images=4",
	],
	"segmentation.ipynb": [
		`folder=${join(scratch, "segmentation")}`,
		"steps=2",
		"images=2",
	],
	"detection.ipynb": [
		`folder=${join(scratch, "detection")}`,
		"steps=2",
		"images=2",
	],
};

test("robustness-transfer.ipynb runs at a single learning rate", async () => {
	const name = "robustness-transfer.ipynb";
	const given = [
		`folder=${join(scratch, "single")}`,
		"learningRates=[0.03]",
		"steps=2",
		"images=4",
	].flatMap((one) => ["--param", one]);
	const out = join(scratch, "single.ipynb");
	await promisify(execFile)(process.execPath, [
		...[runner, "run", join(notebooks, name), "--out", out],
		...given,
	]);
});

for (const name of readdirSync(notebooks).filter((file) =>
	file.endsWith(".ipynb"),
)) {
	const path = join(notebooks, name);

	const skip = runBy[name] ?? false;
	test(`${name} runs from beginning to end`, { skip }, async () => {
		const out = join(scratch, name);
		const given = (parameters[name] ?? []).flatMap((one) => ["--param", one]);
		// fails with the traceback where a cell does
		await promisify(execFile)(process.execPath, [
			...[runner, "run", path, "--out", out, "--html", `${out}.html`],
			...given,
		]);
		const { cells } = readNotebook(out);
		const code = cells.filter(({ cell_type }) => cell_type === "code");
		assert.deepEqual(
			code.map(({ execution_count }) => execution_count),
			code.map((_, i) => i + 1),
		);
	});

	test(`${name} is committed as it ran, and is a pleasure to read`, () => {
		const { cells, metadata } = readNotebook(path);
		const code = cells.filter(({ cell_type }) => cell_type === "code");
		assert.deepEqual(
			code.map(({ execution_count }) => execution_count),
			code.map((_, i) => i + 1),
			"run it as a whole before it is committed",
		);
		assert.match(JSON.stringify(metadata), /TypeScript \(robust-transfer\)/);
		const outputs = code.flatMap((cell) => cell.outputs ?? []);
		assert.ok(outputs.every(({ output_type }) => output_type !== "error"));
		assert.ok(outputs.length > 0);
		assert.ok(statSync(path).size < 3e6, "it is too large for a repository");
		const lengths = code
			.map(({ source }) => joinText(source).split("\n").length)
			.sort((a, b) => a - b);
		const median = lengths[Math.floor(lengths.length / 2)] ?? 0;
		assert.ok(median <= 6, `the median of its cells is ${median} lines`);
		const source = code.map((cell) => joinText(cell.source)).join("\n");
		assert.doesNotMatch(source, /^\s*(async )?function /m);
	});
}
