import assert from "node:assert/strict";
import { test } from "node:test";
import { compare } from "../../src/analysis/compare.js";
import { comparePairs } from "../../src/analysis/compare-pairs.js";
import { holm } from "../../src/analysis/holm.js";
import { robustness } from "../../src/analysis/robustness.js";
import type { Row } from "../../src/analysis/table-rows.js";
import { tableToMarkdown } from "../../src/analysis/table-to-markdown.js";
import { meanUnits } from "../../src/analysis/units.js";
import { packHits, type ResultRow } from "../../src/evaluate/result-row.js";
import { Random } from "../../src/random.js";
import { cellOf, madeUpRow, madeUpStudy } from "./made-up-rows.js";
import { near } from "./near.js";

const few = { samples: 200, permutations: 199 };
const fog = { corruptions: ["fog"], over: ["images"] } as const;

function ofHits(hits: readonly boolean[]): Partial<ResultRow> {
	const score = (100 * hits.filter(Boolean).length) / hits.length;
	return { images: hits.length, score, correct: packHits(hits) };
}

/** A run that is right about some images, clean and under fog. */
const runOf = (
	run: Partial<ResultRow>,
	clean: readonly boolean[],
	corrupted: readonly boolean[],
): ResultRow[] => [
	madeUpRow({ ...run, ...ofHits(clean) }),
	madeUpRow({ ...run, ...cellOf("fog", 1), ...ofHits(corrupted) }),
];

const objects = (table: { objects(): object[] }): Row[] =>
	table.objects() as Row[];

/** The row of a score. */
const of = (rows: readonly Row[], score: string, over = "images"): Row =>
	rows.find((row) => row.score === score && row.over === over) as Row;

const study = madeUpStudy({ images: 120 });
const prime = { backbone: "resnet-mini/prime", learningRate: 0.01 };

test("a run against itself: no difference, p of 1 and intervals of exactly 0", () => {
	const a = { ...prime, augment: "none" };
	const rows = objects(compare(study, { a, b: a, ...few }));
	assert.deepEqual(
		rows.map(({ score, over }) => `${score} over ${over}`),
		[
			"clean over images",
			"corrupted over images",
			"drop over images",
			"drop over corruptions",
			"drop over groups of corruptions",
		],
	);
	for (const { difference, low, high, p, holm: raised, over } of rows) {
		assert.deepEqual([difference, p, raised], [0, 1, 1]);
		const none = over === "groups of corruptions" ? null : 0;
		assert.deepEqual([low, high], [none, none]);
	}
});

test("scores are those of robustness, and differ by what it says", () => {
	const a = { ...prime, augment: "prime" };
	const b = { ...prime, augment: "none" };
	const rows = objects(compare(study, { a, b, ...few }));
	const [own, other] = ["prime", "none"].map((augment) =>
		objects(robustness(study)).find(
			(row) =>
				row.augment === augment &&
				row.backbone === prime.backbone &&
				row.learningRate === prime.learningRate,
		),
	);
	for (const score of ["clean", "corrupted", "drop"]) {
		const row = of(rows, score);
		near(row.a, own?.[score] as number);
		near(row.b, other?.[score] as number);
		near(row.difference, (row.a as number) - (row.b as number));
		assert.ok((row.low as number) <= (row.difference as number));
		assert.ok((row.difference as number) <= (row.high as number));
		assert.equal(row.units, 120);
	}
	assert.deepEqual(
		rows.map((row) => row.holm),
		holm(rows.map((row) => row.p as number)),
	);
	const again = objects(compare(study, { a, b, ...few }));
	assert.deepEqual(again, rows);
	const turned = of(objects(compare(study, { a: b, b: a, ...few })), "drop");
	near(turned.difference, -(of(rows, "drop").difference as number));
	assert.equal(turned.p, of(rows, "drop").p);
});

test("pairing finds what marginal intervals hide", () => {
	// Both are right about the same 300 of 400 images, and one about eleven more.
	const right = Array.from({ length: 400 }, (_, i) => i < 300);
	const more = right.map((hit, i) => hit || i >= 389);
	const rows = [
		...runOf({ run: "a" }, more, more),
		...runOf({ run: "b" }, right, right),
	];
	const { low, high, p, difference } = of(
		objects(compare(rows, { a: "a", b: "b", ...fog })),
		"corrupted",
	);
	near(difference, 2.75);
	assert.ok((low as number) > 1 && (high as number) < 4.6);
	// Eleven images that all point one way: 2 / 2^11 of all flips are as far.
	near(p, 2 / 2 ** 11, 1e-3);
});

test("the p-value is that of all flips of labels", () => {
	const random = new Random("all flips");
	const draw = () => Array.from({ length: 10 }, () => random.uniform() < 0.6);
	const [clean, corrupted] = [
		[draw(), draw()],
		[draw(), draw()],
	] as const;
	const rows = [
		...runOf({ run: "a" }, clean[0] as boolean[], corrupted[0] as boolean[]),
		...runOf({ run: "b" }, clean[1] as boolean[], corrupted[1] as boolean[]),
	];
	const dropOf = (flips: number, side: 0 | 1): number => {
		const sum = (pair: readonly boolean[][]) =>
			pair[0]!.filter((_, i) => pair[side ^ ((flips >> i) & 1)]![i]).length;
		return (
			(100 * (sum(clean as never) - sum(corrupted as never))) /
			sum(clean as never)
		);
	};
	const apart = (flips: number) =>
		Math.abs(dropOf(flips, 0) - dropOf(flips, 1));
	const all = Array.from({ length: 1024 }, (_, flips) => apart(flips));
	const exact = all.filter((one) => one >= apart(0) - 1e-9).length / 1024;
	const table = compare(rows, { a: "a", b: "b", ...fog });
	// Five standard deviations of 9999 draws are 0.025.
	near(of(objects(table), "drop").p, exact, 0.025);
});

test("exchanged units are summed as if one by one", () => {
	const random = new Random("exchange");
	const draw = () => Float64Array.from({ length: 37 }, () => random.uniform());
	const [a, b] = [
		{ clean: draw(), corrupted: draw() },
		{ clean: draw(), corrupted: draw() },
	];
	const exchange = meanUnits(a.clean, a.corrupted).exchange(
		meanUnits(b.clean, b.corrupted),
	);
	for (let trial = 0; trial < 5; trial++) {
		const flips = Uint8Array.from({ length: 8 }, () => random.integer(0, 256));
		const [ofA, ofB] = exchange(flips);
		for (const name of ["clean", "corrupted"] as const) {
			let [sumA, sumB] = [0, 0];
			for (let i = 0; i < 37; i++) {
				const isFlipped = (flips[i >> 3]! >> (i & 7)) & 1;
				sumA += (isFlipped ? b : a)[name][i]!;
				sumB += (isFlipped ? a : b)[name][i]!;
			}
			near(ofA[name], sumA / 37, 1e-12);
			near(ofB[name], sumB / 37, 1e-12);
		}
	}
});

test("intervals of differences cover the truth as often as they say, in 500 data sets", () => {
	const random = new Random("coverage of differences");
	const [trials, images] = [500, 300];
	const truth = { clean: 3, corrupted: 13.8, drop: -15 };
	const covered = { clean: 0, corrupted: 0, drop: 0 };
	const draw = () => Array.from({ length: images }, () => random.uniform());
	for (let trial = 0; trial < trials; trial++) {
		// Of what is easy, both are right; one fog takes one in five from a and 35 % from b.
		const [easy, fogged] = [draw().map((one) => one < 0.7), draw()];
		const [ofA, ofB] = [0.3, 0.2].map((more) => {
			const lucky = draw();
			return easy.map((hit, i) => hit || lucky[i]! < more);
		}) as [boolean[], boolean[]];
		const foggedA = ofA.map((hit, i) => hit && fogged[i]! < 0.8);
		const foggedB = ofB.map((hit, i) => hit && fogged[i]! < 0.65);
		const rows = [
			...runOf({ run: "a" }, ofA, foggedA),
			...runOf({ run: "b" }, ofB, foggedB),
		];
		const draws = { samples: 300, permutations: 1, seed: trial };
		const table = compare(rows, { ...fog, ...draws, a: "a", b: "b" });
		for (const { score, low, high } of objects(table)) {
			const name = score as keyof typeof truth;
			if ((low as number) <= truth[name] && truth[name] <= (high as number))
				covered[name]++;
		}
	}
	for (const count of Object.values(covered))
		near((100 * count) / trials, 95, 2);
});

/** Seeds of a and b, each right about as many of 100 images as is said. */
const seeds = (counts: readonly (readonly [a: number, b: number])[]) =>
	counts.flatMap(([a, b], seed) =>
		[
			{ run: `a${seed}`, backbone: "a", seed, count: a },
			{ run: `b${seed}`, backbone: "b", seed, count: b },
		].flatMap(({ count, ...run }) => {
			const hits = Array.from({ length: 100 }, (_, i) => i < count);
			return runOf(run, hits, hits);
		}),
	);

test("over seeds: t of the differences of runs of one seed, and seeds drawn before images", () => {
	// Given in another order than that of the seeds.
	const rows = seeds([
		[71, 70],
		[75, 73],
		[63, 60],
	]).toReversed();
	const choice = {
		...few,
		a: { backbone: "a" },
		b: { backbone: "b" },
		corruptions: ["fog"],
	};
	const table = objects(compare(rows, choice));
	const t = of(table, "clean", "seeds");
	// scipy.stats: t.ppf(0.975, 2) and 2 * t.sf(2 * sqrt(3), 2).
	near(t.difference, 2);
	near(t.low, 2 - 4.302652729911275 / Math.sqrt(3), 1e-6);
	near(t.high, 2 + 4.302652729911275 / Math.sqrt(3), 1e-6);
	near(t.p, 0.07417990022744853, 1e-9);
	assert.equal(t.interval, "95 %, t of 2 degrees of freedom");
	const both = of(table, "clean", "seeds, then images");
	assert.deepEqual([both.p, both.units], [null, 3]);
	const images = of(table, "clean");
	assert.ok((both.low as number) < (images.low as number));
	assert.ok((both.high as number) > (images.high as number));
	assert.throws(
		() =>
			compare(
				rows.filter(({ run }) => run !== "b1"),
				choice,
			),
		/of runs of the same seeds, and there are the seeds 0, 1, 2 and 0, 2: fine-tune the missing ones/,
	);
	assert.throws(
		() => compare(rows, { a: "a0", b: "b0", ...fog, over: ["seeds"] }),
		/need two seeds or more, and there is only 0/,
	);
	const mixed = rows.map((row) => ({ ...row, seed: 0 }));
	assert.throws(
		() => compare(mixed, { ...choice, over: ["seeds"] }),
		/are not told apart by their seeds \(0, 0, 0\)/,
	);
});

test("what was not scored on the same images, whole, is refused in a sentence", () => {
	const hits = [true, false, true, true];
	const a = runOf({ run: "a" }, hits, hits);
	const b = runOf({ run: "b" }, hits, hits);
	const ab = { a: "a", b: "b", ...fog };
	const changed = (change: Partial<ResultRow>, onlyFog = false) =>
		b.map((row) =>
			onlyFog && row.severity === 0 ? row : { ...row, ...change },
		);
	const refused = (rows: readonly ResultRow[], says: RegExp) =>
		assert.throws(() => compare([...a, ...rows], ab), says);
	refused(
		changed(ofHits([...hits, true])),
		/on the same images.* differ in\n {2}the images: a has 4, b has 5\nevaluate both over the same/,
	);
	refused(
		changed({ data: "other" }),
		/the data: a has shapes-target\/test, b has other/,
	);
	refused(
		changed({ metric: "mIoU" }),
		/the metric: a has accuracy, b has mIoU/,
	);
	refused(
		changed({ corruptionSeed: 1 }, true),
		/the corruptionSeed under fog 1: a has 0, b has 1/,
	);
	refused(
		changed({ channelOrder: "bgr" }, true),
		/the channelOrder under fog 1: a has rgb, b has bgr/,
	);
	refused(changed({ severity: 2 }, true), /lacks fog/);
	refused(b.slice(0, 1), /b lacks fog 1/);
	refused(
		b.map(({ correct: _, ...row }) => row),
		/b, clean 0: the row has no per-image data/,
	);
	const scored = (rows: readonly ResultRow[], scoring: string) =>
		rows.map((row) => ({ ...row, scoring }));
	assert.throws(
		() => compare([...scored(a, "x"), ...scored(b, "y")], ab),
		/the scoring: a has x, b has y/,
	);
	// Rows of early versions do not say how they were scored.
	assert.equal(compare([...a, ...scored(b, "y")], ab).numRows(), 3);
});

test("runs are chosen by ids and columns, and what there is not is refused by name", () => {
	const choose = (a: object | string, says: RegExp) =>
		assert.throws(
			() => compare(study, { a: a as string, b: prime, ...few }),
			says,
		);
	choose(
		"shapes",
		/a: the results have no run "shapes": they have shapes-resnet-mini-regular/,
	);
	choose(
		{ backbone: "resnet-mini/prim" },
		/a: no result has the backbone "resnet-mini\/prim": .* did you mean "resnet-mini\/prime"/,
	);
	choose({ backbon: "x" }, /no column "backbon"/);
	choose({ corruption: "fog" }, /runs cannot be chosen by corruption/);
	choose({}, /a must be the id of a run, a list of ids, or values of columns/);
	const unlike = study.filter(
		({ augment, learningRate }) => augment === "none" || learningRate === 0.1,
	);
	const a = { augment: "prime", learningRate: 0.01 };
	assert.throws(
		() => compare(unlike, { a, b: prime }),
		/a: no run has all of augment prime; learningRate 0.01/,
	);
	const ids = [...new Set(study.map(({ run }) => run))].filter((run) =>
		run.includes("prime-lr0.01-"),
	);
	assert.deepEqual(
		objects(compare(study, { a: ids.slice(0, 1), b: prime, ...few })),
		objects(compare(study, { a: ids[0]!, b: prime, ...few })),
	);
	// Columns that only some rows have choose too.
	const varied = study.map((row) =>
		row.augment === "prime" ? { ...row, variation: "smooth" } : row,
	);
	const ofVariation = { a: { variation: "smooth" }, b: { variation: "none" } };
	assert.deepEqual(
		objects(compare(varied, { ...ofVariation, ...few })),
		objects(
			compare(study, {
				a: { augment: ["prime"] },
				b: { augment: "none" },
				...few,
			}),
		),
	);
});

test("all pairs: each difference is that of compare, its p-value raised for the whole table", () => {
	const some = study.filter(
		({ learningRate, augment }) => learningRate === 0.01 && augment === "none",
	);
	const rows = objects(comparePairs(some, ["backbone"], few));
	assert.deepEqual(
		rows
			.filter(({ score }) => score === "drop")
			.map(({ runA, runB }) => `${runA} - ${runB}`),
		[
			"resnet-mini/regular - resnet-mini/prime",
			"resnet-mini/regular - resnet-mini/adversarial",
			"resnet-mini/prime - resnet-mini/adversarial",
		],
	);
	assert.deepEqual(
		rows.map((row) => row.holm),
		holm(rows.map((row) => row.p as number)),
	);
	const alone = objects(
		compare(some, {
			a: { backbone: "resnet-mini/prime" },
			b: { backbone: "resnet-mini/adversarial" },
			over: ["images"],
			...few,
		}),
	);
	alone.forEach(({ holm: _, ...row }, i) => {
		const { runA, runB, holm: __, ...pair } = rows[6 + i] as Row;
		assert.deepEqual(pair, row);
	});
	const over = { ...few, over: "corruptions" } as const;
	assert.deepEqual(
		objects(comparePairs(some, ["backbone"], over)).map(({ score }) => score),
		["drop", "drop", "drop"],
	);
	assert.throws(
		() => comparePairs(some, ["backbone"], { ...over, scores: ["clean"] }),
		/over corruptions there are differences of the drop only, not of clean/,
	);
	assert.throws(
		() => comparePairs(some, ["task"]),
		/there is one group of runs by task/,
	);
});

test("each against one: its differences are those of compare, within what else groups differ in", () => {
	const some = study.filter(({ learningRate }) => learningRate === 0.01);
	const against = { augment: "none" };
	const columns = ["backbone", "augment"];
	const rows = objects(comparePairs(some, columns, { against, ...few }));
	const names = ["regular", "prime", "adversarial"].map(
		(name) => `resnet-mini/${name}`,
	);
	assert.deepEqual(
		rows
			.filter(({ score }) => score === "drop")
			.map(({ runA, runB }) => `${runA} - ${runB}`),
		names.map((name) => `${name} · PRIME - ${name} · no augmentation`),
	);
	assert.deepEqual(
		rows.map((row) => row.holm),
		holm(rows.map((row) => row.p as number)),
	);
	names.forEach((backbone, i) => {
		const one = objects(
			compare(some, {
				a: { backbone, augment: "prime" },
				b: { backbone, ...against },
				over: ["images"],
				...few,
			}),
		);
		one.forEach((row, k) => {
			const { runA: _, runB: __, ...pair } = rows[3 * i + k] as Row;
			assert.deepEqual({ ...pair, holm: 0 }, { ...row, holm: 0 });
		});
	});
});

test("each against one: in one's own columns, and never against nothing", () => {
	const some = study.filter(({ learningRate }) => learningRate === 0.01);
	const own = some.map((row) => ({ ...row, remedy: row.augment }));
	const to = (against: object, by = ["backbone", "remedy"], rows = own) =>
		objects(comparePairs(rows, by, { against: against as never, ...few }));
	const labels = to({ remedy: "none" }).map(({ runA }) => runA);
	assert.equal(labels[0], "resnet-mini/regular · prime");
	// One group for all: those that have its values are left out, whatever else they differ in.
	const all = to({ backbone: "resnet-mini/prime", remedy: "none" });
	assert.equal(all.length, 3 * 5);
	assert.ok(all.every(({ runB }) => runB === "resnet-mini/prime · none"));
	assert.throws(
		() => to({ remedy: "nothing" }),
		/^RangeError: against: no group has the remedy "nothing": they have "none", "prime"$/,
	);
	assert.throws(
		() => to({ augment: "none" }),
		/groups are by backbone, remedy, and not by augment/,
	);
	const lacking = own.filter(
		({ backbone, remedy }) =>
			backbone !== "resnet-mini/prime" || remedy === "prime",
	);
	assert.throws(
		() => to({ remedy: "none" }, ["backbone", "remedy"], lacking),
		/nothing to compare resnet-mini\/prime · prime with, no group with backbone "resnet-mini\/prime", remedy "none"$/,
	);
});

test("a table of differences is written with digits enough, and says what is over what", () => {
	const table = compare(study, {
		a: { ...prime, augment: "prime" },
		b: { ...prime, augment: "none" },
		...few,
	});
	const text = tableToMarkdown(table);
	assert.match(text, /^\| score +\| over +\|/);
	assert.match(
		text,
		/\| clean +\| images +\|.*\| 95 %, paired bootstrap of 200 +\| [01]\.\d{4} \|/,
	);
});
