import assert from "node:assert/strict";
import {
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { before, describe, test } from "node:test";
import { bootstrap } from "../../src/analysis/bootstrap.js";
import { compare } from "../../src/analysis/compare.js";
import { loadResults } from "../../src/analysis/load-results.js";
import { imagesOfRow } from "../../src/analysis/row-images.js";
import { selectMetric } from "../../src/analysis/select-metric.js";
import { rowsOf } from "../../src/analysis/table-rows.js";
import { miniBackbone } from "../../src/backbones/mini-backbone.js";
import { useEngine } from "../../src/engine/engine.js";
import { evaluate } from "../../src/evaluate/evaluate.js";
import type { ResultRow } from "../../src/evaluate/result-row.js";
import { runFiles } from "../../src/runs/run-folder.js";
import { vary } from "../../src/tasks/define-task.js";
import { shapes } from "../../src/tasks/shapes/shapes.js";
import { shapesDetection } from "../../src/tasks/shapes/shapes-detection.js";
import { shapesSegmentation } from "../../src/tasks/shapes/shapes-segmentation.js";
import type { Task } from "../../src/tasks/task.js";
import { finetune } from "../../src/train/finetune.js";
import { recipes } from "../../src/train/recipe.js";
import type { Run } from "../../src/train/run.js";
import { scratchFolder } from "../train/folders.js";

const folder = scratchFolder();
const cells = { corruptions: ["fog"], workers: 0 } as const;
const few = { corruptions: ["fog"], samples: 40, permutations: 19 } as const;
const sizes = { trainImages: 8, testImages: 6, size: 64 };

before(async () => {
	await useEngine();
});

const recipe = (name: "shapes" | "shapesDetection" | "shapesSegmentation") => ({
	...recipes[name],
	length: { steps: 1 },
	batchSize: 4,
});

async function runsOf<Target, Prediction>(
	task: Task<Target, Prediction>,
	name: Parameters<typeof recipe>[0],
	seeds: readonly number[],
): Promise<Run[]> {
	const backbone = await miniBackbone("resnet-mini/regular");
	const runs: Run[] = [];
	for (const seed of seeds) {
		const own = { ...recipe(name), seed };
		runs.push(await finetune(backbone, task as Task, own, { folder }));
	}
	return runs;
}

const stored = ({ folder: own }: Run): string[] =>
	readdirSync(join(own, "per-image"));

for (const [name, make] of [
	["shapesSegmentation", shapesSegmentation],
	["shapesDetection", shapesDetection],
] as const)
	describe(name, () => {
		const task = make(sizes) as unknown as Task;
		let runs: Run[];
		let rows: ResultRow[];

		before(async () => {
			runs = await runsOf(task, name, [0, 1]);
			rows = await evaluate(runs, task, cells);
		});

		test("what a score is made of gives the score again, exactly, and that of any figure", () => {
			for (const row of rows) {
				assert.match(row.perImage as string, /-[0-9a-f]{8}\.gz$/);
				assert.equal(
					dirname(row.perImage as string).endsWith("per-image"),
					true,
				);
				assert.ok(statSync(row.perImage as string).size < 6 * 2000);
				imagesOfRow(row);
			}
			for (const figure of Object.keys(rows[0]?.details ?? {}).slice(0, 8)) {
				const both = rows.filter(({ details }) => details && figure in details);
				for (const row of rowsOf(selectMetric(both, figure))) imagesOfRow(row);
			}
			const [run] = runs as [Run];
			assert.equal(stored(run).length, 2);
		});

		test("it has intervals, and differences", () => {
			const [a, b] = runs as [Run, Run];
			const table = bootstrap(rows, ["run"], {
				corruptions: ["fog"],
				samples: 40,
			});
			assert.equal(table.numRows(), 2);
			const [row] = table.objects() as Record<string, number>[];
			assert.ok(
				row && row.cleanLow! <= row.clean! && row.clean! <= row.cleanHigh!,
			);
			const same = compare(rows, { a: a.id, b: a.id, ...few });
			assert.deepEqual(
				(same.objects() as Record<string, unknown>[])
					.slice(0, 2)
					.map(({ difference, low, high, p }) => [difference, low, high, p]),
				[
					[0, 0, 0, 1],
					[0, 0, 0, 1],
				],
			);
			assert.ok(compare(rows, { a: a.id, b: b.id, ...few }).numRows() >= 3);
		});
	});

describe("rows without per-image data", () => {
	const task = shapes({ trainImages: 8, testImages: 12 });
	let run: Run;
	let rows: ResultRow[];
	const path = () => runFiles(run.folder).results;
	const again = (options: object = {}) =>
		evaluate(run, task, { ...cells, ...options });

	before(async () => {
		run = (await runsOf(task, "shapes", [0]))[0] as Run;
		rows = await again();
	});

	const early = () => {
		const lines = readFileSync(path(), "utf8").trim().split("\n");
		const old = lines.map((line) => {
			const { perImage: _, ...row } = JSON.parse(line);
			return `${JSON.stringify(row)}\n`;
		});
		writeFileSync(path(), old.join(""));
		rmSync(join(run.folder, "per-image"), { recursive: true });
	};

	test("those of early versions are found, and scored again where that is asked for", async () => {
		early();
		const found = await again();
		assert.ok(found.every(({ perImage }) => perImage === undefined));
		assert.throws(
			() => imagesOfRow(found[0] as ResultRow),
			/clean 0: the row has no per-image data, as it is of an early version.* evaluate again with \{ perImage: true \}/,
		);
		const whole = await again({ perImage: true });
		assert.deepEqual(
			whole.map(({ score }) => score),
			rows.map(({ score }) => score),
		);
		for (const row of whole) imagesOfRow(row);
		// Each cell has one row, the newer.
		assert.equal(loadResults(run.folder).numRows(), rows.length);
		const text = readFileSync(path(), "utf8");
		await again({ perImage: true });
		assert.equal(readFileSync(path(), "utf8"), text);
	});

	test("missing and damaged files are said, and written again", async () => {
		const [row] = (await again()) as [ResultRow];
		const file = row.perImage as string;
		writeFileSync(file, readFileSync(file).subarray(0, 20));
		assert.throws(
			() => imagesOfRow(row),
			/\.gz is damaged: remove it, and evaluate again/,
		);
		rmSync(file);
		assert.throws(
			() => imagesOfRow(row),
			/\.gz is not there: evaluate again with/,
		);
		const whole = await again({ perImage: true });
		imagesOfRow(whole[0] as ResultRow);
		assert.equal(loadResults(run.folder).numRows(), rows.length);
		const other = { ...(whole[0] as ResultRow), score: 12 };
		assert.throws(
			() => imagesOfRow(other),
			/its per-image data give .* %, its score is 12 %/,
		);
	});

	test("a killed process leaves a file that no row names, and the next one writes it again", async () => {
		const kept = readFileSync(path(), "utf8").split("\n").slice(0, 1).join("");
		writeFileSync(path(), `${kept}\n`);
		const before = stored(run);
		const whole = await again({ perImage: true });
		for (const row of whole) imagesOfRow(row);
		assert.deepEqual(stored(run), before);
	});

	test("a varied output is no confidence, and hurts nothing", async () => {
		const two = vary(task, "two outputs", {
			forward: ((...given: Parameters<typeof task.forward>) => {
				const logits = task.forward(...given);
				return [logits, logits];
			}) as never,
			outputLoss: ((output: never[], targets: never) =>
				task.outputLoss?.(output[0] as never, targets)) as never,
			predictions: ((output: never[]) =>
				task.predictions(output[0] as never, [])) as never,
		});
		const [own] = await runsOf(two, "shapes", [0]);
		const scored = await evaluate(own as Run, two, cells);
		for (const row of scored) imagesOfRow(row);
	});
});
