import assert from "node:assert/strict";
import { test } from "node:test";
import { byCorruption } from "../../src/analysis/breakdown.js";
import { byFigure } from "../../src/analysis/by-figure.js";
import { effectiveRobustness } from "../../src/analysis/effective-robustness.js";
import { loadResults } from "../../src/analysis/load-results.js";
import { plotTransfer } from "../../src/analysis/plot-transfer.js";
import { robustness } from "../../src/analysis/robustness.js";
import type { Row } from "../../src/analysis/table-rows.js";
import type { ResultRow } from "../../src/evaluate/result-row.js";
import { cellOf, madeUpRow, madeUpStudy } from "./made-up-rows.js";
import { near } from "./near.js";

const fog = { corruptions: ["fog"] } as const;

const runOf = (
	run: string,
	clean: number,
	corrupted: number,
	more: Partial<ResultRow> = {},
): ResultRow[] => [
	madeUpRow({ run, score: clean, ...more }),
	madeUpRow({ run, score: corrupted, ...cellOf("fog", 1), ...more }),
];

const objects = (table: { objects(): object[] }): Row[] =>
	table.objects() as Row[];

const percent = (logit: number) => 100 / (1 + Math.exp(-logit));

test("effective robustness is what lies above the baselines' line on logit axes", () => {
	// logit(corrupted) = 0.5 logit(clean) - 1 for the baselines; the other is half a logit above.
	const rows = [-1, 0, 2].flatMap((x) =>
		runOf(`base ${x}`, percent(x), percent(0.5 * x - 1)),
	);
	const other = runOf("other", percent(1), percent(0.5 - 1 + 0.5));
	const options = { ...fog, baselines: ["base -1", "base 0", "base 2"] };
	const table = effectiveRobustness([...rows, ...other], ["run"], options);
	const [first, , , last] = objects(table);
	near(first?.effectiveRobustness, 0);
	near(last?.residual, 0.5);
	near(last?.expected, percent(-0.5));
	near(last?.effectiveRobustness, percent(0) - percent(-0.5));
	assert.throws(
		() => effectiveRobustness(rows, ["run"], { ...fog, baselines: "base 0" }),
		/a line needs baselines of two clean scores or more/,
	);
	const whole = runOf("whole", 100, 50);
	assert.throws(
		() => effectiveRobustness([...rows, ...whole], ["run"], options),
		/whole: a score of 100 % has no logit/,
	);
	const elsewhere = runOf("else", 60, 50, { data: "other" });
	assert.throws(
		() => effectiveRobustness([...rows, ...elsewhere], ["run"], options),
		/same images.*the data/s,
	);
});

test("a cell at chance has a chance-corrected drop of 100", () => {
	const rows = [...runOf("gone", 40, 10), ...runOf("half", 70, 40)];
	const [gone, half] = objects(
		robustness(rows, ["run"], { ...fog, chance: 10 }),
	);
	near(gone?.drop, 75);
	near(gone?.chanceCorrectedDrop, 100);
	near(half?.chanceCorrectedDrop, 50);
	const [plain] = objects(robustness(rows, ["run"], fog));
	assert.ok(!("chanceCorrectedDrop" in (plain as Row)));
	assert.throws(
		() => robustness(rows, ["run"], { ...fog, chance: 100 }),
		/chance must be a percentage/,
	);
});

test("for mIoU, errors of a reference are degradations: CD, mCD and rCD", () => {
	const mIoU = { metric: "mIoU", task: "ade20k" };
	const rows = [
		...runOf("reference", 60, 40, mIoU),
		...runOf("other", 70, 55, mIoU),
	];
	const options = { ...fog, reference: "reference" };
	const [, other] = objects(robustness(rows, ["run"], options));
	near(other?.mCD, (100 * 45) / 60);
	near(other?.rCD, (100 * (45 - 30)) / (60 - 40));
	assert.ok(!("mCE" in (other as Row)));
	const [, single] = objects(byCorruption(rows, ["run"], options));
	near(single?.CD, (100 * 45) / 60);
});

test("figures of a metric, such as AP by size, have clean, corrupted and drop each", () => {
	const details = (small: number) => ({ "box APs": small, "box AP50": 60 });
	const ap = { metric: "box AP", task: "coco" };
	const rows = runOf("run", 40, 30, ap).map((row, i) => ({
		...row,
		details: details(i === 0 ? 20 : 10),
	}));
	const table = objects(
		byFigure(rows, ["run"], {
			...fog,
			figures: ["box AP", "box APs", "box AP50"],
		}),
	);
	assert.deepEqual(
		table.map(({ metric, clean, corrupted, drop }) => [
			metric,
			clean,
			corrupted,
			drop,
		]),
		[
			["box AP", 40, 30, 25],
			["box APs", 20, 10, 50],
			["box AP50", 60, 60, 0],
		],
	);
	assert.throws(
		() => byFigure(rows, ["run"], { ...fog, figures: ["box APm"] }),
		/no figure "box APm"/,
	);
});

test("the drop downstream is drawn against the error on the source, a line for each way of transfer", () => {
	const study = madeUpStudy({ images: 50 });
	const source = {
		"resnet-mini/regular": 76,
		"resnet-mini/prime": 57,
		"resnet-mini/adversarial": 93,
	};
	const { data, layout } = plotTransfer(study, { source, intervals: false });
	assert.equal(data.length, 6);
	assert.deepEqual(data[0]?.x, [57, 76, 93]);
	const rows = objects(robustness(study)).filter(
		({ augment, learningRate }) => augment === "none" && learningRate === 0.001,
	);
	const dropOf = (name: string) =>
		rows.find(({ backbone }) => backbone === name)?.drop;
	assert.deepEqual(data[0]?.y, [
		dropOf("resnet-mini/prime"),
		dropOf("resnet-mini/regular"),
		dropOf("resnet-mini/adversarial"),
	]);
	assert.match(JSON.stringify(layout), /transfer to shapes/);
	const table = loadResults(
		Object.entries(source).map(([backbone, mCE]) => ({
			backbone,
			mCE,
		})) as never,
	);
	const same = plotTransfer(study, { source: table, intervals: false });
	assert.deepEqual(same.data, data);
	const bars = plotTransfer(study, { source });
	assert.ok(bars.data.every((trace) => "error_y" in trace));
	const { "resnet-mini/prime": _, ...two } = source;
	assert.throws(
		() => plotTransfer(study, { source: two }),
		/the source says no mCE of resnet-mini\/prime: it has/,
	);
	assert.throws(
		() => plotTransfer(study, { source: table.select("backbone") }),
		/the table of the source has no column mCE: it has backbone/,
	);
});
