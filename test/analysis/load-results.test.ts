import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { findResults, loadResults } from "../../src/analysis/load-results.js";
import { scratchFolder } from "../train/folders.js";
import { madeUpRow } from "./made-up-rows.js";

const folder = scratchFolder();

function write(path: string, text: string): string {
	const whole = join(folder, path);
	mkdirSync(dirname(whole), { recursive: true });
	writeFileSync(whole, text);
	return whole;
}

const line = (run: string, correct?: string, corruption = "fog"): string =>
	`${JSON.stringify(madeUpRow({ run, corruption, ...(correct && { correct }) }))}\n`;

test("results of all runs below a folder are one table", () => {
	const frost = line("a", undefined, "frost");
	// What two processes wrote of one cell, of which one had lost the run, is one row.
	write("whole/a/results.jsonl", line("a") + frost + frost);
	write("whole/deeper/b/results.jsonl", line("b", "AQ=="));
	write("whole/c/log.jsonl", "{}\n");
	const table = loadResults(join(folder, "whole"));
	assert.deepEqual(table.array("run"), ["a", "a", "b"]);
	assert.deepEqual(table.array("correct"), [null, null, "AQ=="]);
	assert.deepEqual(table.columnNames().slice(0, 3), [
		"run",
		"task",
		"miniature",
	]);
	assert.deepEqual(findResults(join(folder, "whole")).warnings, []);
});

test("rows are taken as they are", () => {
	const rows = [madeUpRow({ score: 12.5 })];
	assert.deepEqual(loadResults(rows).objects(), rows);
});

test("a last line that a crash left unfinished is passed over with a warning", () => {
	const path = write("torn/a/results.jsonl", line("a"));
	appendFileSync(path, line("a").slice(0, 40));
	const warnings: string[] = [];
	const table = loadResults(join(folder, "torn"), {
		onWarning: (warning) => warnings.push(warning),
	});
	assert.equal(table.numRows(), 1);
	assert.equal(warnings.length, 1);
	assert.match(
		warnings[0] as string,
		/a.results\.jsonl: the last line is unfinished/,
	);
});

test("other damage, no results and no folder are errors that say so", () => {
	write("damaged/a/results.jsonl", `{"run":\n${line("a")}`);
	assert.throws(
		() => loadResults(join(folder, "damaged")),
		/results\.jsonl is damaged: line 1/,
	);
	write("none/a/recipe.json", "{}");
	assert.throws(
		() => loadResults(join(folder, "none")),
		/no run below .* has results/,
	);
	assert.throws(
		() => loadResults(join(folder, "nowhere")),
		/there is no folder/,
	);
});
