/** Images are corrupted as they are given, or as they are seen: for CIFAR-10, before it is enlarged or after. */
import assert from "node:assert/strict";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { robustness } from "../../src/analysis/robustness.js";
import { untrainedBackbone } from "../../src/backbones/backbone.js";
import { corrupt } from "../../src/corruptions/corrupt.js";
import { useEngine } from "../../src/engine/engine.js";
import type { EvaluateOptions } from "../../src/evaluate/evaluate-options.js";
import type { ResultRow } from "../../src/evaluate/result-row.js";
import { scoreBackbone } from "../../src/evaluate/score-backbone.js";
import { cifar10 } from "../../src/tasks/cifar10/cifar10.js";
import { vary } from "../../src/tasks/define-task.js";
import { scratchFolder } from "../train/folders.js";
import { shownImages } from "./published/made-up-sets.js";

const folder = scratchFolder();
cpSync(
	fileURLToPath(
		new URL("../../../test/fixtures/tasks/cifar10-python3", import.meta.url),
	),
	join(folder, "cifar10", "test_batch"),
);
const task = cifar10({ folder: join(folder, "cifar10"), inputSize: 56 });
const backbone = untrainedBackbone({
	family: "resnet",
	variant: "cifar",
	block: "basic",
	depths: [1, 1],
	width: 8,
	classes: 10,
});

before(() => useEngine());

const score = (options: EvaluateOptions, own = task) =>
	scoreBackbone(backbone, own, {
		corruptions: ["gaussian-noise", "pixelate"],
		severities: [4],
		batchSize: 2,
		folder: join(folder, "runs"),
		...options,
	});

test("what is seen is corrupted and then enlarged, or enlarged and then corrupted", () => {
	for (const name of ["gaussian-noise", "pixelate"] as const)
		for (const corruptedAt of ["given", "seen"] as const) {
			const found = shownImages(task, name, { severity: 4, corruptedAt });
			found.forEach((one, i) => {
				const { id, image, target } = task.test.sample(i);
				const options = { id, severity: 4 } as const;
				assert.deepEqual(one, {
					image:
						corruptedAt === "given"
							? task.prepare(corrupt(image, name, options))
							: corrupt(task.prepare(image), name, options),
					given: { height: 32, width: 32 },
					target,
				});
			});
		}
});

test("rows say it where images are seen first, by threads and without, and share no mean with others", async () => {
	const given = await score({ workers: 0 });
	const seen = await score({ corruptedAt: "seen", workers: 0 });
	assert.deepEqual(
		[...given, ...seen].map(({ corruptedAt }) => corruptedAt),
		[undefined, undefined, undefined, undefined, "seen", "seen"],
	);
	assert.deepEqual(seen[0], given[0]);
	const untimed = (rows: readonly ResultRow[]) =>
		rows.map(({ seconds: _, perImage: _file, ...row }) => row);
	const others = { folder: join(folder, "others") };
	const threads = await score({
		corruptedAt: "seen",
		workers: 2,
		...others,
	} as never);
	assert.deepEqual(untimed(threads), untimed(seen));
	// Threads that cannot make the task corrupt what is prepared here.
	const own = vary(task, "as it is", {
		prepare: (image) => task.prepare(image),
	});
	const hits = (rows: readonly ResultRow[]) =>
		rows.map(({ corruption, score, correct }) => [corruption, score, correct]);
	for (const corruptedAt of ["given", "seen"] as const)
		assert.deepEqual(
			hits(await score({ corruptedAt, workers: 1 }, own)),
			hits(corruptedAt === "given" ? given : seen),
		);
	const cells = { corruptions: ["gaussian-noise", "pixelate"] } as const;
	assert.equal(robustness(seen, ["run"], cells).numRows(), 1);
	assert.throws(
		() => robustness([...given, seen[1] as ResultRow], ["run"], cells),
		/mixes corruptedAt given and seen: filter/,
	);
});
