import assert from "node:assert/strict";
import { test } from "node:test";
import { bootstrap } from "../../src/analysis/bootstrap.js";
import { quantile } from "../../src/analysis/resample.js";
import { robustness } from "../../src/analysis/robustness.js";
import { deviation, spreadOverSeeds } from "../../src/analysis/spread.js";
import type { Row } from "../../src/analysis/table-rows.js";
import { packHits, type ResultRow } from "../../src/evaluate/result-row.js";
import { Random } from "../../src/random.js";
import { cellOf, drawHits, madeUpRow, madeUpStudy } from "./made-up-rows.js";
import { near } from "./near.js";

const one = { corruptions: ["fog"] } as const;

function rowsOfHits(clean: boolean[], corrupted: boolean[]): ResultRow[] {
	const of = (hits: boolean[]) => ({
		images: hits.length,
		score: (100 * hits.filter(Boolean).length) / hits.length,
		correct: packHits(hits),
	});
	return [
		madeUpRow(of(clean)),
		madeUpRow({ ...cellOf("fog", 1), ...of(corrupted) }),
	];
}

test("quantiles are interpolated as numpy's", () => {
	const sorted = Float64Array.of(1, 2, 4, 8);
	near(quantile(sorted, 0), 1);
	near(quantile(sorted, 0.25), 1.75);
	near(quantile(sorted, 0.9), 6.8);
	near(quantile(sorted, 1), 8);
});

test("intervals cover the truth about as often as they say", () => {
	const random = new Random("coverage");
	const [images, trials] = [150, 300];
	const covered = { clean: 0, corrupted: 0, drop: 0 };
	const truth = { clean: 80, corrupted: 56, drop: 30 };
	for (let trial = 0; trial < trials; trial++) {
		const clean = Array.from({ length: images }, () => random.uniform() < 0.8);
		const corrupted = clean.map((hit) => hit && random.uniform() < 0.7);
		const [row] = bootstrap(rowsOfHits(clean, corrupted), ["run"], {
			...one,
			samples: 400,
			level: 90,
			seed: trial,
		}).objects() as Row[];
		for (const name of ["clean", "corrupted", "drop"] as const)
			if (
				(row?.[`${name}Low`] as number) <= truth[name] &&
				truth[name] <= (row?.[`${name}High`] as number)
			)
				covered[name]++;
	}
	// Four standard deviations of 300 trials at 90 % are 7 %.
	for (const count of Object.values(covered))
		near((100 * count) / trials, 90, 7);
});

test("the width is that of the normal approximation for many images", () => {
	const random = new Random("width");
	const rows = [
		madeUpRow(drawHits(2000, 0.7, random)),
		madeUpRow({ ...cellOf("fog", 1), ...drawHits(2000, 0.4, random) }),
	];
	const [row] = bootstrap(rows, ["run"], one).objects() as Row[];
	const width = 2 * 1.96 * 100 * Math.sqrt((0.7 * 0.3) / 2000);
	near((row?.cleanHigh as number) - (row?.cleanLow as number), width, 0.3);
});

test("clean and corrupted images are drawn together", () => {
	const hits = Array.from({ length: 100 }, (_, i) => i % 3 > 0);
	const [row] = bootstrap(
		rowsOfHits(hits, hits),
		["run"],
		one,
	).objects() as Row[];
	assert.ok((row?.cleanLow as number) < (row?.cleanHigh as number));
	assert.deepEqual([row?.drop, row?.dropLow, row?.dropHigh], [0, 0, 0]);
});

test("the scores are those of robustness, equal seeds give equal intervals", () => {
	const rows = madeUpStudy({ images: 60 });
	const table = bootstrap(rows, undefined, { samples: 50, seed: 3 });
	assert.deepEqual(
		table.select("backbone", "clean", "corrupted", "drop").objects(),
		robustness(rows).select("backbone", "clean", "corrupted", "drop").objects(),
	);
	const again = bootstrap(rows, undefined, { samples: 50, seed: 3 });
	assert.deepEqual(table.objects(), again.objects());
	assert.deepEqual(
		[...new Set(table.array("resampled") as string[])],
		["images"],
	);
	const other = bootstrap(rows, undefined, { samples: 50, seed: 4 });
	assert.notDeepEqual(table.objects(), other.objects());
});

test("over corruptions, the interval is that of their means; clean has none", () => {
	const rows = madeUpStudy({ images: 60 }).map(({ correct: _, ...row }) => row);
	const options = { over: "corruptions" } as const;
	const [row] = bootstrap(rows, ["task"], options).objects() as Row[];
	assert.equal(row?.resampled, "corruptions");
	near(row?.cleanLow, row?.clean as number);
	near(row?.cleanHigh, row?.clean as number);
	assert.ok((row?.corruptedLow as number) < (row?.corrupted as number));
	assert.ok((row?.corrupted as number) < (row?.corruptedHigh as number));
});

test("rows without single predictions, or with others than the score, are refused by name", () => {
	const rows = rowsOfHits([true, false], [false, false]);
	const without = rows.map(({ correct: _, ...row }) => row);
	assert.throws(
		() => bootstrap(without, ["run"], one),
		/run, clean 0: the row has no per-image data, .* evaluate again with \{ perImage: true \}/,
	);
	const damaged = rows.map((row) => ({ ...row, score: 40 }));
	assert.throws(
		() => bootstrap(damaged, ["run"], one),
		/run, clean 0 is damaged: its predictions are right in 50 %, its score is 40 %/,
	);
	assert.throws(
		() => bootstrap(rows, ["run"], { ...one, level: 100 }),
		/level must be a percentage above 0 and below 100, not 100/,
	);
	assert.throws(
		() => bootstrap(rows, ["run"], { ...one, samples: 0 }),
		/samples must be a whole number of at least 1/,
	);
});

test("the spread over seeds is mean and standard deviation of the runs' own scores", () => {
	const rows = [60, 70, 80].flatMap((clean, seed) => [
		madeUpRow({ run: `seed${seed}`, seed, score: clean }),
		madeUpRow({ run: `seed${seed}`, seed, score: 35, ...cellOf("fog", 1) }),
	]);
	const [row] = spreadOverSeeds(rows, ["backbone"], one).objects() as Row[];
	assert.equal(row?.seeds, 3);
	near(row?.clean, 70);
	near(row?.cleanDeviation, 10);
	near(row?.corruptedDeviation, 0);
	near(row?.drop, (41.666666666666664 + 50 + 56.25) / 3);
	near(
		row?.dropDeviation,
		deviation([41.666666666666664, 50, 56.25]) as number,
	);
	const [single] = spreadOverSeeds(
		rows.slice(0, 2),
		["run"],
		one,
	).objects() as Row[];
	assert.equal(single?.cleanDeviation, null);
	const same = rows.map((row) => ({ ...row, seed: 0 }));
	assert.throws(
		() => spreadOverSeeds(same, ["backbone"], one),
		/not told apart by their seeds \(0, 0, 0\)/,
	);
});
