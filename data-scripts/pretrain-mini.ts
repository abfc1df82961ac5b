/**
 * Trains the bundled mini backbones anew: `npx robust-transfer-data pretrain-mini [--folder FOLDER] [NAME...]`
 *
 * Names are those of `miniBackbone`, or beginnings of them; all by default. `regular` learns the source
 * domain of shapes from random weights, a Swin Transformer with labels for its tokens too; `prime` and
 * `adversarial` go on from `regular`. On one machine the
 * same weights come out each time; with other processors or numbers of threads the last digits differ.
 * Interrupted, it goes on where it was when called again.
 */
import { mkdirSync } from "node:fs";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import {
	type MiniBackboneName,
	miniArchitecture,
	miniBackboneFile,
	miniBackboneNames,
} from "../src/backbones/mini-backbone.js";
import { didYouMean } from "../src/check/did-you-mean.js";
import { readArguments } from "../src/check/read-arguments.js";
import { toFloat16 } from "../src/checkpoint/half.js";
import {
	type Backbone,
	backbone,
	evaluate,
	finetune,
	type Recipe,
	type ResultRow,
	type Run,
	readCheckpoint,
	recipes,
	type Task,
	untrainedBackbone,
	useEngine,
	writeSafetensors,
} from "../src/index.js";
import type { Dataset, NamedTensors } from "../src/parts.js";
import { shapes } from "../src/tasks/shapes/shapes.js";
import { adversarial } from "../src/train/adversarial.js";
import { terminalReporter } from "./terminal-reporter.js";
import { shapesWithTokens } from "./token-labels.js";

/** How the images are changed to train `adversarial`: L2, for values in 0-1. */
const attack = { epsilon: 0.5, steps: 3, stepSize: 0.35 } as const;
const threads = 2;
const trainImages = 12_000;
const testImages = 1000;

const base: Recipe = {
	...recipes.shapes,
	optimizer: { name: "adamw", betas: [0.9, 0.999], epsilon: 1e-8 },
	learningRate: 0.002,
	weightDecay: 0.05,
	noDecay: ["norms", "biases", "position-tables"],
	batchSize: 32,
	schedule: { name: "cosine", minLearningRate: 0 },
	warmUp: { steps: 100, ratio: 0.01 },
};

/** The recipe of a backbone; those that go on from `regular` are shorter. */
function recipeOf(name: MiniBackboneName): Recipe {
	const regular: Recipe = isSwin(name)
		? { ...base, gradientClip: 1, length: { steps: 9000 } }
		: { ...base, length: { steps: 3000 } };
	if (name.endsWith("/regular")) return regular;
	const later: Recipe = {
		...regular,
		learningRate: regular.learningRate / 2,
		length: { steps: isSwin(name) ? 500 : 1000 },
	};
	return name.endsWith("/prime")
		? { ...later, augment: { name: "prime", preset: "imagenet" } }
		: later;
}

const isSwin = (name: MiniBackboneName): boolean => name.startsWith("swin");

/** The same pictures, each drawn only once. */
function remembered<Target>(dataset: Dataset<Target>): Dataset<Target> {
	const samples = new Map<number, ReturnType<typeof dataset.sample>>();
	return {
		...dataset,
		sample(index) {
			const known = samples.get(index) ?? dataset.sample(index);
			samples.set(index, known);
			return known;
		},
	};
}

const drawn = shapes({ domain: "source", trainImages, testImages });
const source: Task<number, number> = {
	...drawn,
	train: remembered(drawn.train),
	test: remembered(drawn.test),
};
const withTokens = shapesWithTokens({ trainImages, testImages });

/** The weights of a run, without the layers that only training needs. */
async function tensorsOf({ folder }: Run): Promise<NamedTensors> {
	const { tensors } = await readCheckpoint(join(folder, "weights.safetensors"));
	const kept = Object.entries(tensors).filter(
		([name]) => !name.startsWith("tokens."),
	);
	return Object.fromEntries(kept);
}

async function weightsOf(name: MiniBackboneName, run: Run): Promise<Backbone> {
	return backbone(miniArchitecture(name), await tensorsOf(run));
}

async function train(name: MiniBackboneName): Promise<Run> {
	const regular = name.replace(/\/.*/, "/regular") as MiniBackboneName;
	const options = {
		name,
		folder: join("runs", "pretrain-mini"),
		reporter: terminalReporter(),
	};
	const recipe = recipeOf(name);
	if (name === regular) {
		const start = untrainedBackbone(miniArchitecture(name));
		return isSwin(name)
			? finetune(start, withTokens, recipe, options)
			: finetune(start, source, recipe, options);
	}
	const start = await weightsOf(name, await train(regular));
	const isAttacked = name.endsWith("/adversarial");
	const task = isAttacked ? adversarial(source, attack) : source;
	return finetune(start, task, recipe, options);
}

const mean = (rows: readonly ResultRow[]): number =>
	rows.reduce((sum, { score }) => sum + score, 0) / rows.length;

/** Clean accuracy on the source domain, and the mean under the fifteen corruptions of severity 1. */
async function scoresOf(run: Run): Promise<Record<string, string>> {
	const reporter = terminalReporter();
	const hasTokens = run.record.task.train === withTokens.train.name;
	const rows = hasTokens
		? await evaluate(run, withTokens, { reporter })
		: await evaluate(run, source, { reporter });
	const clean = rows.filter(({ severity }) => severity === 0);
	const corrupted = rows.filter(({ severity }) => severity === 1);
	return {
		clean: mean(clean).toFixed(1),
		corrupted: mean(corrupted).toFixed(1),
	};
}

async function save(
	name: MiniBackboneName,
	run: Run,
	path: string,
): Promise<Record<string, string>> {
	const { recipe, engine } = run.record;
	const scores = await scoresOf(run);
	const halves = Object.entries(await tensorsOf(run)).map(([key, tensor]) => [
		key,
		toFloat16(tensor),
	]);
	writeSafetensors(path, Object.fromEntries(halves), {
		name,
		...scores,
		scored: `${source.test.name}, ${testImages} images; corrupted is the mean of fifteen corruptions of severity 1`,
		trained: `${source.train.name}, ${trainImages} images`,
		recipe: JSON.stringify(recipe),
		...(name.endsWith("/adversarial") && { attack: JSON.stringify(attack) }),
		engine: `${engine.name} ${engine.version}, ${threads} threads`,
	});
	return scores;
}

async function main(): Promise<void> {
	const { values, positionals } = readArguments({
		allowPositionals: true,
		options: { folder: { type: "string" } },
	});
	const names = miniBackboneNames.filter(
		(name) =>
			positionals.length === 0 ||
			positionals.some((wanted) => name.startsWith(wanted)),
	);
	const unknown = positionals.find(
		(wanted) => !miniBackboneNames.some((name) => name.startsWith(wanted)),
	);
	if (unknown !== undefined)
		throw new Error(
			`there is no mini backbone ${unknown}; there are ${miniBackboneNames.join(", ")}${didYouMean(unknown, miniBackboneNames)}`,
		);
	await useEngine("onnxruntime", { threads });
	const { folder } = values;
	if (folder) mkdirSync(folder, { recursive: true });
	for (const name of names) {
		const own = miniBackboneFile(name);
		const path = folder ? join(folder, basename(own)) : own;
		const { clean, corrupted } = await save(name, await train(name), path);
		process.stdout.write(
			`${name}: ${clean} % clean, ${corrupted} % corrupted, ${path}\n`,
		);
	}
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href)
	main().catch((error: Error) => {
		process.stderr.write(`${error.message}\n`);
		process.exitCode = 1;
	});
