import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { publishedScores } from "../../src/analysis/published.js";
import { writeReport } from "../../src/analysis/report.js";
import { commonCorruptions } from "../../src/corruptions/corruption.js";
import type { ResultRow } from "../../src/evaluate/result-row.js";
import { scratchFolder } from "../train/folders.js";
import { cellOf, madeUpRow, madeUpRuns, madeUpStudy } from "./made-up-rows.js";

const jsonLines = (rows: readonly object[]): string =>
	rows.map((row) => `${JSON.stringify(row)}\n`).join("");

/** Writes runs as fine-tuning and evaluation do. */
function writeRuns(folder: string, rows: readonly ResultRow[]): void {
	for (const { id, record, log } of madeUpRuns()) {
		const own = join(folder, id);
		mkdirSync(own);
		writeFileSync(join(own, "recipe.json"), JSON.stringify(record));
		writeFileSync(join(own, "log.jsonl"), jsonLines(log));
		writeFileSync(
			join(own, "results.jsonl"),
			jsonLines(rows.filter(({ run }) => run === id)),
		);
	}
}

/** The text of a page: what a reader sees, without scripts. */
const textOf = (html: string): string =>
	html
		.replaceAll(/<(script|style)[^>]*>.*?<\/\1>/gs, "")
		.replaceAll(/<[^>]+>/g, " ")
		.replaceAll(/\s+/g, " ");

test("a folder of runs becomes one page: tables, figures, provenance", () => {
	const folder = scratchFolder();
	writeRuns(folder, madeUpStudy({ images: 40 }));
	const path = writeReport(folder, { date: new Date("2026-01-02T03:04:05Z") });
	assert.equal(path, join(folder, "report.html"));
	assert.deepEqual(
		readdirSync(folder).filter((name) => name.includes("partial")),
		[],
	);
	const html = readFileSync(path, "utf8");
	assert.doesNotMatch(html, /<(?:script|img|link)[^>]+(?:src|href)="(?!data:)/);
	assert.equal(html.match(/<figure class="plot drawn">/g)?.length, 5);
	const text = textOf(html);
	for (const part of [
		"This is the miniature of the study",
		"shapes (miniature): accuracy",
		"mean of 15 corruptions at severity 1",
		"onnxruntime 1.30.0 on cpu",
		"frost procedural, not the original pictures",
		"seeds of training 0",
		"optimizer sgd, momentum 0.9, nesterov false",
		"learningRate 0.001 | 0.01 | 0.1",
		"The 18 runs",
		"Written on 2026-01-02 03:04 UTC.",
	])
		assert.ok(text.includes(part), part);
	writeReport(folder, { date: new Date("2026-01-02T03:04:05Z") });
	assert.equal(readFileSync(path, "utf8"), html);
});

test("published scores are marked, and stand under their own task", () => {
	const folder = scratchFolder();
	const [line] = publishedScores;
	const common = { ...line, run: "coco", miniature: false };
	const row = (more: Partial<ResultRow>) => {
		const {
			clean: _,
			corrupted: __,
			drop: ___,
			...rest
		} = madeUpRow({ ...common, ...more }) as ResultRow & typeof common;
		return rest as ResultRow;
	};
	const coco = [
		row({ score: 30 }),
		...commonCorruptions.map((name) => row({ ...cellOf(name, 1), score: 20 })),
	];
	const path = writeReport(folder, {
		results: [...coco, ...madeUpStudy({ images: 20 })],
		runs: [],
		title: "Two <tasks>",
	});
	const text = textOf(readFileSync(path, "utf8"));
	assert.ok(text.includes("Two &lt;tasks&gt;"));
	assert.match(
		text,
		/coco: box AP .* drop, published .* 30.* 20.* 33\.33 36\.42 28\.30 22\.29/,
	);
	assert.match(text, /Columns marked published are Yamada and Otani 2022/);
	assert.ok(text.indexOf("coco: box AP") < text.indexOf("shapes (miniature)"));
});

test("an unfinished last line is mentioned; missing cells are an error and no page", () => {
	const folder = scratchFolder();
	const rows = madeUpStudy({ images: 20 });
	writeRuns(folder, rows);
	const last = rows.at(-1) as ResultRow;
	writeFileSync(
		join(folder, last.run, "results.jsonl"),
		`${jsonLines(rows.filter(({ run }) => run === last.run))}{"run":"`,
	);
	const html = readFileSync(writeReport(folder), "utf8");
	assert.match(textOf(html), /the last line is unfinished and was passed over/);
	const other = scratchFolder();
	writeRuns(other, rows.slice(0, -1));
	assert.throws(
		() => writeReport(other),
		/lr0\.1-seed0 lacks jpeg-compression 1\n/,
	);
	assert.ok(!readdirSync(other).includes("report.html"));
});
