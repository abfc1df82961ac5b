/** Runs are scored under corruptions of one's own, beside the built-in ones. */
import assert from "node:assert/strict";
import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { byCorruption } from "../../src/analysis/breakdown.js";
import { cifar10CBar } from "../../src/corruptions/c-bar/cifar-10-c-bar.js";
import { imagenetCBar } from "../../src/corruptions/c-bar/imagenet-c-bar.js";
import { corrupt } from "../../src/corruptions/corrupt.js";
import type {
	AnyCorruption,
	Corruption,
} from "../../src/corruptions/corruption.js";
import { defineCorruption } from "../../src/corruptions/define-corruption.js";
import { useEngine } from "../../src/engine/engine.js";
import { evaluate } from "../../src/evaluate/evaluate.js";
import type { EvaluateOptions } from "../../src/evaluate/evaluate-options.js";
import type { ResultRow } from "../../src/evaluate/result-row.js";
import { readResults } from "../../src/evaluate/results.js";
import { createImage, type Image } from "../../src/image/image.js";
import { runFiles } from "../../src/runs/run-folder.js";
import { vary } from "../../src/tasks/define-task.js";
import { finetune } from "../../src/train/finetune.js";
import { openRun, type Run } from "../../src/train/run.js";
import {
	haze,
	misplaced,
	nowhere,
	otherHaze,
	threadsOnly,
	veil,
} from "../corruptions/own-corruptions.js";
import { scratchFolder } from "../train/folders.js";
import { tinyBackbone, tinyRecipe, tinyTask } from "../train/tiny-task.js";
import { variedBackbone, variedTask } from "../train/varied-task.js";

const folder = scratchFolder();
const corruptions = [veil, "contrast", haze, "gaussian-noise"] as const;
const common = { severities: [2, 5], images: 6 } as const;
let copies = 0;

before(() => useEngine("onnxruntime"));

const untimed = (rows: readonly ResultRow[]) =>
	rows.map(({ seconds: _, ...row }) => row);

/** A copy of a run, which has no rows yet. */
function copyOf(run: Run): Run {
	const path = join(folder, `copy-${copies++}`);
	cpSync(run.folder, path, { recursive: true });
	return openRun(path);
}

describe("a task that threads can make", () => {
	let run: Run;
	before(async () => {
		run = await finetune(
			variedBackbone(),
			variedTask(),
			{ ...tinyRecipe, batchSize: 4, length: { steps: 2 } },
			{ folder, workers: 0 },
		);
	});

	test("has the same rows whoever corrupts", async () => {
		const rowsOf = async (
			task: ReturnType<typeof variedTask>,
			workers: number,
		) =>
			untimed(
				await evaluate(copyOf(run), task, { ...common, corruptions, workers }),
			);
		const expected = await rowsOf({ ...variedTask(), source: undefined }, 1);
		assert.deepEqual(
			expected.map(({ corruption, severity }) => [corruption, severity]),
			[
				["clean", 0],
				...corruptions.flatMap((one) =>
					[2, 5].map((severity) => [
						typeof one === "string" ? one : one.name,
						severity,
					]),
				),
			],
		);
		for (const workers of [0, 1, 2])
			assert.deepEqual(await rowsOf(variedTask(), workers), expected);
	});

	test("is scored under the corruptions of C-bar, which rows call by name alone", async () => {
		const corruptions = [...cifar10CBar, imagenetCBar[8] as Corruption];
		const options = { corruptions, severities: [5], images: 2 } as const;
		const copy = copyOf(run);
		const rows = await evaluate(copy, variedTask(), { ...options, workers: 2 });
		assert.deepEqual(
			rows.slice(1).map((row) => [row.corruption, row.group]),
			corruptions.map(({ name }) => [name, "c-bar"]),
		);
		assert.ok(rows.every((row) => row.corruptionCode === undefined));
		const again = { ...options, workers: 0 };
		assert.deepEqual(await evaluate(copy, variedTask(), again), rows);
		assert.deepEqual(
			untimed(await evaluate(copyOf(run), variedTask(), again)),
			untimed(rows),
		);
		const table = byCorruption(readResults(copy), ["run"], {
			corruptions: ["ripple", ...corruptions.slice(0, 2)],
		});
		assert.deepEqual(
			table.array("score"),
			[5, 1, 2].map((i) => rows[i]?.score),
		);
		const ripple = defineCorruption({ ...partsOf(haze), name: "ripple" });
		await evaluate(copy, variedTask(), { ...options, corruptions: [ripple] });
		assert.throws(
			() =>
				byCorruption(readResults(copy), ["run"], { corruptions: ["ripple"] }),
			/called "ripple" of the corruptionCode none and [0-9a-f]{8}: give the one/,
		);
	});

	test("shows the network what `corrupt` makes of its images", async () => {
		const seen: Image[] = [];
		const task = { ...variedTask(), source: undefined };
		const watched = vary(task, "watched", {
			prepare: (image) => {
				seen.push(image);
				return image;
			},
		});
		for (const one of [haze, veil]) {
			seen.length = 0;
			const given = { corruptions: [one], severities: [3], images: 2 } as const;
			await evaluate(copyOf(run), watched, { ...given, seed: 4 });
			const samples = [0, 1].map((i) => task.test.sample(i));
			assert.deepEqual(seen, [
				...samples.map(({ image }) => image),
				...samples.map(({ id, image }) =>
					corrupt(image, one, { severity: 3, id, seed: 4 }),
				),
			]);
		}
	});

	test("has threads corrupt where they find the corruption, and this one elsewhere", async () => {
		const scored = (one: AnyCorruption) =>
			evaluate(copyOf(run), variedTask(), {
				images: 2,
				corruptions: [one],
				workers: 1,
			});
		const [clean, same] = await scored(threadsOnly);
		assert.equal(same?.corruption, "threads-only");
		assert.equal(same?.score, clean?.score);
		await assert.rejects(
			scored(nowhere),
			/image test-0, nowhere, severity 1: applied in the main thread/,
		);
		await assert.rejects(
			scored(misplaced),
			/exports another "haze" than the corruption misplaced/,
		);
	});
});

describe("rows under a corruption of one's own", () => {
	let run: Run;
	before(async () => {
		const recipe = { ...tinyRecipe, length: { steps: 2 } };
		run = await finetune(tinyBackbone(), tinyTask, recipe, { folder });
	});
	const scored = (given: Run, options: EvaluateOptions) =>
		evaluate(given, tinyTask, { images: 8, workers: 1, ...options });

	test("carry name, group and code, and are found again", async () => {
		const copy = copyOf(run);
		const grain = defineCorruption({
			name: "grain",
			group: "noise",
			constants: [1, 2, 3, 4, 5],
			apply: (image: Image) => createImage(image.height, image.width),
		});
		const options = { corruptions: ["fog", haze, veil, grain] } as const;
		const rows = await scored(copy, options);
		assert.deepEqual(
			rows.map((row) => [row.corruption, row.group, row.corruptionCode]),
			[
				["clean", "clean", undefined],
				["fog", "weather", undefined],
				["haze", "own", haze.code],
				["veil", "own", veil.code],
				["grain", "noise", grain.code],
			],
		);
		assert.ok(!("corruptionCode" in (rows[1] as ResultRow)));
		const file = readFileSync(runFiles(copy.folder).results, "utf8");
		assert.deepEqual(await scored(copy, options), rows);
		const again = defineCorruption({ ...partsOf(haze), name: "haze" });
		assert.notEqual(again, haze);
		const [, row] = await scored(copy, { corruptions: [again] });
		assert.deepEqual(row, rows[2]);
		assert.equal(readFileSync(runFiles(copy.folder).results, "utf8"), file);
		const table = byCorruption(readResults(copy), ["run"], {
			corruptions: ["fog", haze, "veil"],
		});
		assert.deepEqual(table.array("score"), [
			rows[1]?.score,
			rows[2]?.score,
			rows[3]?.score,
		]);
	});

	test("are others of another function of that name, and of other draws", async () => {
		const copy = copyOf(run);
		const [, first] = await scored(copy, { corruptions: [haze] });
		const [, second] = await scored(copy, { corruptions: [otherHaze] });
		assert.notEqual(first?.corruptionCode, second?.corruptionCode);
		await scored(copy, { corruptions: [haze], seed: 1 });
		// Clean is one row for all.
		assert.equal(readResults(copy).length, 4);
		const score = (one: typeof haze) =>
			byCorruption(
				readResults(copy).filter(({ corruptionSeed }) => corruptionSeed !== 1),
				["run"],
				{ corruptions: [one] },
			).array("score")[0];
		assert.deepEqual(
			[score(haze), score(otherHaze)],
			[first?.score, second?.score],
		);
		await assert.rejects(
			scored(copy, { corruptions: [haze, otherHaze] }),
			/evaluate: corruptions has two corruptions called "haze"/,
		);
		await assert.rejects(
			scored(copy, { corruptions: ["veil" as "fog"] }),
			/corruptions\[0\] must be one of .*not "veil"/,
		);
	});

	test("say which pictures of frost they use, where they use them", async () => {
		const copy = copyOf(run);
		const frosty = defineCorruption({
			...partsOf(haze),
			name: "frosty",
			usesFrost: true,
		});
		const frostPictures = [0, 1, 2, 3, 4].map(() => createImage(64, 64));
		const frosts = async (options: EvaluateOptions) =>
			(await scored(copy, { corruptions: [frosty, haze], ...options })).map(
				({ frost }) => frost,
			);
		assert.deepEqual(await frosts({}), [null, "procedural", null]);
		const [, own] = await frosts({ frostPictures });
		assert.match(own ?? "", /^pictures [0-9a-f]{8}$/);
		assert.equal(readResults(copy).length, 4);
	});
});

/** What a corruption was made of, but for where it is. */
function partsOf({ constants, apply }: typeof haze) {
	return { constants, apply };
}
