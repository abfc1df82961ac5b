import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fromArrow, fromCSV } from "arquero";
import { formatTable } from "../../src/analysis/format-table.js";
import { robustness } from "../../src/analysis/robustness.js";
import { tableOf } from "../../src/analysis/table-rows.js";
import { tableToHtml } from "../../src/analysis/table-to-html.js";
import { tableToLatex } from "../../src/analysis/table-to-latex.js";
import { tableToMarkdown } from "../../src/analysis/table-to-markdown.js";
import {
	tableToArrow,
	tableToCsv,
	writeTable,
} from "../../src/analysis/write-table.js";
import { scratchFolder } from "../train/folders.js";
import { madeUpStudy } from "./made-up-rows.js";

const table = robustness(madeUpStudy({ images: 70 }));
const awkward = tableOf([
	{
		name: 'a|b, "c" & 50 % of_x',
		learningRate: 1e-5,
		clean: 1 / 3,
		drop: null,
	},
	{ name: "{\\^~#$} <i>–</i>", learningRate: 0.1, clean: 80, drop: Number.NaN },
]);

test("CSV and Arrow come back exactly", () => {
	for (const one of [table, awkward.select("name", "learningRate", "clean")]) {
		const csv = fromCSV(tableToCsv(one), { autoMax: 0 });
		assert.deepEqual(csv.columnNames(), one.columnNames());
		assert.deepEqual(csv.array("clean"), one.array("clean"));
		const arrow = fromArrow(tableToArrow(one));
		assert.deepEqual(arrow.objects(), one.objects());
	}
	assert.equal(
		fromCSV(tableToCsv(awkward)).get("name", 0),
		awkward.get("name", 0),
	);
});

test("numbers have equally many digits, learning rates are as they are, gaps are dashes", () => {
	assert.deepEqual(formatTable(awkward).rows, [
		['a|b, "c" & 50 % of_x', "0.00001", "0.33", "–"],
		["{\\^~#$} <i>–</i>", "0.1", "80.00", "–"],
	]);
	assert.deepEqual(formatTable(awkward).heads, [
		"name",
		"learning rate",
		"clean (%)",
		"drop (%)",
	]);
	assert.throws(
		() => formatTable(awkward, { columns: ["nme"] }),
		/no column nme: it has name/,
	);
});

/** The cells of a LaTeX table, its escapes undone. */
const readLatex = (text: string): string[][] =>
	text
		.split("\n")
		.filter((line) => line.endsWith(" \\\\"))
		.map((line) =>
			line
				.slice(0, -3)
				.split(/(?<!\\) & /)
				.map((cell) =>
					cell
						.replaceAll("\\textbackslash{}", "\u0000")
						.replaceAll("\\textasciicircum{}", "^")
						.replaceAll("\\textasciitilde{}", "~")
						.replaceAll("--", "–")
						.replaceAll(/\\([&%$#_{}])/g, "$1")
						.replaceAll("\u0000", "\\"),
				),
		);

test("LaTeX comes back as it was written", () => {
	for (const one of [table, awkward]) {
		const { heads, rows } = formatTable(one);
		assert.deepEqual(readLatex(tableToLatex(one)), [heads, ...rows]);
	}
	const text = tableToLatex(awkward, { caption: "50 %", label: "tab:a" });
	assert.match(
		text,
		/^\\begin\{table\}\n\\centering\n\\caption\{50 \\%\}\n\\label\{tab:a\}\n\\begin\{tabular\}\{lrrr\}/,
	);
	assert.match(text, /\\end\{tabular\}\n\\end\{table\}$/);
});

test("what is no table is called so", () => {
	const rows = [{ name: "a" }] as never;
	assert.throws(() => tableToMarkdown(rows), /a table is one of arquero/);
});

test("Markdown is a table of the same cells, padded", () => {
	const text = tableToMarkdown(awkward, { columns: ["name", "clean"] });
	assert.equal(
		text,
		[
			"| name                  | clean (%) |",
			"| --------------------- | --------: |",
			'| a\\|b, "c" & 50 % of_x |      0.33 |',
			"| {\\^~#$} <i>–</i>      |     80.00 |",
		].join("\n"),
	);
});

test("HTML shows text as text", () => {
	const html = tableToHtml(awkward);
	assert.match(html, /<td>\{\\\^~#\$\} &lt;i&gt;–&lt;\/i&gt;<\/td>/);
	assert.match(html, /<td class="number">80\.00<\/td>/);
});

test("a table is written as its path says", () => {
	const folder = scratchFolder();
	for (const ending of ["csv", "md", "tex", "arrow", "json"]) {
		const path = join(folder, "tables", `a.${ending}`);
		writeTable(path, table);
		assert.ok(readFileSync(path).length > 100);
	}
	assert.deepEqual(
		JSON.parse(readFileSync(join(folder, "tables", "a.json"), "utf8")),
		table.objects(),
	);
	assert.throws(
		() => writeTable(join(folder, "a.xls"), table),
		/written as \.csv, .*, not as .*a\.xls/,
	);
});
