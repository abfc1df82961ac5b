/** Corrupted images come from somewhere: rows of several sources share no mean. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { byCorruption } from "../../src/analysis/breakdown.js";
import { loadResults } from "../../src/analysis/load-results.js";
import { provenance } from "../../src/analysis/provenance.js";
import { robustness } from "../../src/analysis/robustness.js";
import type { Row } from "../../src/analysis/table-rows.js";
import {
	type CorruptionName,
	commonCorruptions,
	severities,
} from "../../src/corruptions/corruption.js";
import type { ResultRow } from "../../src/evaluate/result-row.js";
import { alexnetErrors } from "../../src/index.js";
import { cellOf, madeUpRow } from "./made-up-rows.js";

const published = {
	source: "published",
	set: "imagenet-c",
	corruptionCode: "11111111",
	variant: null,
	channelOrder: null,
	corruptionSeed: null,
} as const;

const under = (
	corruption: CorruptionName,
	row: Partial<ResultRow> = {},
): ResultRow => madeUpRow({ ...cellOf(corruption, 1), score: 40, ...row });

const clean = madeUpRow({ score: 80 });
const cells = { corruptions: ["fog", "snow"], severities: [1] } as const;
const readSet = ["fog", "snow"].map((name) => under(name as "fog", published));
const drawnSet = ["fog", "snow"].map((name) => under(name as "fog"));

describe("one mean is of one source", () => {
	test("published images are found by the names of the corruptions, and by themselves", () => {
		const [row] = robustness(
			[clean, ...readSet],
			["run"],
			cells,
		).objects() as Row[];
		assert.equal(row?.corrupted, 40);
		const fog = { name: "fog", group: "weather", code: "11111111" };
		const own = { corruptions: [fog], severities: [1] } as const;
		assert.equal(robustness([clean, ...readSet], ["run"], own).numRows(), 1);
		assert.throws(
			() => robustness([clean, ...drawnSet], ["run"], own),
			/lacks fog 1/,
		);
	});

	const refuse = (rows: readonly ResultRow[], says: RegExp, by = ["run"]) => {
		assert.throws(() => robustness(rows, by, cells), says);
		assert.throws(() => robustness(loadResults(rows), by, cells), says);
	};

	test("published and drawn ones do not mix, in a run or among runs", () => {
		refuse(
			[clean, readSet[0]!, drawnSet[1]!],
			/run mixes source published and drawn: filter/,
		);
		refuse(
			[clean, ...readSet, ...drawnSet],
			/mixes source published and drawn/,
		);
		const other = (row: ResultRow) => ({ ...row, run: "other", seed: 1 });
		refuse(
			[clean, ...readSet, ...[clean, ...drawnSet].map(other)],
			/the mean of run, other mixes source published and drawn/,
			["backbone"],
		);
		const both = [clean, ...readSet, ...[clean, ...readSet].map(other)];
		assert.equal(robustness(both, ["backbone"], cells).numRows(), 1);
	});

	test("nor do two sets, or two copies of one", () => {
		const [fog, snow] = readSet as [ResultRow, ResultRow];
		refuse(
			[clean, fog, { ...snow, set: "mine" }],
			/mixes set imagenet-c and mine/,
		);
		refuse(
			[clean, fog, snow, { ...fog, corruptionCode: "22222222" }],
			/run has fog of the corruptionCode 11111111 and 22222222: filter/,
		);
	});

	test("runs are not grouped by where the images of a cell come from", () => {
		assert.throws(
			() => robustness([clean, ...readSet], ["set"], cells),
			/no column "set"|cannot be grouped by set/,
		);
	});

	test("a domain is not taken for a corruption of its name", () => {
		const fog = under("fog", {
			...published,
			set: "acdc",
			group: "domain",
			data: "acdc/fog",
			images: 7,
		});
		refuse([clean, fog, drawnSet[1]!], /lacks fog 1/);
		const strong = drawnSet.map((row) => ({ ...row, severity: 3 as const }));
		const { corruptions } = cells;
		const mean = robustness([clean, ...strong, fog], ["run"], { corruptions });
		assert.equal(mean.numRows(), 1);
		const [row] = robustness([clean, ...drawnSet, fog], ["run"], {
			corruptions: [{ name: "fog", group: "domain", code: "11111111" }],
			severities: [1],
		}).objects() as Row[];
		assert.equal(row?.corrupted, 40);
	});

	test("how results came about says which sets they are of", () => {
		const facts = new Map(provenance([clean, ...readSet]));
		assert.equal(facts.get("published sets"), "imagenet-c");
		assert.equal(facts.get("own corruptions"), undefined);
		const seen = provenance([clean, under("fog", { corruptedAt: "seen" })]);
		assert.match(
			new Map(seen).get("corrupted as") ?? "",
			/^seen by the network/,
		);
	});
});

test("AlexNet's own errors are all 100 %, relative to its clean error too", () => {
	const common = { task: "imagenet", miniature: false } as const;
	const alexnet = (worse: number) => [
		madeUpRow({ ...common, score: 56.522 }),
		...commonCorruptions.flatMap((name) =>
			severities.map((severity) =>
				madeUpRow({
					...common,
					...cellOf(name, severity),
					score: 100 - 100 * (alexnetErrors[name] as number) - worse,
				}),
			),
		),
	];
	const near = (found: unknown, expected: number) =>
		assert.ok(Math.abs((found as number) - expected) < 1e-9, `${found}`);
	const options = { reference: "alexnet" };
	const [row] = robustness(alexnet(0), ["run"], options).objects() as Row[];
	near(row?.mCE, 100);
	near(row?.relativeMCE, 100);
	// A point more of error counts as much of what corruption adds.
	const [worse] = robustness(alexnet(1), ["run"], options).objects() as Row[];
	const added = commonCorruptions.map(
		(name) => 100 / (100 * (alexnetErrors[name] as number) - 43.478),
	);
	near(
		worse?.relativeMCE,
		100 + added.reduce((sum, one) => sum + one, 0) / added.length,
	);
	assert.equal(byCorruption(alexnet(0), ["run"], options).numRows(), 15);
});
