/**
 * Trains the bundled mini backbones anew: `npx robust-transfer-data pretrain-mini [--folder FOLDER] [NAME...]`
 *
 * Names are those of `miniBackbone`, `resnet-mini/base` and `swin-mini/base`, or beginnings of them; all by default.
 * The two bases learn the source domain of shapes from random weights, a Swin Transformer with labels for its tokens
 * too. From the bundled base of their architecture, or that in FOLDER where it has one, all others go on alike, for the
 * same number of updates: `regular` with the pictures as they are, `prime` with PRIME, `adversarial` with the worst
 * pictures near by. On one machine the same weights come out each time; with other processors or numbers of threads
 * the last digits differ at first, and after thousands of updates more than those.
 * Interrupted, it goes on where it was when called again.
 */
import { existsSync, mkdirSync } from "node:fs";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import {
	miniArchitecture,
	miniBackboneFile,
	miniBackboneNames,
	miniBaseNames,
} from "../src/backbones/mini-backbone.js";
import { didYouMean } from "../src/check/did-you-mean.js";
import { readArguments } from "../src/check/read-arguments.js";
import { toFloat16 } from "../src/checkpoint/half.js";
import {
	attack,
	type Backbone,
	backbone,
	finetune,
	type Recipe,
	type ResultRow,
	type Run,
	readCheckpoint,
	recipes,
	scoreBackbone,
	shapes,
	stateDict,
	untrainedBackbone,
	useEngine,
	writeSafetensors,
} from "../src/index.js";
import type { NamedTensors } from "../src/parts.js";
import { adversarial } from "../src/train/adversarial.js";
import { terminalReporter } from "./terminal-reporter.js";
import { shapesWithTokens } from "./token-labels.js";

/** How the images are changed to train `adversarial`: L2, for values in 0-1. */
const training = { epsilon: 0.5, steps: 3, stepSize: 0.35 } as const;
/** How those of the test are, for all alike. */
const testing = { epsilon: 0.5, steps: 20 } as const;
const threads = 2;
const trainImages = 12_000;
const testImages = 1000;

const common: Recipe = {
	...recipes.shapes,
	optimizer: { name: "adamw", betas: [0.9, 0.999], epsilon: 1e-8 },
	learningRate: 0.002,
	weightDecay: 0.05,
	noDecay: ["norms", "biases", "position-tables"],
	batchSize: 32,
	schedule: { name: "cosine", minLearningRate: 0 },
	warmUp: { steps: 100, ratio: 0.01 },
};

/** Those of `miniBackbone`, and what they go on from. */
const names = [...miniBaseNames, ...miniBackboneNames] as const;
type Name = (typeof names)[number];

const baseOf = (name: Name): Name =>
	isSwin(name) ? "swin-mini/base" : "resnet-mini/base";
const isBase = (name: Name): boolean => name.endsWith("/base");

/** The recipe of a backbone; those that go on from a base are shorter. */
function recipeOf(name: Name): Recipe {
	const before: Recipe = isSwin(name)
		? { ...common, gradientClip: 1, length: { steps: 9000 } }
		: { ...common, length: { steps: 3000 } };
	if (isBase(name)) return before;
	const recipe: Recipe = {
		...before,
		learningRate: before.learningRate / 2,
		length: { steps: isSwin(name) ? 500 : 1000 },
	};
	return name.endsWith("/prime")
		? { ...recipe, augment: { name: "prime", preset: "imagenet" } }
		: recipe;
}

const isSwin = (name: Name): boolean => name.startsWith("swin");

const source = shapes({ domain: "source", trainImages, testImages });
const withTokens = shapesWithTokens({ trainImages, testImages });

/** The weights of a run, without the layers that only training needs. */
async function tensorsOf({ folder }: Run): Promise<NamedTensors> {
	const { tensors } = await readCheckpoint(join(folder, "weights.safetensors"));
	const kept = Object.entries(tensors).filter(
		([name]) => !name.startsWith("tokens."),
	);
	return Object.fromEntries(kept);
}

const options = {
	folder: join("runs", "pretrain-mini"),
	reporter: terminalReporter(),
};

/** Where the weights of a backbone are written, and those of a base read. */
const pathIn = (folder: string | undefined, name: Name): string =>
	folder
		? join(folder, basename(miniBackboneFile(name)))
		: miniBackboneFile(name);

/** The base that a backbone goes on from. */
async function startOf(
	name: Name,
	folder: string | undefined,
): Promise<Backbone> {
	const own = pathIn(folder, baseOf(name));
	const path = existsSync(own) ? own : miniBackboneFile(baseOf(name));
	const checkpoint = await readCheckpoint(path);
	return backbone(miniArchitecture(name), stateDict(checkpoint));
}

async function train(name: Name, folder: string | undefined): Promise<Run> {
	const recipe = recipeOf(name);
	const own = { ...options, name };
	if (isBase(name)) {
		const start = untrainedBackbone(miniArchitecture(name));
		return isSwin(name)
			? finetune(start, withTokens, recipe, own)
			: finetune(start, source, recipe, own);
	}
	const isAttacked = name.endsWith("/adversarial");
	const task = isAttacked ? adversarial(source, training) : source;
	return finetune(await startOf(name, folder), task, recipe, own);
}

const mean = (rows: readonly ResultRow[]): number =>
	rows.reduce((sum, { score }) => sum + score, 0) / rows.length;

type Scores = Record<"clean" | "corrupted" | "drop" | "attacked", string>;

/** Accuracy on the source domain: clean, the mean under the fifteen corruptions of severity 1, and under the attack. */
async function scoresOf(scored: Backbone): Promise<Scores> {
	const rows = await scoreBackbone(scored, source, options);
	const attacked = await scoreBackbone(scored, source, {
		...{ ...options, corruptions: [] },
		adaptation: attack(testing),
	});
	const clean = mean(rows.filter(({ severity }) => severity === 0));
	const corrupted = mean(rows.filter(({ severity }) => severity === 1));
	return {
		clean: clean.toFixed(1),
		corrupted: corrupted.toFixed(1),
		drop: ((100 * (clean - corrupted)) / clean).toFixed(1),
		attacked: mean(attacked).toFixed(1),
	};
}

async function save(name: Name, run: Run, path: string): Promise<Scores> {
	const { recipe, engine } = run.record;
	const tensors = await tensorsOf(run);
	const scores = await scoresOf({
		...backbone(miniArchitecture(name), tensors),
		name,
	});
	const halves = Object.entries(tensors).map(([key, tensor]) => [
		key,
		toFloat16(tensor),
	]);
	const { epsilon, steps } = testing;
	writeSafetensors(path, Object.fromEntries(halves), {
		name,
		...scores,
		scored: `${source.test.name}, ${testImages} images; corrupted is the mean of fifteen corruptions of severity 1, drop what that is below clean in percent of it, attacked the accuracy on the worst images within an L2 distance of ${epsilon}, found in ${steps} steps from a random start`,
		trained: `${source.train.name}, ${trainImages} images`,
		...(!isBase(name) && { base: baseOf(name) }),
		recipe: JSON.stringify(recipe),
		...(name.endsWith("/adversarial") && { attack: JSON.stringify(training) }),
		engine: `${engine.name} ${engine.version}, ${threads} threads`,
	});
	return scores;
}

async function main(): Promise<void> {
	const { values, positionals } = readArguments({
		allowPositionals: true,
		options: { folder: { type: "string" } },
	});
	const chosen = names.filter(
		(name) =>
			positionals.length === 0 ||
			positionals.some((wanted) => name.startsWith(wanted)),
	);
	const unknown = positionals.find(
		(wanted) => !names.some((name) => name.startsWith(wanted)),
	);
	if (unknown !== undefined)
		throw new Error(
			`there is no mini backbone ${unknown}; there are ${names.join(", ")}${didYouMean(unknown, names)}`,
		);
	await useEngine("onnxruntime", { threads });
	const { folder } = values;
	if (folder) mkdirSync(folder, { recursive: true });
	for (const name of chosen) {
		const path = pathIn(folder, name);
		const scores = await save(name, await train(name, folder), path);
		const { clean, corrupted, attacked } = scores;
		process.stdout.write(
			`${name}: ${clean} % clean, ${corrupted} % corrupted, ${attacked} % attacked, ${path}\n`,
		);
	}
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href)
	main().catch((error: Error) => {
		process.stderr.write(`${error.message}\n`);
		process.exitCode = 1;
	});
