/** A status as text and as HTML: what needs a look comes first, and what is left out is said. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { statusHtml } from "../../src/sweep/status-html.js";
import { statusText } from "../../src/sweep/status-text.js";
import { terminalShow } from "../../src/sweep/terminal-show.js";
import { madeUpCell, madeUpStatus } from "./status.js";

const cells = [
	madeUpCell("a-lr0.1-seed0-01234567", "done", { step: 9, steps: 9, rows: 16 }),
	madeUpCell("b-lr0.1-seed0-01234567", "pending", { reason: "Priority" }),
	madeUpCell("c-lr0.1-seed0-01234567", "running", {
		...{ step: 3, steps: 9, loss: 1.23456, secondsLeft: 3723, node: "node2" },
		...{ reason: "requeued", log: "not shown" },
	}),
	madeUpCell("d-lr0.1-seed0-01234567", "failed", {
		reason: "the loss is <NaN>\nand more",
		log: "one\ntwo\n<three>\n",
	}),
];
const status = madeUpStatus(cells, ["Slurm does not answer since 12:03"]);

test("counts, notes, and a row for each cell with step, loss, time left, node and reason", () => {
	assert.deepEqual(statusText(status).split("\n"), [
		"4 cells: 1 done, 1 running, 1 pending, 1 failed",
		"Slurm does not answer since 12:03",
		"",
		"state    cell           step                   loss   left     node   reason",
		"failed   d-lr0.1-seed0                                                the loss is <NaN>",
		"  | one",
		"  | two",
		"  | <three>",
		"running  c-lr0.1-seed0  3 of 9                 1.235  1:02:03  node2  requeued",
		"pending  b-lr0.1-seed0                                                Priority",
		"done     a-lr0.1-seed0  9 of 9, 16 of 16 rows",
	]);
});

test("what there is no room for is counted, and long lines are cut", () => {
	const text = statusText(status, { cells: 2, width: 20, logLines: 1 });
	const lines = text.split("\n");
	assert.ok(lines.every((line) => line.length <= 20));
	assert.equal(lines.at(-1), "not shown: 1 done, …");
	assert.equal(lines.filter((line) => line.startsWith("  |")).length, 1);
	const most = statusText(status, { cells: 1 });
	assert.match(most, /\nnot shown: 1 done, 1 running, 1 pending$/);
	// Where counts alone are asked for, nothing is missing.
	assert.doesNotMatch(statusText(status, { cells: 0 }), /not shown/);
});

test("as HTML nothing of it is markup", () => {
	const html = statusHtml(status);
	assert.match(html, /the loss is &lt;NaN&gt;/);
	assert.match(html, /<pre>one\ntwo\n&lt;three&gt;/);
	assert.doesNotMatch(html, /<three>|not shown/);
});

test("a terminal is drawn over; a file gets a line where something changes", () => {
	let written = "";
	const write = (text: string) => {
		written += text;
	};
	const draw = terminalShow({ isTTY: true, columns: 60, rows: 10, write });
	draw(status);
	const lines = written.split("\n").length - 1;
	assert.ok(lines < 10);
	written = "";
	draw(madeUpStatus(cells.slice(0, 1)));
	assert.ok(written.startsWith(`\x1b[${lines}A\r\x1b[J1 cell: 1 done`));
	written = "";
	const print = terminalShow({ write });
	print(status);
	print(status);
	assert.equal(written.match(/4 cells/g)?.length, 1);
});
