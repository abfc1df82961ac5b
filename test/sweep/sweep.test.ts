import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { useEngine } from "../../src/engine/engine.js";
import { evaluate } from "../../src/evaluate/evaluate.js";
import type { ResultRow } from "../../src/evaluate/result-row.js";
import { attach } from "../../src/sweep/attach.js";
import { sweep } from "../../src/sweep/sweep.js";
import { finetune } from "../../src/train/finetune.js";
import { scratchFolder } from "../train/folders.js";
import { processes } from "./processes.js";
import {
	smallBackbone,
	smallEvaluate,
	smallRecipe,
	smallTask,
} from "./small.js";

before(() => useEngine());

const withoutSeconds = (rows: readonly ResultRow[]) =>
	rows.map(({ seconds: _, perImage, ...row }) => ({
		...row,
		perImage: perImage?.split(/[\\/]/).at(-1),
	}));

test("workers make what finetune and evaluate make, bit for bit", async () => {
	const folder = scratchFolder();
	const backbones = [smallBackbone(0), smallBackbone(1)];
	const planned = await sweep({
		backbones,
		tasks: smallTask(),
		recipes: smallRecipe,
		evaluate: smallEvaluate,
		folder,
	});
	const { executor, ended } = processes();
	const { cells } = await planned.submit(executor);
	assert.equal(cells.length, 2);
	assert.deepEqual(await ended(), [0, 0]);
	const { counts } = await planned.status();
	assert.equal(counts.done, 2);
	const plain = scratchFolder();
	const rows: ResultRow[] = [];
	for (const [i, backbone] of backbones.entries()) {
		const run = await finetune(backbone, smallTask(), smallRecipe, {
			folder: plain,
		});
		rows.push(...(await evaluate(run, smallTask(), smallEvaluate)));
		const weights = (at: string) =>
			readFileSync(join(at, "weights.safetensors"));
		assert.equal(run.id, planned.cells[i]?.run);
		assert.deepEqual(
			weights(planned.cells[i]?.folder as string),
			weights(run.folder),
		);
	}
	const found = await (await attach(planned.folder)).rows();
	assert.deepEqual(withoutSeconds(found), withoutSeconds(rows));
});
