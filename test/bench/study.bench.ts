/** Times fine-tuning and evaluation end to end, and what share of the time is not the engine's. */
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ArchitectureName } from "../../src/backbones/architectures.js";
import {
	engine,
	evaluate,
	finetune,
	type Recipe,
	type Run,
	recipes,
	untrainedBackbone,
	useEngine,
} from "../../src/index.js";
import type { Progress } from "../../src/parts.js";
import { benchTask } from "./bench-task.js";
import { heading, median, print, table } from "./report.js";

interface Case {
	readonly backbone: ArchitectureName;
	/** The sides of what the network sees; the images themselves are 32 x 32. */
	readonly size: number;
	readonly augment: Recipe["augment"];
	readonly batchSize: number;
	readonly steps: number;
	readonly images: number;
}

const prime = { name: "prime", preset: "cifar" } as const;
const small = { backbone: "resnet20", size: 32, batchSize: 64 } as const;
const large = { backbone: "resnet50", size: 224, batchSize: 16 } as const;

const cases: readonly Case[] = [
	{ ...small, augment: null, steps: 60, images: 1000 },
	{ ...small, augment: prime, steps: 20, images: 0 },
	{ ...large, augment: null, steps: 6, images: 48 },
	{ ...large, augment: prime, steps: 4, images: 0 },
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

interface Timing {
	readonly imagesPerSecond: number;
	/** Of the time, spent outside the engine. */
	readonly outside: number;
}

/** Between one report and the next, the first left out: it compiles. */
function timer(seconds: () => number, imagesPerReport: number) {
	const marks: { readonly at: number; readonly engine: number }[] = [];
	return {
		mark: () =>
			void marks.push({ at: performance.now() / 1000, engine: seconds() }),
		timing(): Timing {
			const steps = marks.slice(1).map((mark, i) => {
				const before = marks[i] as (typeof marks)[number];
				return {
					all: mark.at - before.at,
					engine: mark.engine - before.engine,
				};
			});
			const sum = (of: "all" | "engine") =>
				steps.reduce((total, step) => total + step[of], 0);
			return {
				imagesPerSecond: imagesPerReport / median(steps.map(({ all }) => all)),
				outside: 1 - sum("engine") / sum("all"),
			};
		},
	};
}

const folder = mkdtempSync(join(tmpdir(), "robust-transfer-bench-"));
await useEngine("onnxruntime");
const seconds = engineClock();

async function timeFinetune(given: Case): Promise<[Run, Timing]> {
	const { backbone, size, augment, batchSize, steps } = given;
	const { mark, timing } = timer(seconds, batchSize);
	const source = untrainedBackbone(backbone);
	const recipe: Recipe = {
		...recipes.cifar10,
		augment,
		batchSize,
		length: { steps },
	};
	const run = await finetune(source, benchTask(size), recipe, {
		folder,
		reporter: mark,
	});
	source.dispose();
	return [run, timing()];
}

interface Mark {
	readonly at: number;
	readonly engine: number;
	readonly done: number;
}

async function timeEvaluate(
	run: Run,
	{ size, batchSize, images }: Case,
): Promise<Timing> {
	const marks: Mark[] = [];
	const reporter = ({ done }: Progress) =>
		void marks.push({ at: performance.now() / 1000, engine: seconds(), done });
	await evaluate(run, benchTask(size), { images, batchSize, reporter });
	const [first, last] = [marks[0], marks.at(-1)] as [Mark, Mark];
	const all = last.at - first.at;
	return {
		imagesPerSecond: (last.done - first.done) / all,
		outside: 1 - (last.engine - first.engine) / all,
	};
}

const rows: string[][] = [];
const show = (
	given: Case,
	what: string,
	{ imagesPerSecond, outside }: Timing,
) =>
	rows.push([
		`${given.backbone}, ${given.size} x ${given.size}, batches of ${given.batchSize}`,
		what,
		imagesPerSecond.toFixed(imagesPerSecond < 10 ? 2 : 0),
		`${(100 * outside).toFixed(1)} %`,
	]);

for (const given of cases) {
	const [run, timing] = await timeFinetune(given);
	const with_ = given.augment ? " with PRIME" : "";
	show(given, `fine-tuning${with_}`, timing);
	if (given.images === 0) continue;
	const evaluation = await timeEvaluate(run, given);
	show(given, "evaluation, clean and 15 corruptions", evaluation);
}
rmSync(folder, { recursive: true, force: true });

const { name, version, threads } = engine();
print(
	heading("Fine-tuning and evaluation, end to end", {
		[name]: version,
		threads: String(threads),
	}),
);
print("The first batch, at which everything is compiled, does not count.\n");
print(
	table([
		["backbone", "work", "images per second", "outside the engine"],
		...rows,
	]),
);
