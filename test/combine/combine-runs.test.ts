/** Runs that are made of others: on the line between two, soups, and what cannot be combined. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { loadResults } from "../../src/analysis/load-results.js";
import { studyTable } from "../../src/analysis/study-table.js";
import { untrainedBackbone } from "../../src/backbones/backbone.js";
import type { NamedTensors } from "../../src/checkpoint/tensor.js";
import type { Combination } from "../../src/combine/combination.js";
import { combineRuns } from "../../src/combine/combine-runs.js";
import { fisherShares } from "../../src/combine/interpolate.js";
import { remedies } from "../../src/combine/remedies.js";
import { weightedSum } from "../../src/combine/weighted-sum.js";
import { useEngine } from "../../src/engine/engine.js";
import { barrier, barrierOf } from "../../src/evaluate/barrier.js";
import { evaluate } from "../../src/evaluate/evaluate.js";
import { runFiles } from "../../src/runs/run-folder.js";
import {
	hashOfTensors,
	readWeights,
	writeWeights,
} from "../../src/runs/weights-file.js";
import { vary } from "../../src/tasks/define-task.js";
import { holdOut } from "../../src/tasks/hold-out.js";
import { finetune } from "../../src/train/finetune.js";
import type { Recipe } from "../../src/train/recipe.js";
import { listRuns, openRun, type Run } from "../../src/train/run.js";
import { scratchFolder } from "../train/folders.js";
import { tinyBackbone, tinyRecipe, tinyTask } from "../train/tiny-task.js";

const folder = scratchFolder();
const task = holdOut(tinyTask, { share: 0.3 });
const options = { folder };
const recipe: Recipe = { ...tinyRecipe, learningRate: 0.03 };
let probe: Run;
let one: Run;
let two: Run;

const tune = (changes: Partial<Recipe>, from?: Run, given = task) =>
	finetune(
		tinyBackbone(),
		given,
		{ ...recipe, ...changes },
		{ folder, ...(from && { from }) },
	);

async function tensorsOf(run: Run): Promise<NamedTensors> {
	const { tensors } = await readWeights(runFiles(run.folder).weights, "");
	return tensors;
}
const hashOf = async (run: Run) => hashOfTensors(await tensorsOf(run));
const of = (tensors: NamedTensors, name: string): number[] =>
	Array.from(tensors[name]!.data as Float32Array);

before(async () => {
	await useEngine("onnxruntime");
	probe = await tune({ transfer: "fixed-feature", length: { steps: 3 } });
	one = await tune({}, probe);
	two = await tune({ seed: 1, learningRate: 0.06 }, probe);
});

describe("the line between two runs", () => {
	test("has the ends themselves, bit for bit, and the middle in between", async () => {
		const start = await combineRuns(
			[probe, one],
			remedies.wiseFt({ alpha: 0 }),
			options,
		);
		const end = await combineRuns(
			[probe, one],
			remedies.wiseFt({ alpha: 1 }),
			options,
		);
		assert.equal(await hashOf(start), await hashOf(probe));
		assert.equal(await hashOf(end), await hashOf(one));
		const middle = await combineRuns([probe, one], remedies.wiseFt(), options);
		const [a, b, found] = await Promise.all(
			[probe, one, middle].map(tensorsOf),
		);
		for (const name of ["linear.bias", "bn1.running_var", "conv1.weight"]) {
			const [first, second] = [of(a!, name), of(b!, name)];
			of(found!, name).forEach((value, i) => {
				assert.equal(value, Math.fround((first[i]! + second[i]!) / 2));
			});
		}
	});

	test("is a finished run, which is scored like any other", async () => {
		const middle = await combineRuns([probe, one], remedies.wiseFt(), options);
		assert.ok(middle.finished);
		assert.deepEqual(openRun(middle.folder).record, middle.record);
		assert.ok(listRuns(folder).some(({ id }) => id === middle.id));
		assert.match(
			middle.id,
			/-full-network-from-fixed-feature-interpolate-lr0\.03-seed0-/,
		);
		const { derived } = middle.record;
		assert.deepEqual(derived?.rule, {
			name: "interpolate",
			options: { alpha: 0.5 },
		});
		assert.deepEqual(
			derived?.of.map(({ id }) => id),
			[probe.id, one.id],
		);
		assert.equal(
			derived?.of[0]?.sha256,
			(await readWeights(runFiles(probe.folder).weights, "")).metadata.sha256,
		);
		const rows = await evaluate([middle, one], tinyTask, {
			corruptions: ["fog"],
			workers: 0,
		});
		assert.equal(rows[0]?.transfer, "full-network");
		assert.equal(
			rows[0]?.variation,
			"without 30 % (seed 0), from fixed-feature lr 0.03, interpolate alpha 0.5 of 2",
		);
		const scores = studyTable(loadResults(rows), { corruptions: ["fog"] });
		assert.equal(scores.numRows(), 2);
		const again = await combineRuns([probe, one], remedies.wiseFt(), options);
		assert.equal(again.folder, middle.folder);
		const turned = await combineRuns([one, probe], remedies.wiseFt(), options);
		assert.notEqual(turned.id, middle.id);
	});

	test("may keep the head of the second run", async () => {
		const run = await combineRuns(
			[probe, one],
			remedies.wiseFt({ alpha: 0.25, parts: "backbone" }),
			options,
		);
		const [a, b, found] = await Promise.all([probe, one, run].map(tensorsOf));
		assert.deepEqual(of(found!, "linear.weight"), of(b!, "linear.weight"));
		const name = "layer1.0.conv1.weight";
		const [first, second] = [of(a!, name), of(b!, name)];
		of(found!, name).forEach((value, i) => {
			const wanted = 0.75 * first[i]! + 0.25 * second[i]!;
			assert.ok(Math.abs(value - wanted) <= 1e-7);
		});
	});

	test("weighs elements by their Fisher information", async () => {
		const shares = fisherShares(
			0.5,
			[
				[1, 2, 0],
				[3, 2, 0],
			],
			1e-8,
		);
		assert.deepEqual(
			shares.map((values) => [...values]),
			[
				[0.25, 0.5, 0.5],
				[0.75, 0.5, 0.5],
			],
		);
		const fisher = { examples: 3 };
		const made = await combineRuns([probe, one], remedies.wiseFt({ fisher }), {
			...options,
			task,
		});
		const [a, b, found] = await Promise.all([probe, one, made].map(tensorsOf));
		const name = "linear.weight";
		const [first, second] = [of(a!, name), of(b!, name)];
		const middle = of(found!, name);
		assert.ok(
			middle.some(
				(value, i) => Math.abs(value - (first[i]! + second[i]!) / 2) > 1e-7,
			),
			"not all alike",
		);
		middle.forEach((value, i) => {
			const [low, high] = [first[i]!, second[i]!].sort((x, y) => x - y);
			assert.ok(value >= low! - 1e-7 && value <= high! + 1e-7);
		});
		const mean = of(found!, "bn1.running_mean");
		assert.equal(
			mean[0],
			Math.fround(
				(of(a!, "bn1.running_mean")[0]! + of(b!, "bn1.running_mean")[0]!) / 2,
			),
		);
		await assert.rejects(
			combineRuns([probe, one], remedies.wiseFt({ fisher }), options),
			/interpolate looks at data: give the task of the runs/,
		);
	});

	test("merges statistics as those of a mixture", async () => {
		const member = (mean: number, variance: number) => ({
			run: {} as Run,
			read: async (): Promise<NamedTensors> => ({
				"bn.running_mean": tensor(mean),
				"bn.running_var": tensor(variance),
			}),
		});
		const tensor = (value: number) => ({
			dtype: "float32" as const,
			shape: [1],
			data: Float32Array.of(value),
		});
		const both = [member(0, 1), member(2, 1)];
		const share = (alpha: number) => () => [1 - alpha, alpha];
		const merged = await weightedSum(both, share(0.5), { batchNorm: "merge" });
		assert.deepEqual(of(merged, "bn.running_mean"), [1]);
		assert.deepEqual(of(merged, "bn.running_var"), [2]);
		const plain = await weightedSum(both, share(0.5));
		assert.deepEqual(of(plain, "bn.running_var"), [1]);
		const signed = await weightedSum([member(-0, 1), member(3, 1)], share(0));
		assert.ok(Object.is(of(signed, "bn.running_mean")[0], -0));
		assert.ok(
			!Object.is(
				of(await weightedSum(both, share(0.5)), "bn.running_mean")[0],
				-0,
			),
		);
	});

	test("re-estimates statistics, and leaves all else alone", async () => {
		const rule = remedies.wiseFt({ batchNorm: "re-estimate", batches: 2 });
		const made = await combineRuns([probe, one], rule, { ...options, task });
		const plain = await combineRuns([probe, one], remedies.wiseFt(), options);
		const [found, other] = await Promise.all([made, plain].map(tensorsOf));
		for (const name of Object.keys(other!)) {
			const isSame =
				hashOfTensors({ [name]: found![name]! }) ===
				hashOfTensors({ [name]: other![name]! });
			assert.equal(isSame, !/running/.test(name), name);
		}
		assert.notEqual(made.id, plain.id);
	});

	test("has a barrier, of eleven points unless told otherwise", async () => {
		const found = await barrier([probe, one], tinyTask, {
			folder,
			images: 12,
			workers: 0,
		});
		assert.equal(found.scores.length, 11);
		assert.deepEqual(
			found.alphas,
			[0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1],
		);
		assert.equal(found.runs[0]?.id, probe.id);
		assert.equal(found.runs[10]?.id, one.id);
		assert.deepEqual(barrierOf([80, 70, 90]), {
			barrier: -15,
			largestStep: 20,
		});
		assert.deepEqual(barrierOf([80, 86, 90]), { barrier: 0, largestStep: 6 });
		await assert.rejects(
			barrier([probe, one], tinyTask, { points: 2 }),
			/barrier: points must be a whole number of at least 3/,
		);
	});
});

describe("soups", () => {
	test("of one member, and of two that are equal, are that member; order does not matter", async () => {
		const soup = (runs: readonly Run[]) =>
			combineRuns(runs, remedies.uniformSoup(), options);
		assert.equal(await hashOf(await soup([one])), await hashOf(one));
		assert.equal(await hashOf(await soup([one, one])), await hashOf(one));
		const [first, second] = [await soup([one, two]), await soup([two, one])];
		assert.equal(first.id, second.id);
		assert.deepEqual(
			of(await tensorsOf(first), "linear.bias"),
			await meanOf("linear.bias"),
		);
	});

	const meanOf = async (name: string) => {
		const [a, b] = await Promise.all([one, two].map(tensorsOf));
		return of(a!, name).map((value, i) =>
			Math.fround((value + of(b!, name)[i]!) / 2),
		);
	};

	test("that are greedy are at least as good as their best member on held-out data", async () => {
		const rule = remedies.greedySoup();
		const soup = await combineRuns([two, one], rule, { ...options, task });
		const found = soup.record.derived?.found as {
			readonly kept: readonly string[];
			readonly score: number;
			readonly scores: Readonly<Record<string, number>>;
		};
		const best = Math.max(...Object.values(found.scores));
		assert.ok(found.score >= best);
		assert.equal(found.scores[found.kept[0]!], best);
		assert.equal(Object.keys(found.scores).length, 2);
		const onHeldOut = vary(task, "scored on held-out data", {
			test: task.heldOut,
		});
		const [row] = await evaluate(soup, onHeldOut, {
			corruptions: [],
			workers: 0,
		});
		assert.equal(row?.score, found.score);
		const turned = await combineRuns([one, two], rule, { ...options, task });
		assert.equal(turned.id, soup.id);
		const joined = await combineRuns(
			[one, one],
			remedies.greedySoup({ ties: "join" }),
			{ ...options, task },
		);
		const kept = joined.record.derived?.found as typeof found;
		assert.deepEqual(kept.kept, [one.id, one.id]);
		const left = await combineRuns([one, one], rule, { ...options, task });
		const alone = left.record.derived?.found as typeof found;
		assert.deepEqual(alone.kept, [one.id]);
		assert.equal(await hashOf(left), await hashOf(one));
	});

	test("refuse members that began apart, and those trained on what is held out", async () => {
		const [other, another] = [await tune({}), await tune({ seed: 1 })];
		await assert.rejects(
			combineRuns([other, another], remedies.uniformSoup(), options),
			/began apart: .* with a head drawn with seed 0; .* with a head drawn with seed 1; fine-tune each with \{ from: probe \}/,
		);
		await assert.rejects(
			combineRuns([one, other], remedies.uniformSoup(), options),
			/began apart/,
		);
		const leaked = await tune({}, probe, tinyTask as typeof task);
		await assert.rejects(
			combineRuns([leaked], remedies.greedySoup(), { ...options, task }),
			/was trained on tiny\/train, and what is held out as tiny\/train, 30 % held out .* must not be among that/,
		);
		await assert.rejects(
			combineRuns([one], remedies.greedySoup(), { ...options, task: tinyTask }),
			/greedy-soup chooses on held-out data, of which the task has none/,
		);
	});

	test("Model Stock goes from the start to the mean", async () => {
		const stock = await combineRuns(
			[probe, two, one],
			remedies.modelStock(),
			options,
		);
		assert.equal(stock.record.derived?.of[0]?.id, probe.id);
		const mean = await meanOf("conv1.weight");
		const [start, found] = await Promise.all([probe, stock].map(tensorsOf));
		const from = of(start!, "conv1.weight");
		const shares = of(found!, "conv1.weight").map(
			(value, i) => (value - from[i]!) / (mean[i]! - from[i]!),
		);
		const middle = shares.toSorted((a, b) => a - b)[shares.length >> 1]!;
		assert.ok(middle > 0 && middle <= 1 + 1e-6, `${middle}`);
		const another = await tune({ seed: 2 });
		await assert.rejects(
			combineRuns([probe, one, another], remedies.modelStock(), options),
			/did not begin with .*: give the run first that the others were fine-tuned from/,
		);
		await assert.rejects(
			combineRuns([probe, one], remedies.modelStock(), options),
			/at least two others/,
		);
	});
});

describe("what is combined", () => {
	test("leaves no tensor behind", async () => {
		const { numTensors } = tf.memory();
		const given = { folder: join(folder, "once more"), task };
		const statistics = { batchNorm: "re-estimate", batches: 1 } as const;
		await combineRuns([one, two], remedies.greedySoup(statistics), given);
		const fisher = { examples: 1 };
		await combineRuns([one, two], remedies.wiseFt({ fisher }), given);
		assert.equal(tf.memory().numTensors, numTensors);
	});

	test("may be combined by a rule of one's own, which is part of the id", async () => {
		const least = (threshold: number): Combination => ({
			name: "least-of-all",
			options: { threshold },
			make: () => ({
				combine: async ([first]) => ({
					tensors: await first!.read(),
					found: { threshold },
				}),
			}),
		});
		const [a, b] = [
			await combineRuns([one, two], least(1), options),
			await combineRuns([one, two], least(2), options),
		];
		assert.notEqual(a.id, b.id);
		assert.match(a.id, /-least-of-all-/);
		assert.match(a.record.derived?.rule.code ?? "", /^[0-9a-f]{8}$/);
		assert.deepEqual(a.record.derived?.found, { threshold: 1 });
		for (const [rule, says] of [
			[{ name: "none" }, /rule must be a rule, such as remedies\.uniformSoup/],
			[
				{ name: "odd", make: () => ({}) },
				/the make of the rule odd must give \{ combine \}/,
			],
			[
				{ name: "bare", make: () => ({ combine: () => ({ tensors: {} }) }) },
				/the rule bare is wrong: .* of the result is missing/,
			],
		] as const)
			await assert.rejects(
				combineRuns([one, two], rule as never, options),
				says,
			);
	});

	test("is refused with all that differs", async () => {
		const wide = untrainedBackbone({
			family: "resnet",
			variant: "cifar",
			block: "basic",
			depths: [1, 1],
			width: 4,
			classes: 10,
		});
		const headed = vary(task, "another head", {
			headParams: () => ({
				"linear.weight": { shape: [4, 8], axes: [1, 0], initial: { bound: 1 } },
				"linear.bias": { shape: [4], initial: { bound: 1 } },
			}),
		});
		const other = await finetune(wide, headed, recipe, options);
		await assert.rejects(
			combineRuns([one, other], remedies.wiseFt(), options),
			{
				message:
					/these runs cannot be combined:\n.* has the change of the task's network .*\n.* has the text of the task's network .*\n.* has the architecture .*\n.* has the weights of the backbone/,
			},
		);
		await assert.rejects(
			combineRuns(
				[one, { ...two, finished: false }],
				remedies.wiseFt(),
				options,
			),
			/is not finished/,
		);
		await assert.rejects(combineRuns([], remedies.wiseFt()), /given none/);
		await assert.rejects(
			combineRuns([one], remedies.wiseFt(), options),
			/interpolate goes from one run to another: give two, not 1/,
		);
	});

	test("has weights that fit each other, of which all that do not are named", async () => {
		const place = join(folder, "misshapen");
		const odd = await finetune(tinyBackbone(), task, recipe, {
			folder: place,
			from: probe,
		});
		const { "conv1.weight": _, ...tensors } = await tensorsOf(odd);
		writeWeights(
			runFiles(odd.folder).weights,
			{
				...tensors,
				"linear.bias": {
					dtype: "float32",
					shape: [1],
					data: Float32Array.of(1),
				},
			},
			{},
		);
		await assert.rejects(
			combineRuns([one, odd], remedies.uniformSoup(), options),
			/conv1\.weight of .* is missing, of the first float32\[8,3,3,3\]\n.*linear\.bias of .* is float32\[1\], of the first float32\[4\]/,
		);
	});

	test("options that are mistyped are named", () => {
		for (const [call, says] of [
			[() => remedies.wiseFt({ alfa: 1 } as never), /did you mean "alpha"/],
			[
				() => remedies.wiseFt({ alpha: 2 }),
				/alpha must be a number from 0 to 1/,
			],
			[
				() => remedies.uniformSoup({ batchNorm: "merged" } as never),
				/did you mean "merge"/,
			],
			[
				() => remedies.greedySoup({ ties: "keep" } as never),
				/ties must be one of join, leave/,
			],
			[() => remedies.modelStock({ filterwise: true } as never), /filterWise/],
		] as const)
			assert.throws(call, says);
	});
});
