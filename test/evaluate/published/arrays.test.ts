/** Sets of arrays, as CIFAR-10-C is published. */
import assert from "node:assert/strict";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { untrainedBackbone } from "../../../src/backbones/backbone.js";
import { useEngine } from "../../../src/engine/engine.js";
import { publishedSet } from "../../../src/evaluate/published/published-set.js";
import type { ResultRow } from "../../../src/evaluate/result-row.js";
import { scoreBackbone } from "../../../src/evaluate/score-backbone.js";
import { cifar10 } from "../../../src/tasks/cifar10/cifar10.js";
import { vary } from "../../../src/tasks/define-task.js";
import { scratchFolder } from "../../train/folders.js";
import { npy, shownImages, writeArrays } from "./made-up-sets.js";

const folder = scratchFolder();
// A file of four images, which the Python version of CIFAR-10 would call test_batch.
cpSync(
	fileURLToPath(
		new URL("../../../../test/fixtures/tasks/cifar10-python3", import.meta.url),
	),
	join(folder, "cifar10", "test_batch"),
);
const at = (inputSize: number) =>
	cifar10({
		folder: join(folder, "cifar10"),
		inputSize,
		corruptionVariant: "cifar-10-c",
	});
const task = at(32);
const names = ["contrast", "gaussian-noise"] as const;
const set = join(folder, "CIFAR-10-C");
const options = { folder: set, corruptions: names };
const backbone = untrainedBackbone({
	family: "resnet",
	variant: "cifar",
	block: "basic",
	depths: [1, 1],
	width: 8,
	classes: 10,
});

before(async () => {
	await useEngine();
	writeArrays(set, task, names);
});

test("an image of any severity has the bytes that were published", () => {
	for (const own of [task, at(48)])
		for (const condition of publishedSet("cifar-10-c", options))
			for (const severity of [1, 3, 5] as const)
				assert.deepEqual(
					shownImages(own, condition, { severity }),
					shownImages(own, condition.name as "contrast", { severity }),
				);
	const file = readFileSync(join(set, "contrast.npy"));
	const [contrast] = publishedSet("cifar-10-c", options);
	const { data } = contrast!.open(task, 4);
	const third = data.sample(2).image.data;
	const start = file.length - 2 * task.test.length * 3072 + 2 * 3072;
	assert.deepEqual([...third], [...file.subarray(start, start + 3072)]);
});

describe("evaluation", () => {
	const cells = { severities: [1, 5], batchSize: 2 } as const;
	const scores = (rows: readonly ResultRow[]) =>
		rows.map(({ corruption, severity, score, correct }) => [
			corruption,
			severity,
			score,
			correct,
		]);
	const runs = join(folder, "runs");

	test("reads the same scores back that are drawn, and says which are which", async () => {
		const conditions = publishedSet("cifar-10-c", options);
		const rows = await scoreBackbone(backbone, task, {
			...cells,
			corruptions: conditions,
			folder: runs,
			workers: 0,
		});
		const drawn = await scoreBackbone(backbone, task, {
			...cells,
			corruptions: names,
			folder: runs,
			workers: 0,
		});
		assert.deepEqual(scores(rows), scores(drawn));
		const [clean, ...others] = rows;
		assert.deepEqual(clean, drawn[0]);
		for (const row of others) {
			assert.deepEqual(
				[
					row.source,
					row.set,
					row.variant,
					row.channelOrder,
					row.corruptionSeed,
				],
				["published", "cifar-10-c", null, null, null],
			);
			assert.match(row.corruptionCode as string, /^[0-9a-f]{8}$/);
		}
		assert.deepEqual(
			others.map(({ group }) => group),
			["digital", "digital", "noise", "noise"],
		);
		assert.ok(drawn.slice(1).every((row) => row.source === undefined));
	});

	test("threads read the same, and a second call reads nothing", async () => {
		const corruptions = publishedSet("cifar-10-c", options);
		const expected = await scoreBackbone(backbone, task, {
			...cells,
			corruptions,
			folder: runs,
		});
		const rows = await scoreBackbone(backbone, task, {
			...cells,
			corruptions,
			folder: join(folder, "threads"),
			workers: 2,
		});
		assert.deepEqual(scores(rows), scores(expected));
		let told = 0;
		const reporter = () => void told++;
		const again = { ...cells, corruptions, folder: runs, reporter };
		await scoreBackbone(backbone, task, again);
		assert.equal(told, 0);
		// Other bytes are another corruption.
		const other = join(folder, "other");
		cpSync(set, other, { recursive: true });
		const path = join(other, "contrast.npy");
		const bytes = readFileSync(path);
		bytes[bytes.length - 1]! ^= 255;
		writeFileSync(path, bytes);
		const [copy] = publishedSet("cifar-10-c", { ...options, folder: other });
		assert.notEqual(copy?.code, corruptions[0]?.code);
	});

	test("a task that threads cannot make is read too, between drawn ones", async () => {
		const [contrast, noise] = publishedSet("cifar-10-c", options);
		const own = vary(task, "as it is", { prepare: (image) => image });
		const rows = await scoreBackbone(backbone, own, {
			...cells,
			corruptions: ["fog", contrast!, "brightness", noise!],
			folder: runs,
			workers: 1,
		});
		const drawn = await scoreBackbone(backbone, task, {
			...cells,
			corruptions: ["fog", "contrast", "brightness", "gaussian-noise"],
			folder: runs,
			workers: 0,
		});
		assert.deepEqual(scores(rows), scores(drawn));
	});

	test("labels that are not those of the test images are refused, the first by name", async () => {
		const wrong = join(folder, "wrong");
		cpSync(set, wrong, { recursive: true });
		const count = task.test.length;
		const targets = Array.from(
			{ length: count },
			(_, i) => task.test.sample(i).target,
		);
		const labels = Array.from({ length: 5 * count }, (_, i) =>
			BigInt(targets[i % count] as number),
		);
		labels[4 * count + 1] = 10n;
		const path = join(wrong, "labels.npy");
		writeFileSync(
			path,
			npy("<i8", [labels.length], BigInt64Array.from(labels)),
		);
		const score = (severity: 1 | 5, set = wrong) =>
			scoreBackbone(backbone, task, {
				corruptions: publishedSet("cifar-10-c", { ...options, folder: set }),
				severities: [severity],
				folder: join(folder, "wrong-runs"),
				workers: 0,
			});
		await score(1);
		await assert.rejects(
			score(5),
			new RegExp(
				`label 10 for image 1 of severity 5, and the test data of cifar10 have ${targets[1]}: they are not the same`,
			),
		);
		writeFileSync(
			path,
			npy("<i8", [count], BigInt64Array.from(labels.slice(0, count))),
		);
		await assert.rejects(
			score(1),
			/labels, not one for each of the \d+ images/,
		);
		rmSync(path);
		await assert.rejects(score(1), /has no labels\.npy beside it/);
	});
});

test("what is not there is named", () => {
	assert.throws(
		() => publishedSet("cifar-10-c", { folder: join(folder, "none") }),
		/no folder .*none of cifar-10-c/,
	);
	assert.throws(
		() => publishedSet("cifar-10-c", { folder: set, corruptions: ["frots"] }),
		/cifar-10-c has no "frots", only gaussian-noise, .*did you mean "frost"/,
	);
	assert.throws(
		() => publishedSet("cifar-10-c", { folder: set }),
		/is not whole: .*shot_noise\.npy.*; name those that are there with `corruptions`/,
	);
	assert.deepEqual(
		publishedSet("arrays", { folder: set, name: "mine" }).map(
			({ name, published }) => [name, published],
		),
		[...names].sort().map((name) => [name, "mine"]),
	);
});
