/** What a report card has written is read again with the same numbers, and nothing that does not match is written. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, test } from "node:test";
import { readMmdetectionResults } from "../../src/analysis/mmdetection-results.js";
import {
	type ReportCardOptions,
	writeReportCard,
} from "../../src/analysis/report-card.js";
import { readRobustBench } from "../../src/analysis/robustbench.js";
import { robustness } from "../../src/analysis/robustness.js";
import { studyTable } from "../../src/analysis/study-table.js";
import type { Row } from "../../src/analysis/table-rows.js";
import {
	commonCorruptions,
	type Severity,
	severities,
} from "../../src/corruptions/corruption.js";
import type { ResultRow } from "../../src/evaluate/result-row.js";
import { Random } from "../../src/random.js";
import { sharedData } from "../shared-data.js";
import { scratchFolder } from "../train/folders.js";
import { cellOf, madeUpRow, madeUpStudy } from "./made-up-rows.js";
import { near } from "./near.js";

const root = scratchFolder();
let cards = 0;

/** Writes a card into a new folder; its files by name. */
function write(results: readonly ResultRow[], more: ReportCardOptions = {}) {
	const folder = join(root, `card-${cards++}`);
	const paths = writeReportCard(folder, { results, ...more });
	return Object.fromEntries(paths.map((path) => [basename(path), path]));
}

const textOf = (path: string | undefined): string =>
	readFileSync(path as string, "utf8");

const figures = "AP AP50 AP75 APs APm APl AR1 AR10 AR100 ARs ARm ARl".split(
	" ",
);

/** A made-up run of a detector: all figures of COCO, of boxes and masks. */
function detections(run = "mask-rcnn", strengths = severities): ResultRow[] {
	const random = new Random("detections", run);
	const row = (cell: Partial<ResultRow>): ResultRow => {
		const kinds = ["box", "mask"].flatMap((kind) =>
			figures.map(
				(name) => [`${kind} ${name}`, random.uniform(1, 60)] as const,
			),
		);
		const { "box AP": score = 0, ...details } = Object.fromEntries(kinds);
		return madeUpRow({
			...{ run, task: "coco", metric: "box AP", miniature: false },
			...{ score, details, ...cell },
		});
	};
	return [
		row({}),
		...commonCorruptions.flatMap((name) =>
			strengths.map((severity) => row(cellOf(name, severity))),
		),
	];
}

describe("a report card of accuracies", () => {
	const study = madeUpStudy({ severities, images: 50 });
	const files = write(study);

	test("has all that is read, and RobustBench's table with the same numbers", () => {
		assert.deepEqual(Object.keys(files), [
			"report-card.html",
			"report-card.md",
			"report-card.tex",
			"robustbench-shapes.csv",
			"conditions.json",
		]);
		const read = readRobustBench(files["robustbench-shapes.csv"] as string);
		assert.equal(read.length, 18 * 75);
		const keyOf = (...parts: unknown[]) => parts.join(" ");
		const scores = new Map(
			study.map((row) => [
				keyOf(row.run, row.corruption, row.severity),
				row.score,
			]),
		);
		for (const { model, corruption, severity, score, metric } of read) {
			assert.equal(metric, "accuracy");
			near(score, scores.get(keyOf(model, corruption, severity)) as number);
		}
	});

	test("has in every table the numbers of studyTable", () => {
		const rows = studyTable(study).objects() as Row[];
		const wanted = rows.map((row) =>
			[row.clean, row.corrupted, row.drop].map((value) =>
				(value as number).toFixed(2),
			),
		);
		const numbersIn = (line: string, between: RegExp): string[] =>
			line.split(between).filter((cell) => /^-?\d+\.\d\d$/.test(cell));
		const tables = {
			"report-card.md": [/\n/, / *\| */],
			"report-card.tex": [/\\\\\n/, / & /],
			"report-card.html": [/<tr>/, /<\/?td[^>]*>/],
		} as const;
		for (const [name, [lines, cells]] of Object.entries(tables)) {
			assert.doesNotMatch(textOf(files["report-card.tex"]), /[−–·]/);
			const found = textOf(files[name])
				.split(lines)
				.map((line) => numbersIn(line.trim(), cells))
				.filter((numbers) => numbers.length > 0);
			// Clean may be whole in one kind of table alone: the digits are those of a column.
			assert.deepEqual(
				found.slice(0, rows.length).map((numbers) => numbers.slice(-2)),
				wanted.map((numbers) => numbers.slice(-2)),
				name,
			);
			assert.equal(found.length, 2 * rows.length, name);
		}
	});

	test("says under which conditions", () => {
		const plain = (text: string): string =>
			text.replaceAll(/<[^>]*>/g, " ").replaceAll("\\", "");
		for (const name of Object.keys(files)) {
			if (name.startsWith("robustbench")) continue;
			const text = plain(textOf(files[name]));
			for (const condition of [
				"shapes-target/test",
				"any-size (imagecorruptions)",
				"rgb",
				"procedural, not the original pictures",
				"mean of 15 corruptions at severities 1",
			])
				assert.ok(
					text.replaceAll("--", "–").includes(condition),
					`${name}: ${condition}`,
				);
		}
		assert.ok(textOf(files["report-card.html"]).length < 100_000);
	});

	test("refuses what does not match, and writes nothing then", () => {
		const changed = (change: Partial<ResultRow>, isChanged = isOfOneRun) =>
			study.map((row) => (isChanged(row) ? { ...row, ...change } : row));
		const isOfOneRun = ({ run }: ResultRow) => run === study[0]?.run;
		const isFrost = (row: ResultRow) =>
			isOfOneRun(row) && row.corruption === "frost";
		for (const [rows, message] of [
			[study.slice(0, -1), /lacks jpeg-compression 5/],
			[changed({ images: 7 }), /those of shapes .*mix images 7 and 50/],
			[
				changed({ frost: "pictures 1234abcd" }, isFrost),
				/mix frost pictures 1234abcd and procedural/,
			],
			[changed({ scoring: "a" }).map(withScoring), /mix scoring a and b/],
			[changed({ step: 100 }), /mix finished runs and .*, which is not/],
			[[], /there are no results/],
		] as const) {
			const folder = join(root, "refused");
			assert.throws(() => writeReportCard(folder, { results: rows }), message);
			assert.ok(!existsSync(folder));
		}
	});

	test("has RobustBench's table of all severities alone", () => {
		const mild = madeUpStudy({ severities: [1, 3], images: 50 });
		assert.throws(
			() => write(mild),
			/RobustBench's table has the severities 1 to 5, not only 1, 3: evaluate under the others too, or leave "robustbench" out of `formats`/,
		);
		const formats = ["markdown", "latex"] as const;
		assert.deepEqual(Object.keys(write(mild, { formats })), [
			"report-card.md",
			"report-card.tex",
			"conditions.json",
		]);
		const noise = commonCorruptions.slice(0, 3);
		assert.throws(
			() => write(study, { corruptions: noise }),
			/of the fifteen common corruptions, not of gaussian-noise, shot-noise, impulse-noise: .*`formats`/,
		);
	});
});

const withScoring = (row: ResultRow): ResultRow => ({ scoring: "b", ...row });

describe("a report card of average precisions", () => {
	const runs = [detections(), detections("other")];
	const files = write(runs.flat(), {
		results: runs.flatMap((rows, i) =>
			rows.map((row) => ({ ...row, backbone: `mine ${i}` })),
		),
	});
	const path = files["mmdetection-mask-rcnn.json"] as string;

	test("has mmdetection's results of each run, as its own script adds them up", () => {
		assert.deepEqual(
			Object.keys(files).filter((name) => name.startsWith("mmdetection")),
			["mmdetection-mask-rcnn.json", "mmdetection-other.json"],
		);
		type Written = Record<
			string,
			Record<string, Record<string, Record<string, number>>>
		>;
		const written: Written = JSON.parse(textOf(path));
		assert.deepEqual(
			Object.keys(written),
			commonCorruptions.map((name) => name.replaceAll("-", "_")),
		);
		for (const strengths of Object.values(written)) {
			assert.deepEqual(Object.keys(strengths), ["0", "1", "2", "3", "4", "5"]);
			for (const found of Object.values(strengths))
				for (const kind of ["bbox", "segm"])
					assert.deepEqual(Object.keys(found[kind]!), figures);
		}
		// P, mPC and rPC of robustness_eval.py
		const at = (severity: number) =>
			Object.values(written).map((one) => one[severity]!.bbox!.AP!);
		const corrupted = severities.flatMap((severity) => at(severity));
		const mPC = corrupted.reduce((sum, one) => sum + one, 0) / 75;
		const [row] = robustness(runs[0]!, ["run"]).objects() as Row[];
		near(100 * at(0)[0]!, row?.clean as number);
		near(100 * mPC, row?.mPC as number);
		near((100 * mPC) / at(0)[0]!, row?.rPC as number);
	});

	test("is read again with the same numbers, the clean ones once", () => {
		const read = readMmdetectionResults(path);
		assert.equal(read.length, 24 * 76);
		const cells = new Map(
			runs[0]!.map((row) => [`${row.corruption} ${row.severity}`, row]),
		);
		for (const { model, metric, corruption, severity, score } of read) {
			assert.equal(model, "mmdetection-mask-rcnn");
			const row = cells.get(`${corruption} ${severity}`)!;
			const own = metric === "box AP" ? row.score : row.details![metric];
			near(score, own as number);
		}
	});

	test("has -1 where there is nothing to find, and refuses a figure that nobody looked for", () => {
		const [clean, ...rest] = detections();
		const { "box APs": _, ...others } = clean!.details!;
		const none = { ...others, "box APs": null as unknown as number };
		const gap = write([{ ...clean!, details: none }, ...rest]);
		const file = gap["mmdetection-mask-rcnn.json"] as string;
		assert.equal(JSON.parse(textOf(file)).fog["0"].bbox.APs, -1);
		const read = readMmdetectionResults(file);
		assert.equal(read.length, 24 * 76 - 1);
		assert.throws(
			() => write([{ ...clean!, details: others }, ...rest]),
			/mask-rcnn has no box APs under clean 0/,
		);
		assert.throws(
			() => write(detections("mild", [1] as never)),
			/counts severities that are not in the file as 0: evaluate under 1 to 5, not only under 1, or leave "mmdetection" out/,
		);
		assert.throws(
			() => write(detections(), { formats: ["robustbench"] }),
			/RobustBench's table is of accuracy, not of the box AP on coco/,
		);
	});
});

test("a card of two tasks has a part for each, and each format what it is for", () => {
	const files = write([
		...madeUpStudy({ severities, images: 10 }),
		...detections(),
	]);
	assert.equal(Object.keys(files).length, 6);
	const conditions = JSON.parse(textOf(files["conditions.json"]));
	assert.deepEqual(Object.keys(conditions), [
		"shapes (miniature): accuracy",
		"coco: box AP",
	]);
});

describe("published files", () => {
	const { path: table, skip } = sharedData(
		"reference/robustbench_imagenet_c.csv",
	);
	test("RobustBench's own table is read", { skip }, () => {
		const read = readRobustBench(table);
		assert.equal(new Set(read.map(({ model }) => model)).size, 12);
		assert.equal(read.length, 12 * 75);
		const fog = read.find(
			({ model, corruption, severity }) =>
				model === "AlexNet" && corruption === "fog" && severity === 5,
		);
		near(fog?.score, 5.56);
	});

	test("that are damaged say where", () => {
		const [heads = "", strengths = "", line = ""] = textOf(
			write(madeUpStudy({ severities, images: 4 }))["robustbench-shapes.csv"],
		).split("\n");
		const refuse = (text: string, message: RegExp) => {
			const path = join(root, "damaged.csv");
			writeFileSync(path, text);
			assert.throws(() => readRobustBench(path), message);
		};
		const whole = [heads, strengths];
		refuse(
			[...whole, line.replace(/,[^,]*$/, ",")].join("\n"),
			/elastic-transform 5 of .* is "", which is no share/,
		);
		refuse(
			[...whole, line.replace(/,[^,]*$/, "")].join("\n"),
			/has 74 scores, not 75/,
		);
		refuse(
			[...whole, line.replace(/,[^,]*$/, ",75.2")].join("\n"),
			/is 75\.2, which is no share from 0 to 1/,
		);
		refuse(
			[heads.replace("fog", "frog"), strengths, line].join("\n"),
			/has 0 columns of fog 1/,
		);
		refuse(
			[heads, strengths.replace(",5", ",6"), line].join("\n"),
			/has the severity "6": there are 0, for clean, to 5/,
		);
		const json = join(root, "damaged.json");
		for (const [value, message] of [
			[{}, /is no object of results by name/],
			[{ fog: { 1: { keypoints: { AP: 0.1 } } } }, /results of keypoints/],
			[{ fog: { 1: { bbox: { AP: 12 } } } }, /fog 1 bbox AP is 12/],
			[{ fog: { 1: { bbox: { mAP: 0.1 } } } }, /has mAP, which is none of AP/],
			[{ fog: { 7: { bbox: { AP: 0.1 } } } }, /fog 7 has the severity "7"/],
			[
				{
					fog: { 0: { bbox: { AP: 0.1 } } },
					snow: { 0: { bbox: { AP: 0.2 } } },
				},
				/two clean scores, box AP 10 and 20/,
			],
		] as const) {
			writeFileSync(json, JSON.stringify(value));
			assert.throws(() => readMmdetectionResults(json), message);
		}
		writeFileSync(json, "\u0080\u0003}q");
		assert.throws(
			() => readMmdetectionResults(json),
			/damaged\.json is no JSON/,
		);
	});
});

interface Published {
	readonly robustbench: Record<
		string,
		{
			readonly accuracy: number;
			readonly mCE: number;
			readonly scores: Record<string, readonly number[]>;
		}
	>;
	readonly "game-of-noise": Record<
		string,
		{
			readonly clean: number;
			readonly mCE: number;
			readonly scores: Record<string, readonly [number, number]>;
		}
	>;
}

const published: Published = JSON.parse(
	readFileSync(
		new URL(
			"../../../test/fixtures/analysis/published-corruption-errors.json",
			import.meta.url,
		),
		"utf8",
	),
);

/** Rows of a network on ImageNet, of its scores under each corruption at severities 1 to 5, in percent. */
const imagenetRows = (
	run: string,
	clean: number,
	scores: Readonly<Record<string, readonly number[]>>,
): ResultRow[] => {
	const common = { run, backbone: run, task: "imagenet", miniature: false };
	return [
		madeUpRow({ ...common, score: clean }),
		...Object.entries(scores).flatMap(([name, five]) =>
			five.map((score, i) => {
				const corruption = name.replaceAll("_", "-") as never;
				const cell = cellOf(corruption, (i + 1) as Severity);
				return madeUpRow({ ...common, ...cell, score });
			}),
		),
	];
};

describe("mean corruption errors", () => {
	test("are RobustBench's, relative to the AlexNet of its table", () => {
		const models = Object.entries(published.robustbench);
		const rows = models.flatMap(([model, { scores }]) =>
			imagenetRows(
				model,
				50,
				Object.fromEntries(
					Object.entries(scores).map(([name, five]) => [
						name,
						five.map((share) => 100 * share),
					]),
				),
			),
		);
		const table = robustness(rows, ["run"], { reference: "AlexNet" });
		(table.objects() as Row[]).forEach((row, i) => {
			const [model, { accuracy, mCE }] = models[i]!;
			assert.equal(row.run, model);
			near(row.corrupted, accuracy, 0.00501);
			near(row.mCE, mCE, 0.00501);
		});
	});

	test("are game-of-noise's, relative to AlexNet's errors", () => {
		for (const [run, one] of Object.entries(published["game-of-noise"])) {
			const five = Object.entries(one.scores).map(([name, [score]]) => [
				name,
				severities.map(() => score),
			]);
			const rows = imagenetRows(run, one.clean, Object.fromEntries(five));
			const options = { reference: "alexnet" };
			const [row] = robustness(rows, ["run"], options).objects() as Row[];
			// Accuracies are printed with two digits, errors are divided by as little as 0.56.
			near(row?.mCE, one.mCE, 0.011);
		}
	});
});

test("seeds are one line of a table, their mean, and lines of their own in a benchmark's file", () => {
	const study = madeUpStudy({ severities, images: 50 });
	const [first = madeUpRow()] = study;
	const own = study.filter(({ run }) => run === first.run);
	const shifted = own.map((row) => ({
		...row,
		run: "another",
		seed: 1,
		score: row.score / 2,
	}));
	const files = write([...own, ...shifted]);
	const [line] = studyTable(own).objects() as Row[];
	const mean = (0.75 * (line?.corrupted as number)).toFixed(2);
	const lines = textOf(files["report-card.md"]).split("\n");
	assert.equal(lines.filter((one) => /^\| resnet/.test(one)).length, 2);
	assert.ok(lines.some((one) => one.includes(` ${mean} `)));
	const read = readRobustBench(files["robustbench-shapes.csv"] as string);
	assert.deepEqual(
		[...new Set(read.map(({ model }) => model))],
		[first.run, "another"],
	);
	assert.match(textOf(files["conditions.json"]), /"seeds of training": "0, 1"/);
});

test("a task whose name is no name of a file has a file", () => {
	const study = madeUpStudy({ severities, images: 4 });
	const named = study.map((row) => ({ ...row, task: "my photos/2" }));
	const files = write(named, { formats: ["robustbench"] });
	assert.ok(files["robustbench-my-photos-2.csv"]);
});

test("what is not asked for is not written", () => {
	const files = write(detections(), { formats: ["mmdetection"] });
	const [name] = Object.keys(files);
	assert.deepEqual(readdirSync(join(files[name!]!, "..")).sort(), [
		"conditions.json",
		"mmdetection-mask-rcnn.json",
	]);
});
