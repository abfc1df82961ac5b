/** A sweep from a terminal: what it prints, and its exit codes. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { useEngine } from "../../src/engine/engine.js";
import type { ResultRow } from "../../src/evaluate/result-row.js";
import { local } from "../../src/sweep/local.js";
import type { Sweep } from "../../src/sweep/open-sweep.js";
import { sweep } from "../../src/sweep/sweep.js";
import { scratchFolder } from "../train/folders.js";
import {
	smallBackbone,
	smallEvaluate,
	smallRecipe,
	smallTask,
} from "./small.js";

const program = fileURLToPath(
	new URL("../../src/sweep/terminal.js", import.meta.url),
);
const folder = scratchFolder();
let planned: Sweep;

function sweepCommand(...words: string[]) {
	const { status, stdout, stderr } = spawnSync(
		process.execPath,
		[program, ...words],
		{ encoding: "utf8" },
	);
	return { code: status, out: stdout, err: stderr };
}

before(async () => {
	await useEngine();
	planned = await sweep({
		...{ backbones: smallBackbone(), tasks: smallTask(), folder },
		...{ recipes: smallRecipe, evaluate: smallEvaluate, seeds: [0, 1] },
	});
});

test("before anything is submitted: cells wait, there are no rows, no job, and nothing to watch", () => {
	const { folder: place } = planned;
	const status = sweepCommand("status", place);
	assert.equal(status.code, 0, status.err);
	assert.match(status.out, /^2 cells: 2 waiting\n/);
	assert.deepEqual(sweepCommand("rows", place), { code: 0, out: "", err: "" });
	assert.match(sweepCommand("cancel", place).out, /^no cell has a job/);
	const watch = sweepCommand("watch", place);
	assert.deepEqual([watch.code, watch.err], [1, ""]);
	assert.match(watch.out, /2 cells: 2 waiting/);
});

test("what workers of this machine have made is seen: states, rows as JSON and as CSV", async () => {
	const { cells } = await planned.submit(local({ atOnce: 2 }));
	assert.equal(cells.length, 2);
	const { folder: place } = planned;
	const watch = sweepCommand("watch", place);
	assert.equal(watch.code, 0, watch.err + watch.out);
	assert.match(watch.out, /2 cells: 2 done/);
	const { counts } = JSON.parse(sweepCommand("status", place, "--json").out);
	assert.equal(counts.done, 2);
	const lines = sweepCommand("rows", place).out.trimEnd().split("\n");
	const rows = lines.map((line) => JSON.parse(line) as ResultRow);
	assert.deepEqual(rows, await planned.rows());
	assert.equal(rows.length, 4);
	const [head, ...csv] = sweepCommand("rows", place, "--csv").out.split("\n");
	assert.match(head as string, /^run,.*score/);
	assert.equal(csv.filter((line) => line !== "").length, 4);
});

test("what is not understood is said in one sentence, with exit code 2", () => {
	const { folder: place } = planned;
	const wrong: [string[], RegExp][] = [
		[["stauts", place], /^there is no command stauts; .*did you mean "status"/],
		[["status"], /^status of which sweep\? name its folder/],
		[["rows", place, "--cvs"], /^rows has no option --cvs; it has --csv$/],
		[["status", place, place], /^status takes one folder, not /],
	];
	for (const [words, says] of wrong) {
		const { code, out, err } = sweepCommand(...words);
		assert.equal(code, 2);
		assert.equal(out, "");
		assert.match(err.trimEnd(), says);
		assert.equal(err.trimEnd().split("\n").length, 1);
	}
	const { code, out } = sweepCommand();
	assert.equal(code, 2);
	assert.match(out, /^usage: robust-transfer-sweep /);
	for (const name of ["status", "watch", "cancel", "rows"])
		assert.match(out, new RegExp(`^  ${name} `, "m"));
	assert.equal(sweepCommand("--help").code, 0);
});

test("what goes wrong is said in one sentence, with exit code 1", () => {
	const { code, err } = sweepCommand("status", join(folder, "none"));
	assert.equal(code, 1);
	assert.match(err, /^there is no sweep in .*none: it has no plan\.json.*\n$/);
	const unknown = sweepCommand("cancel", planned.folder, "a-run");
	assert.equal(unknown.code, 1);
	assert.match(unknown.err, /^the sweep has no cell of the run a-run.*\n$/);
});

test("the package has the command", () => {
	const root = new URL("../../../", import.meta.url);
	const { bin } = JSON.parse(
		readFileSync(new URL("package.json", root), "utf8"),
	) as { bin: Record<string, string> };
	const path = fileURLToPath(
		new URL(bin["robust-transfer-sweep"] as string, root),
	);
	assert.equal(path, program);
	assert.match(readFileSync(path, "utf8"), /^#!\/usr\/bin\/env node\n/);
});
