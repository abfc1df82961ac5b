/**
 * Times a sweep on this machine: the flagship's small runs one after another and by `local()`; a cell beside plain
 * `finetune` and `evaluate`; the start of a worker; status and submission of many cells.
 *
 * `ROBUST_TRANSFER_BENCH_STEPS`, `_IMAGES` and `_CELLS` make it shorter.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
	type Backbone,
	engine,
	evaluate,
	finetune,
	local,
	miniBackbone,
	type Recipe,
	recipes,
	shapes,
	sweep,
	useEngine,
} from "../../src/index.js";
import type { Executor, Job, Sweep } from "../../src/parts.js";
import type { Measured } from "../../src/sweep/measure-cell.js";
import { heading, median, print, runJson, table } from "./report.js";

const given = (name: string, usual: number): number =>
	Number(process.env[`ROBUST_TRANSFER_BENCH_${name}`] ?? usual);

const steps = given("STEPS", 100);
const images = given("IMAGES", 500);
const many = given("CELLS", 200);
const root = mkdtempSync(join(tmpdir(), "robust-transfer-bench-"));
const near = (name: string): string =>
	fileURLToPath(new URL(`../../src/sweep/${name}.js`, import.meta.url));

const prime = { name: "prime", preset: "imagenet" } as const;
const base: Recipe = { ...recipes.shapes, length: { steps } };
const grid = { learningRate: [0.01, 0.03, 0.1], augment: [null, prime] };

async function timed(work: () => Promise<unknown>): Promise<number> {
	const began = performance.now();
	await work();
	return (performance.now() - began) / 1000;
}

const names = ["regular", "prime", "adversarial"] as const;
await useEngine("onnxruntime");
const backbones = await Promise.all(
	names.map((name) => miniBackbone(`resnet-mini/${name}`)),
);
const task = shapes();

/** As the notebook of the study has them: in one process, with all threads. */
async function oneAfterAnother(folder: string): Promise<void> {
	const runs = [];
	for (const backbone of backbones)
		for (const learningRate of grid.learningRate)
			for (const augment of grid.augment) {
				const recipe = { ...base, learningRate, augment };
				runs.push(await finetune(backbone, task, recipe, { folder }));
			}
	await evaluate(runs, task, { images });
}

async function checkDone(planned: Sweep): Promise<void> {
	const { counts, cells } = await planned.watch({ everySeconds: 0.5 });
	if (counts.done === cells.length) return;
	const reasons = cells.flatMap(({ reason = [], log = [] }) => [reason, log]);
	throw new Error(`cells are not done: ${reasons.flat().join("\n")}`);
}

async function bySweep(
	folder: string,
	options: Parameters<typeof local>[0],
): Promise<void> {
	const planned = await sweep({
		...{ backbones, tasks: task, recipes: { base, grid }, folder },
		evaluate: { images },
	});
	await planned.submit(local(options));
	await checkDone(planned);
}

const oneCell = (folder: string): Promise<Sweep> =>
	sweep({
		...{ backbones: backbones[0] as Backbone, tasks: task, folder },
		...{ recipes: base, evaluate: { images } },
	});

async function flagship(): Promise<string[][]> {
	const cores = availableParallelism();
	const ways: [string, (folder: string) => Promise<void>][] = [
		[`one after another, ${cores} threads`, oneAfterAnother],
		["local(), one core each", (folder) => bySweep(folder, {})],
		["local({ atOnce: 1 })", (folder) => bySweep(folder, { atOnce: 1 })],
	];
	const rows: string[][] = [];
	let first: number | undefined;
	for (const [what, work] of ways) {
		const folder = join(root, `flagship-${rows.length}`);
		const seconds = await timed(() => work(folder));
		first ??= seconds;
		rows.push([what, seconds.toFixed(1), (first / seconds).toFixed(2)]);
	}
	return rows;
}

/** A cell by a worker with all threads, beside the same run in a process that has already begun. */
async function overhead(): Promise<string[][]> {
	const plainly = await timed(async () => {
		const [backbone] = backbones as [Backbone];
		const folder = join(root, "plain");
		const run = await finetune(backbone, task, base, { folder });
		await evaluate(run, task, { images });
	});
	const planned = await oneCell(join(root, "cell"));
	let worker = 0;
	const alone: Executor = {
		name: "alone",
		async submit({ folder }) {
			worker = await timed(async () => {
				const args = [near("worker"), folder, "1", "0"];
				const child = spawn(process.execPath, args, { stdio: "ignore" });
				const [code] = (await once(child, "exit")) as [number];
				if (code !== 0) throw new Error(`the worker ended with ${code}`);
			});
			return ["1_0"];
		},
		jobs: async () => [],
		cancel: async () => {},
	};
	await planned.submit(alone);
	const share = `${((100 * (worker - plainly)) / plainly).toFixed(0)} %`;
	return [
		["finetune and evaluate, in this process", plainly.toFixed(2), ""],
		["the same as a cell, by a worker", worker.toFixed(2), share],
	];
}

async function start(): Promise<string[][]> {
	const planned = await oneCell(join(root, "start"));
	const [cell] = planned.cells;
	const tried = Array.from({ length: 3 }, (_, i) => {
		const scratch = join(root, `scratch-${i}`);
		return runJson<Measured>(process.execPath, [
			...[near("measure-cell"), planned.folder, cell?.run as string, scratch],
		]);
	});
	const of = (part: (measured: Measured) => number): string =>
		median(tried.map((one) => part(one as Measured))).toFixed(2);
	return [
		["process, modules, plan, weights, data", of(({ begin }) => begin)],
		["compiling", of(({ compile }) => compile)],
		["the first update itself", of(({ step }) => step)],
	];
}

async function submitted(
	name: string,
	executor: Parameters<Sweep["submit"]>[0],
): Promise<{ planned: Sweep; plan: number; submit: number }> {
	let planned: Sweep | undefined;
	const seeds = Array.from({ length: many }, (_, i) => i);
	const plan = await timed(async () => {
		planned = await sweep({
			...{ backbones: backbones[0] as Backbone, tasks: task, seeds },
			...{ recipes: base, folder: join(root, name) },
		});
	});
	const open = planned as unknown as Sweep;
	const submit = await timed(() => open.submit(executor));
	return { planned: open, plan, submit };
}

async function manyCells(): Promise<string[][]> {
	const jobs: Job[] = [];
	const nobody: Executor = {
		name: "nobody",
		async submit({ jobs: count }) {
			for (let index = 0; index < count; index++)
				jobs.push({ id: `${index}`, submission: 1, index, state: "pending" });
			return jobs.map(({ id }) => id);
		},
		jobs: async () => jobs,
		cancel: async () => {},
	};
	const { planned, plan, submit } = await submitted("many", nobody);
	const looks: number[] = [];
	for (let i = 0; i < 9; i++)
		looks.push(await timed(() => planned.status({ jobsEvery: 3600 })));
	const here = await submitted("many-local", local({ atOnce: 1 }));
	await here.planned.cancel();
	await here.planned.watch({ everySeconds: 0.5 });
	const milliseconds = (seconds: number) => (1000 * seconds).toFixed(0);
	return [
		[`plan of ${many} cells`, milliseconds(plan)],
		[
			`submission of ${many} cells, the executor's part left out`,
			milliseconds(submit),
		],
		[`submission of ${many} cells to local()`, milliseconds(here.submit)],
		[`status of ${many} cells, from folders`, milliseconds(median(looks))],
	];
}

try {
	const { name, version, threads } = engine();
	print(
		heading("Sweeps on one machine", {
			[name]: version,
			threads: String(threads),
		}),
	);
	print(
		`The study in miniature: 18 runs of ${steps} updates, scored clean and under 15 corruptions on ${images} images.\n`,
	);
	const head = ["18 runs", "seconds", "x as fast"];
	print(`${table([head, ...(await flagship())])}\n`);
	print(
		`${table([["one of them", "seconds", "more"], ...(await overhead())])}\n`,
	);
	print(
		`${table([["a worker, to its first update", "seconds"], ...(await start())])}\n`,
	);
	print(table([["many cells", "milliseconds"], ...(await manyCells())]));
} finally {
	rmSync(root, { recursive: true, force: true });
}
