/** Published scores stand beside ours with a mark where ours were measured under other conditions. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { plotSeverities } from "../../src/analysis/plot-severities.js";
import { publishedScores } from "../../src/analysis/published.js";
import { publishedTestSets } from "../../src/analysis/published-conditions.js";
import { publishedCocoCurves } from "../../src/analysis/published-curves.js";
import { studyTable } from "../../src/analysis/study-table.js";
import type { Row } from "../../src/analysis/table-rows.js";
import {
	severities as allSeverities,
	commonCorruptions,
	type Severity,
} from "../../src/corruptions/corruption.js";
import type { ResultRow } from "../../src/evaluate/result-row.js";
import { cellOf, madeUpRow } from "./made-up-rows.js";

type Line = (typeof publishedScores)[number];
const column = "unlike published";

/** Rows of a kind of run that the study published, measured as the study did. */
function asPublished(
	{ clean: _, corrupted: __, drop: ___, ...line }: Line,
	severities: readonly Severity[] = [1],
): ResultRow[] {
	const common = {
		...line,
		...publishedTestSets[line.task],
		run: `${line.task} ${line.augment}`,
		miniature: false,
		reading: "as-released",
		score: 30,
	};
	return [
		madeUpRow(common),
		...commonCorruptions.flatMap((name) =>
			severities.map((severity) =>
				madeUpRow({
					...common,
					...cellOf(name, severity),
					channelOrder: "bgr",
					frost: name === "frost" ? "pictures 1234abcd" : null,
				}),
			),
		),
	];
}

const marksOf = (rows: readonly ResultRow[], cells = {}): unknown[] =>
	(studyTable(rows, cells).objects() as Row[]).map((row) => row[column]);

/** All rows, or those under corruptions, with something changed. */
const changed = (
	rows: readonly ResultRow[],
	change: Partial<ResultRow>,
	isChanged = (_: ResultRow): boolean => true,
): ResultRow[] =>
	rows.map((row) => (isChanged(row) ? { ...row, ...change } : row));

const isCorrupted = ({ severity }: ResultRow): boolean => severity > 0;

describe("a table with published scores", () => {
	test("has no mark where ours were measured as they were", () => {
		const table = studyTable(
			publishedScores.flatMap((one) => asPublished(one)),
		);
		assert.ok(table.columnNames().includes("clean, published"));
		assert.ok(!table.columnNames().includes(column));
	});

	test("says of each line in what it is unlike", () => {
		const [plain, prime] = publishedScores as [Line, Line];
		const rows = asPublished(plain);
		for (const [change, where, mark] of [
			[{ channelOrder: "rgb" }, isCorrupted, "channel order rgb, not bgr"],
			[
				{ frost: "procedural" },
				({ corruption }: ResultRow) => corruption === "frost",
				"frost procedural, not pictures",
			],
			[{ images: 200 }, undefined, "test images 200, not 5000"],
			[
				{ data: "coco/mine" },
				undefined,
				"test set coco/mine, not coco/val2017",
			],
			[
				{ variant: "imagenet-c" },
				isCorrupted,
				"constants imagenet-c, not any-size",
			],
			[{ skipped: 3 }, undefined, "images left out"],
			[{ variation: "focal gamma 2" }, undefined, "focal gamma 2"],
			[{ step: 100 }, undefined, "unfinished"],
		] as const) {
			const given = changed(rows, change as Partial<ResultRow>, where);
			assert.deepEqual(marksOf([...given, ...asPublished(prime)]), [
				mark,
				null,
			]);
		}
		const described = changed(asPublished(prime), { reading: "as-described" });
		assert.deepEqual(marksOf([...rows, ...described]), [
			null,
			"reading as-described, not as-released",
		]);
	});

	test("says that a mean is of other corruptions or severities", () => {
		const [plain] = publishedScores as [Line];
		const rows = asPublished(plain, [1, 3]);
		assert.deepEqual(marksOf(rows), ["severities 1, 3, not 1", null]);
		assert.deepEqual(marksOf(rows, { severities: [1] }), [
			undefined,
			undefined,
		]);
		const own = changed(
			asPublished(plain),
			{ corruption: "dead-rows", corruptionCode: "1234abcd", group: "own" },
			({ corruption }) => corruption === "fog",
		);
		const corruptions = [
			...commonCorruptions.filter((name) => name !== "fog"),
			"dead-rows",
		];
		assert.deepEqual(marksOf(own, { corruptions }), [
			"15 corruptions, not the fifteen common ones",
			null,
		]);
		const noise = commonCorruptions.slice(0, 3);
		assert.deepEqual(
			marksOf(changed(rows, { images: 7 }), { corruptions: noise })[0],
			"test images 7, not 5000; severities 1, 3, not 1; 3 corruptions, not the fifteen common ones",
		);
	});

	test("marks neither runs that nobody published nor lines without a run of ours", () => {
		const [plain] = publishedScores as [Line];
		const rows = changed(asPublished(plain), { channelOrder: "rgb" });
		const other = changed(rows, { backbone: "mine", run: "mine" });
		const marks = marksOf([...rows, ...other]);
		assert.match(String(marks[0]), /^channel order rgb/);
		assert.deepEqual(marks.slice(1), [null, null]);
	});
});

test("a figure with a published line says in what ours are unlike it", () => {
	const published = publishedCocoCurves[0]!;
	const rows = asPublished(publishedScores[0]!, allSeverities);
	const subtitleOf = (given: readonly ResultRow[]) =>
		(
			plotSeverities(given, { published }).layout.title as {
				subtitle: { text: string };
			}
		).subtitle.text;
	assert.doesNotMatch(subtitleOf(rows), /unlike/);
	assert.match(
		subtitleOf(changed(rows, { channelOrder: "rgb" }, isCorrupted)),
		/ · unlike published: channel order rgb, not bgr$/,
	);
});
