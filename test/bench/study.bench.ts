/**
 * Times fine-tuning and evaluation end to end, what share of the time is not the engine's, and how much longer a step
 * takes with PRIME: plain and PRIME's runs in turn, so that a slow minute meets both.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type * as tf from "@tensorflow/tfjs";
import {
	type Backbone,
	engine,
	evaluate,
	finetune,
	miniBackbone,
	type primePresets,
	type Recipe,
	type Run,
	recipes,
	shapes,
	type Task,
	untrainedBackbone,
	useEngine,
} from "../../src/index.js";
import type { Progress } from "../../src/parts.js";
import { benchTask } from "./bench-task.js";
import { heading, median, print, table } from "./report.js";

/** A backbone and what it is fine-tuned on. */
interface Case {
	readonly name: string;
	readonly backbone: () => Backbone | Promise<Backbone>;
	readonly task: () => Task<number, number, tf.Tensor>;
	readonly recipe: Recipe;
	readonly preset: keyof typeof primePresets;
	/** Updates of a run, and how many of them do not count: things are compiled, and threads begun. */
	readonly steps: number;
	readonly slow: number;
	readonly rounds: number;
	/** Images to evaluate on; none where 0. */
	readonly images: number;
}

// One for all runs: its pictures are drawn once.
const pictures = shapes();

const cases: readonly Case[] = [
	{
		name: "resnet20, 32 x 32, batches of 64",
		backbone: () => untrainedBackbone("resnet20"),
		task: () => benchTask(32),
		recipe: { ...recipes.cifar10, batchSize: 64 },
		preset: "cifar",
		...{ steps: 40, slow: 15, rounds: 3, images: 1000 },
	},
	{
		name: "resnet-mini, 64 x 64, batches of 64",
		backbone: () => miniBackbone("resnet-mini/regular"),
		task: () => pictures,
		recipe: recipes.shapes,
		preset: "imagenet",
		// All of its pictures have been drawn after 63.
		...{ steps: 120, slow: 66, rounds: 5, images: 0 },
	},
	{
		name: "resnet50, 224 x 224, batches of 16",
		backbone: () => untrainedBackbone("resnet50"),
		task: () => benchTask(224),
		recipe: { ...recipes.cifar10, batchSize: 16 },
		preset: "imagenet",
		...{ steps: 12, slow: 7, rounds: 1, images: 48 },
	},
];

interface NativeSession {
	run(...args: unknown[]): unknown;
}

/** Counts the seconds that ONNX Runtime itself computes on the main thread. */
function engineClock(): () => number {
	const require = createRequire(import.meta.url);
	const { binding } = require("onnxruntime-node/dist/binding.js") as {
		binding: { InferenceSession: new () => NativeSession };
	};
	let seconds = 0;
	const Original = binding.InferenceSession;
	binding.InferenceSession = class extends Original {
		override run(...args: unknown[]): unknown {
			const began = performance.now();
			try {
				return super.run(...args);
			} finally {
				seconds += (performance.now() - began) / 1000;
			}
		}
	};
	return () => seconds;
}

/** What is known after an update. */
interface Mark {
	readonly at: number;
	readonly engine: number;
}

interface Timing {
	/** From each mark to the next. */
	readonly seconds: readonly number[];
	/** In so many seconds, in the middle. */
	readonly images: number;
	/** Of all the time, spent outside the engine. */
	readonly outside: number;
}

function timing(marks: readonly Mark[], images: number): Timing {
	const steps = marks.slice(1).map((mark, i) => {
		const before = marks[i] as Mark;
		return { all: mark.at - before.at, engine: mark.engine - before.engine };
	});
	const sum = (of: "all" | "engine") =>
		steps.reduce((total, step) => total + step[of], 0);
	return {
		seconds: steps.map(({ all }) => all),
		images,
		outside: 1 - sum("engine") / sum("all"),
	};
}

const folder = mkdtempSync(join(tmpdir(), "robust-transfer-bench-"));
await useEngine("onnxruntime");
const seconds = engineClock();
const now = (): Mark => ({ at: performance.now() / 1000, engine: seconds() });

/** Fine-tunes anew, and times the steps that count. */
async function timeFinetune(
	{ backbone, task, recipe, steps, slow }: Case,
	augment: Recipe["augment"],
	name: string,
) {
	const marks: Mark[] = [];
	const source = await backbone();
	const run = await finetune(
		source,
		task(),
		{ ...recipe, augment, length: { steps } },
		{ folder, name, reporter: () => void marks.push(now()) },
	);
	source.dispose();
	return { run, ...timing(marks.slice(slow), recipe.batchSize) };
}

/** Evaluates, from the first report to the last. */
async function timeEvaluate(run: Run, { task, recipe, images }: Case) {
	const marks: (Mark & { readonly done: number })[] = [];
	const reporter = ({ done }: Progress) => void marks.push({ ...now(), done });
	const { batchSize } = recipe;
	await evaluate(run, task(), { images, batchSize, reporter });
	const [first, last] = [marks[0]!, marks.at(-1)!];
	return timing([first, last], last.done - first.done);
}

const stepOf = (timings: readonly Timing[]): number =>
	median(timings.flatMap(({ seconds }) => seconds));

const rows: string[][] = [];
function show(
	name: string,
	work: string,
	timings: readonly Timing[],
	share = "",
) {
	const rate = (timings[0] as Timing).images / stepOf(timings);
	const outside = median(timings.map(({ outside }) => outside));
	rows.push([
		name,
		work,
		rate.toFixed(rate < 10 ? 2 : 0),
		`${(100 * outside).toFixed(1)} %`,
		share,
	]);
}

for (const given of cases) {
	const { name, preset, rounds } = given;
	const [plain, mixed]: [Timing[], Timing[]] = [[], []];
	let run: Run | undefined;
	for (let round = 0; round < rounds; round++) {
		const timed = await timeFinetune(given, null, `plain-${round}`);
		plain.push(timed);
		run = timed.run;
		const augment = { name: "prime", preset } as const;
		mixed.push(await timeFinetune(given, augment, `prime-${round}`));
	}
	const share = stepOf(mixed) / stepOf(plain) - 1;
	show(name, "fine-tuning", plain);
	show(name, "fine-tuning with PRIME", mixed, `${(100 * share).toFixed(1)} %`);
	if (given.images > 0 && run) {
		const evaluation = await timeEvaluate(run, given);
		show(name, "evaluation, clean and 15 corruptions", [evaluation]);
	}
}
rmSync(folder, { recursive: true });

const { name, version, threads } = engine();
print(
	heading("Fine-tuning and evaluation, end to end", {
		[name]: version,
		threads: String(threads),
	}),
);
print("The first steps, in which everything is compiled, do not count.\n");
print(
	table([
		[
			"backbone",
			"work",
			"images per second",
			"outside the engine",
			"PRIME, of a step without",
		],
		...rows,
	]),
);
