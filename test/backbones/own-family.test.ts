/** A family of one's own, made of what the package exports, does all that ours do. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import {
	type Backbone,
	backbone,
	evaluate,
	finetune,
	importRun,
	openRun,
	parameterCountOf,
	predict,
	type Run,
	readCheckpoint,
	recipes,
	shapes,
	stateDict,
	stateDictOf,
	untrainedBackbone,
	useEngine,
	writeSafetensors,
} from "../../src/index.js";
import {
	batchNorm,
	batchNormParams,
	blockIndex,
	conv2d,
	conv2dParams,
	type Family,
	linearParams,
	type NamedTensors,
	type Settings,
} from "../../src/parts.js";
import { scratchFolder } from "../train/folders.js";

interface Sizes extends Settings {
	readonly width: number;
	readonly blocks: number;
}

/** Each block's name, channels and stride. */
const blocksOf = ({ width, blocks }: Sizes) =>
	[0, 1, 2].flatMap((stage) =>
		Array.from({ length: blocks }, (_, i) => ({
			name: `stage${stage}.${i}`,
			channels: [
				width * 2 ** Math.max(0, i === 0 ? stage - 1 : stage),
				width * 2 ** stage,
			] as const,
			stride: stage > 0 && i === 0 ? 2 : 1,
			stage,
		})),
	);

/** The ResNet of CIFAR, with 1x1 shortcuts where the size changes: option B of its paper. */
const resnetB: Family<Sizes> = {
	name: "resnet-b",
	params: (net) =>
		Object.assign(
			{ ...conv2dParams("stem", [3, net.width], 3) },
			batchNormParams("stem_bn", net.width),
			...blocksOf(net).map(({ name, channels, stride }) => ({
				...conv2dParams(`${name}.a`, channels, 3),
				...batchNormParams(`${name}.bn_a`, channels[1]),
				...conv2dParams(`${name}.b`, [channels[1], channels[1]], 3),
				...batchNormParams(`${name}.bn_b`, channels[1]),
				...(stride > 1 && conv2dParams(`${name}.short`, channels, 1)),
			})),
			net.classes > 0 && linearParams("top", [4 * net.width, net.classes]),
		),
	head: () => "top",
	stages({ net, params }, images, { batchNorm: mode }) {
		const norm = (name: string, y: tf.Tensor4D) =>
			batchNorm(params, name, y, { mode });
		let x = conv2d(params, "stem", images, { pad: 1 });
		x = tf.relu(norm("stem_bn", x));
		const maps: tf.Tensor4D[] = [];
		for (const { name, stride, stage } of blocksOf(net)) {
			let y = conv2d(params, `${name}.a`, x, { stride, pad: 1 });
			y = tf.relu(norm(`${name}.bn_a`, y));
			y = norm(`${name}.bn_b`, conv2d(params, `${name}.b`, y, { pad: 1 }));
			if (stride > 1) x = conv2d(params, `${name}.short`, x, { stride });
			x = tf.relu(tf.add(x, y));
			maps[stage] = x;
		}
		return maps;
	},
	stageOf(name) {
		if (name.startsWith("stem")) return 0;
		const [, stage] = /^stage(\d)/.exec(name) ?? [];
		return stage === undefined ? undefined : Number(stage) + 1;
	},
	layerIndex: ({ blocks }) =>
		blockIndex([blocks, blocks, blocks], (name) => {
			if (name.startsWith("stem")) return "stem";
			const [, stage, block] = /^stage(\d)\.(\d+)/.exec(name) ?? [];
			return stage === undefined
				? undefined
				: { stage: Number(stage), block: Number(block) };
		}),
	isNorm: (name) => /\.?bn(_[ab])?\./.test(name),
	renamed: (tensors) =>
		Object.fromEntries(
			Object.entries(tensors).map(([name, tensor]) => [
				name.replace(/^classifier\./, "top."),
				tensor,
			]),
		),
	isUnused: (name) => name === "seen_images",
};

const net = { family: resnetB, width: 4, blocks: 1, classes: 5 };
const folder = scratchFolder();
const task = shapes({ trainImages: 16, testImages: 8, size: 16 });
const recipe = { ...recipes.cifar10, batchSize: 8, length: { steps: 2 } };
const cells = { corruptions: ["contrast"], severities: [1] } as const;

before(() => useEngine("onnxruntime"));

const weights = async (run: Run) =>
	stateDict(await readCheckpoint(join(run.folder, "weights.safetensors")));

const sameBytes = (a: NamedTensors, b: NamedTensors, name: string): boolean =>
	Buffer.from(a[name]!.data.buffer as ArrayBuffer).equals(
		Buffer.from(b[name]!.data.buffer as ArrayBuffer),
	);

/** A checkpoint of one's own, under other names, with a counter in it. */
async function ownCheckpoint(): Promise<NamedTensors> {
	const source = untrainedBackbone(net, { seed: 3 });
	const path = join(folder, "own.safetensors");
	const renamed = Object.entries(stateDictOf(source)).map(
		([name, tensor]) =>
			[name.replace(/^top\./, "classifier."), tensor] as const,
	);
	const counter = { dtype: "float32", shape: [1], data: Float32Array.of(7) };
	writeSafetensors(path, {
		...Object.fromEntries(renamed),
		seen_images: counter as NamedTensors[string],
	});
	source.dispose();
	return stateDict(await readCheckpoint(path));
}

const loaded = async (): Promise<Backbone> =>
	backbone(net, await ownCheckpoint());

describe("a family of one's own", () => {
	test("reads a checkpoint, says what does not fit, and counts its parameters", async () => {
		const tensors = await ownCheckpoint();
		const made = backbone(net, tensors);
		const convolutions = 27 * 4 + 36 * (4 + 4 + 8 + 16 + 32 + 64) + 32 + 128;
		const norms = 2 * (4 + 2 * (4 + 8 + 16));
		assert.equal(parameterCountOf(net), convolutions + norms + 16 * 5 + 5);
		assert.deepEqual(stateDictOf(made)["top.bias"], tensors["classifier.bias"]);
		const { "stem.weight": _, ...rest } = tensors;
		assert.throws(() => backbone(net, rest), /missing \(1\): stem\.weight$/);
		assert.throws(
			() => backbone({ ...net, classes: -1 }, tensors),
			/architecture\.classes must be a whole number of at least 0/,
		);
		assert.throws(
			() => untrainedBackbone({ ...net, family: { name: "none" } as never }),
			/untrainedBackbone: architecture\.family must be a family/,
		);
	});

	test("is trained, frozen up to a stage, and scored, resumed and predicted with", async () => {
		const source = await loaded();
		const frozen = { ...recipe, frozenStages: 1 };
		const run = await finetune(source, task, frozen, { folder });
		const before = stateDictOf(source);
		const after = await weights(run);
		const moved = Object.keys(before).filter(
			(name) => name in after && !sameBytes(before, after, name),
		);
		assert.ok(moved.length > 0);
		assert.ok(moved.every((name) => /^(stage1|stage2|top)\./.test(name)));
		assert.equal((await finetune(source, task, frozen, { folder })).id, run.id);
		assert.match(run.id, /^shapes-resnet-b-full-network/);
		const rows = await evaluate(run, task, cells);
		assert.equal(rows.length, 2);
		const [guess] = await predict(run, task, [task.test.sample(0).image]);
		assert.ok(Number.isInteger(guess) || typeof guess === "object");
		const imported = await importRun(task, after, {
			architecture: net,
			recipe: frozen,
			folder,
		});
		assert.equal(
			(await evaluate(imported, task, cells))[0]?.score,
			rows[0]?.score,
		);
	});

	test("decays learning rates by its layers, and needs what it is asked for", async () => {
		const source = await loaded();
		const decayed = { ...recipe, layerDecay: 0.5 };
		await finetune(source, task, decayed, { folder });
		const { layerIndex: _, stageOf: __, ...plain } = resnetB;
		const bare = untrainedBackbone({ ...net, family: plain });
		await assert.rejects(
			finetune(bare, task, decayed, { folder }),
			/family resnet-b cannot decay by layers.*give it `layerIndex`/,
		);
		await assert.rejects(
			finetune(bare, task, { ...recipe, frozenStages: 0 }, { folder }),
			/family resnet-b cannot be frozen.*give it `stageOf`/,
		);
		assert.throws(
			() => bare.pyramid(tf.zeros([1, 32, 32, 3])),
			/family resnet-b does not say that it has feature maps/,
		);
	});

	test("is part of the run's id by its name, its settings and the text of its functions", async () => {
		const renamed: Family<Sizes> = { ...resnetB, name: "resnet-c" };
		const changed: Family<Sizes> = {
			...resnetB,
			features: (model, images, options) =>
				tf.max(resnetB.stages(model, images, options).at(-1)!, [1, 2]),
		};
		const given = [resnetB, renamed, changed].map((family) => ({
			...net,
			family,
		}));
		const tensors = await ownCheckpoint();
		const runs: Run[] = [];
		for (const one of [...given, { ...net, note: "another" }])
			runs.push(
				await finetune(backbone(one, tensors), task, recipe, { folder }),
			);
		assert.equal(new Set(runs.map(({ id }) => id)).size, 4);
		const { architecture } = JSON.parse(
			readFileSync(join(runs[0]!.folder, "recipe.json"), "utf8"),
		).backbone;
		const { code, ...family } = architecture.family;
		assert.match(code, /^[0-9a-f]{8}$/);
		assert.deepEqual(
			{ ...architecture, family },
			{ ...net, family: { name: "resnet-b" } },
		);
	});

	test("that this process does not know is an error that says what to do", async () => {
		const run = await finetune(await loaded(), task, recipe, { folder });
		const path = join(run.folder, "recipe.json");
		const text = readFileSync(path, "utf8");
		const changes = [
			["resnet-b", /family resnet-b of this process is not the one of the run/],
			["resnet-z", /of one's own, resnet-z, which this process does not know/],
		] as const;
		for (const [name, message] of changes) {
			const record = JSON.parse(text);
			record.backbone.architecture.family = { name, code: "00000000" };
			writeFileSync(path, JSON.stringify(record));
			await assert.rejects(evaluate(openRun(run.folder), task, cells), message);
		}
		writeFileSync(path, text);
		assert.equal((await evaluate(run, task, cells)).length, 2);
	});
});
