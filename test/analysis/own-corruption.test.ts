import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { bootstrap } from "../../src/analysis/bootstrap.js";
import {
	byCorruption,
	byGroup,
	bySeverity,
} from "../../src/analysis/breakdown.js";
import { byClass } from "../../src/analysis/by-class.js";
import { loadResults } from "../../src/analysis/load-results.js";
import { plotHeatMap } from "../../src/analysis/plot-heat-map.js";
import { plotSeverities } from "../../src/analysis/plot-severities.js";
import { provenance } from "../../src/analysis/provenance.js";
import { publishedCocoCurves } from "../../src/analysis/published-curves.js";
import { writeReport } from "../../src/analysis/report.js";
import { robustness } from "../../src/analysis/robustness.js";
import type { Row } from "../../src/analysis/table-rows.js";
import {
	commonCorruptions,
	type Severity,
} from "../../src/corruptions/corruption.js";
import { defineCorruption } from "../../src/corruptions/define-corruption.js";
import type { ResultRow } from "../../src/evaluate/result-row.js";
import { haze, otherHaze } from "../corruptions/own-corruptions.js";
import { scratchFolder } from "../train/folders.js";
import { cellOf, madeUpRow, madeUpStudy } from "./made-up-rows.js";

const under = (
	{ name, group, code }: typeof haze,
	severity: Severity,
	row: Partial<ResultRow>,
) =>
	madeUpRow({
		...cellOf("fog", severity),
		corruption: name,
		group,
		corruptionCode: code as string,
		...row,
	});

/** Clean 80; fog 60 and 40; haze 50 and 20; another haze 10 and 5. */
const rows = (row: Partial<ResultRow> = {}): ResultRow[] => [
	madeUpRow({ score: 80, ...row }),
	madeUpRow({ score: 60, ...row, ...cellOf("fog", 1) }),
	madeUpRow({ score: 40, ...row, ...cellOf("fog", 2) }),
	under(haze, 1, { ...row, score: 50 }),
	under(haze, 2, { ...row, score: 20 }),
];
const others = (row: Partial<ResultRow> = {}): ResultRow[] => [
	under(otherHaze, 1, { ...row, score: 10 }),
	under(otherHaze, 2, { ...row, score: 5 }),
];

test("where all rows are of one's own corruption, a mean that is not told so names it", () => {
	const own = rows().filter(({ corruption }) => corruption !== "fog");
	assert.throws(
		() => robustness(own, ["run"]),
		new RegExp(`the results are under ${haze.name}, which .corruptions. may`),
	);
});

for (const [what, results] of [
	["rows", rows()],
	["a table", loadResults([...rows(), ...others()])],
] as const)
	test(`${what}: one's own corruption is scored beside built-in ones`, () => {
		const cells = { corruptions: ["fog", haze] } as const;
		const [all] = robustness(results, ["run"], cells).objects() as Row[];
		assert.deepEqual(
			[all?.clean, all?.corrupted, all?.mPC],
			[80, (50 + 35) / 2, null],
		);
		const pick = (table: { objects(): object[] }, ...names: string[]) =>
			(table.objects() as Row[]).map((row) => names.map((name) => row[name]));
		assert.deepEqual(
			pick(
				byCorruption(results, ["run"], cells),
				"corruption",
				"group",
				"score",
			),
			[
				["fog", "weather", 50],
				["haze", "own", 35],
			],
		);
		assert.deepEqual(pick(byGroup(results, ["run"], cells), "group", "score"), [
			["weather", 50],
			["own", 35],
		]);
		assert.deepEqual(
			pick(bySeverity(results, ["run"], cells), "severity", "score"),
			[
				[0, 80],
				[1, 55],
				[2, 30],
			],
		);
	});

test("one's own corruption can be named, where the results have one of that name", () => {
	const score = (results: ResultRow[], corruption: string | typeof haze) => {
		const cells = { corruptions: [corruption] };
		const [row] = robustness(results, ["run"], cells).objects() as Row[];
		return row?.corrupted;
	};
	assert.equal(score(rows(), "haze"), 35);
	const both = [...rows(), ...others()];
	assert.equal(score(both, haze), 35);
	assert.equal(score(both, otherHaze), 7.5);
	assert.throws(
		() => score(both, "haze"),
		/corruptions called "haze" of the corruptionCode .* and .*: give the one that is meant itself/,
	);
	assert.throws(
		() => score(rows(), "haz"),
		/no corruption "haz": there are .*saturate, haze; did you mean "haze"\?/,
	);
	assert.throws(() => score(rows(), "clean"), /no corruption "clean"/);
});

test("another function of the same name shares no mean with the first", () => {
	const second = { run: "second", seed: 1 };
	const results = [
		...rows(),
		...rows(second).filter(({ corruption }) => corruption !== "haze"),
		...others(second),
	];
	assert.throws(
		() => robustness(results, ["task"], { corruptions: [haze] }),
		/second lacks haze 1, 2/,
	);
	assert.throws(
		() =>
			robustness(rows(), ["run"], {
				corruptions: [haze],
				reference: "second",
			}),
		/no run second/,
	);
	assert.throws(
		() =>
			robustness(results.slice(0, 5).concat(results.slice(5)), ["run"], {
				corruptions: [haze],
				reference: "second",
			}),
		/second lacks haze 1, 2/,
	);
	assert.throws(
		() => robustness(rows(), ["run"], { corruptions: [haze, otherHaze] }),
		/has two corruptions called "haze": give each a name of its own/,
	);
});

test("corruption errors are against a run that has it; AlexNet's do not know it", () => {
	const results = [
		...rows(),
		...rows({ run: "other" }).map((row) => ({ ...row, score: row.score / 2 })),
	];
	const own = results.filter(({ run }) => run === "run");
	const [row] = byCorruption([...own, ...results.slice(5)], ["run"], {
		corruptions: [haze],
		reference: "other",
	}).objects() as Row[];
	assert.equal(row?.CE, (100 * (50 + 80)) / (75 + 90));
	const named = defineCorruption({ ...parts, name: "constructor" });
	for (const one of [haze, named])
		assert.throws(
			() =>
				robustness(
					([1, 2, 3, 4, 5] as const)
						.map((severity) => under(one, severity, { task: "imagenet" }))
						.concat(madeUpRow({ task: "imagenet" })),
					["run"],
					{ corruptions: [one], reference: "alexnet" },
				),
			new RegExp(`AlexNet's error under ${one.name} is not known`),
		);
});

const parts = {
	constants: [1, 2, 3, 4, 5],
	apply: haze.apply,
} as const;

test("a group of one's own choice is that of tables and figures", () => {
	const grain = defineCorruption({ ...parts, name: "grain", group: "noise" });
	const results = [
		...madeUpStudy({ images: 20, severities: [1, 2] }),
		...[...new Set(madeUpStudy({ images: 20 }).map(({ run }) => run))].flatMap(
			(run) => {
				const [first] = madeUpStudy({ images: 20 }).filter(
					(row) => row.run === run,
				);
				return ([1, 2] as const).flatMap((severity) => [
					under(haze, severity, { ...columns(first), score: 30 }),
					under(grain, severity, { ...columns(first), score: 40 }),
				]);
			},
		),
	];
	const corruptions = [...commonCorruptions, haze, grain];
	const groups = byGroup(results, ["run"], { corruptions }).array("group");
	assert.deepEqual([...groups].slice(0, 5), [
		"noise",
		"blur",
		"weather",
		"digital",
		"own",
	]);
	const heat = plotHeatMap(results, { corruptions });
	const { ticktext } = heat.layout.xaxis as { ticktext: string[] };
	assert.deepEqual(ticktext.slice(0, 4), [
		"gaussian noise",
		"shot noise",
		"impulse noise",
		"grain",
	]);
	assert.deepEqual(ticktext.slice(-2), ["jpeg compression", "haze"]);
	const marks = heat.layout.annotations as { text: string; x: number }[];
	const places = Object.fromEntries(marks.map(({ text, x }) => [text, x]));
	assert.equal(places.noise, 1.5);
	assert.equal(places.own, 16);
	const curves = plotSeverities(results, { corruptions });
	const names = (curves.layout.annotations as { text: string }[]).map(
		({ text }) => text,
	);
	for (const name of ["all 17", "noise", "own"])
		assert.ok(
			names.some((text) => text.includes(name)),
			name,
		);
	const wide = bootstrap(results, ["run"], {
		corruptions,
		over: "corruptions",
		samples: 10,
	});
	assert.equal(wide.numRows(), 18);
	assert.throws(
		() =>
			plotSeverities(results, {
				corruptions,
				published: publishedCocoCurves[0],
			} as never),
		/no scores under haze, grain/,
	);
});

/** What tells a run from others. */
const columns = (
	{ run, backbone, augment, learningRate, images }: ResultRow = madeUpRow(),
) => ({
	run,
	backbone,
	augment,
	learningRate,
	images,
});

test("a name that the results do not have is said to be none, with the nearest one", () => {
	const folder = scratchFolder();
	mkdirSync(join(folder, "run"));
	writeFileSync(
		join(folder, "run", "results.jsonl"),
		rows()
			.map((row) => `${JSON.stringify(row)}\n`)
			.join(""),
	);
	for (const call of [
		() => writeReport(folder, { corruptions: ["fgo"] }),
		() => byClass(rows(), ["run"], { corruptions: ["fgo"] }),
	])
		assert.throws(call, /no corruption "fgo".*did you mean "fog"\?/);
});

test("the provenance of results says which corruptions of one's own they are under", () => {
	const facts = Object.fromEntries(provenance(rows()));
	assert.equal(facts["own corruptions"], `haze (${haze.code})`);
	const without = provenance(rows().slice(0, 3));
	assert.ok(!("own corruptions" in Object.fromEntries(without)));
});
