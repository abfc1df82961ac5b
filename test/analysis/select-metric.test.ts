import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ColumnTable } from "arquero";
import { byClass } from "../../src/analysis/by-class.js";
import { loadResults } from "../../src/analysis/load-results.js";
import { plotAugmentation } from "../../src/analysis/plot-augmentation.js";
import { plotDegreeOfFineTuning } from "../../src/analysis/plot-degree-of-fine-tuning.js";
import { robustness } from "../../src/analysis/robustness.js";
import { selectMetric } from "../../src/analysis/select-metric.js";
import { studyTable } from "../../src/analysis/study-table.js";
import { tableToMarkdown } from "../../src/analysis/table-to-markdown.js";
import { tableToArrow, tableToCsv } from "../../src/analysis/write-table.js";
import type { ResultRow } from "../../src/evaluate/result-row.js";
import { cellOf, madeUpRow } from "./made-up-rows.js";

const cells = { corruptions: ["fog", "snow"] } as const;

/** Detections of a run: clean, fog and snow, with the AP of boxes as score and others as details. */
function detections(changes: Partial<ResultRow> = {}): ResultRow[] {
	const common = {
		task: "coco",
		metric: "box AP",
		backbone: "resnet50/prime",
		run: `coco-lr${changes.learningRate}-${changes.augment}`,
		correct: "AQ==",
		...changes,
	};
	return [
		{ score: 40, cell: {} },
		{ score: 30, cell: cellOf("fog", 1) },
		{ score: 20, cell: cellOf("snow", 1) },
	].map(({ score, cell }) =>
		madeUpRow({
			...common,
			...cell,
			score,
			details: {
				"mask AP": score - 4,
				"box AP: person": score + 10,
				"mask AP: person": score + 5,
				// Not there, and found once by mistake.
				...(score === 20 && { "box AP: bear": 0 }),
			},
		}),
	);
}

const rowsOf = (table: ColumnTable) =>
	table.objects() as Record<string, unknown>[];

describe("choosing a metric", () => {
	test("another figure becomes the score, and back", () => {
		const masks = selectMetric(detections(), "mask AP");
		assert.deepEqual(masks.array("metric"), Array(3).fill("mask AP"));
		assert.deepEqual(masks.array("score"), [36, 26, 16]);
		assert.ok(!masks.columnNames().includes("correct"));
		const [row] = rowsOf(robustness(masks, ["metric"], cells));
		assert.deepEqual([row?.clean, row?.corrupted], [36, 21]);
		assert.deepEqual(
			selectMetric(masks, "box AP").array("score"),
			[40, 30, 20],
		);
		assert.deepEqual(
			selectMetric(detections(), "box AP").array("correct"),
			Array(3).fill("AQ=="),
		);
	});

	test("a figure that is not there is an error that names those that are", () => {
		assert.throws(
			() => selectMetric([...detections(), madeUpRow()], "mIoU"),
			/4 of 4 results have no figure "mIoU": they have box AP, mask AP, accuracy, 3 figures of single classes/,
		);
		assert.throws(
			() => selectMetric([...detections(), madeUpRow()], "mask AP"),
			/1 of 4 results have no figure "mask AP": they have accuracy/,
		);
	});
});

describe("figures of single classes", () => {
	test("have clean, corrupted and drop; classes that are not there have none", () => {
		const rows = rowsOf(byClass(loadResults(detections()), undefined, cells));
		assert.deepEqual(
			rows.map((row) => [row.metric, row.class, row.clean, row.corrupted]),
			[
				["box AP", "person", 50, 35],
				["mask AP", "person", 45, 30],
			],
		);
		assert.equal(rows[0]?.drop, 30);
		assert.equal(rows[0]?.backbone, "resnet50/prime");
		assert.throws(() => byClass([madeUpRow()]), /no figures of single classes/);
	});
});

test("details are one column of the table, and of no export but JSON", () => {
	const table = loadResults([...detections(), madeUpRow()]);
	assert.equal(
		(table.get("details", 0) as Record<string, number>)["mask AP"],
		36,
	);
	assert.equal(table.get("details", 3), null);
	for (const text of [tableToCsv(table), tableToMarkdown(table)])
		assert.ok(text.includes("box AP") && !text.includes("details"));
	assert.ok(tableToArrow(table).byteLength > 0);
});

describe("the study's other tasks", () => {
	const published = (rows: readonly ResultRow[] | ColumnTable) =>
		rowsOf(studyTable(rows, cells)).map((row) => [
			row.augment,
			row.corrupted ?? null,
			row["clean, published"] ?? null,
		]);

	test("have published scores beside theirs, of the same metric alone", () => {
		assert.deepEqual(published(detections()), [
			["none", 25, 36.42],
			["prime", null, 31.47],
		]);
		assert.deepEqual(published(selectMetric(detections(), "mask AP")), [
			["none", 21, null],
		]);
		const segmenter = { task: "ade20k", metric: "mIoU" };
		assert.deepEqual(
			published(detections({ ...segmenter, augment: "prime" })),
			[
				["prime", 25, 40.91],
				["none", null, 40.64],
			],
		);
	});

	test("have figures", () => {
		const rows = ["none", "prime"].flatMap((augment) =>
			[0.01, 0.02, 0.04].flatMap((learningRate) =>
				detections({ learningRate, augment, correct: undefined }),
			),
		);
		const degrees = plotDegreeOfFineTuning(
			rows.filter(({ augment }) => augment === "none"),
			cells,
		);
		assert.match(JSON.stringify(degrees.layout), /box AP/);
		const some = rows.filter(({ learningRate }) => learningRate === 0.04);
		assert.match(
			JSON.stringify(plotAugmentation(some, cells).layout),
			/box AP/,
		);
	});
});

describe("recipes that no column tells apart", () => {
	test("are not mixed, unless rows are grouped by recipe", () => {
		const rows = [
			...detections({ run: "short", recipe: "aaaaaaaa" }),
			...detections({ run: "long", recipe: "bbbbbbbb" }),
		];
		assert.throws(
			() => robustness(rows, undefined, cells),
			/short and long have one task, .*other recipes.*aaaaaaaa, bbbbbbbb/,
		);
		assert.throws(() => robustness(rows, ["task"], cells), /other recipes/);
		const by = ["task", "recipe"];
		assert.equal(robustness(rows, by, cells).numRows(), 2);
	});

	test("other seeds of one recipe, other augmentations and early rows may be", () => {
		const rows = [
			...detections({ run: "a", recipe: "aaaaaaaa" }),
			...detections({ run: "b", recipe: "aaaaaaaa", seed: 1 }),
			...detections({ run: "c" }),
			...detections({ run: "d", recipe: "bbbbbbbb", augment: "prime" }),
		];
		const [row] = rowsOf(robustness(rows, ["task"], cells));
		assert.equal(row?.runs, 4);
	});
});
