/** Sweeps on a Slurm cluster of pretended nodes that fail: nothing is lost, nothing is done twice, all is as undisturbed. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { useEngine } from "../../src/engine/engine.js";
import { evaluate } from "../../src/evaluate/evaluate.js";
import type { CellStatus, SweepStatus } from "../../src/sweep/cell-status.js";
import type { Sweep } from "../../src/sweep/open-sweep.js";
import { slurm } from "../../src/sweep/slurm.js";
import type { SlurmOptions } from "../../src/sweep/slurm-options.js";
import { readSubmissions } from "../../src/sweep/submission.js";
import { sweep } from "../../src/sweep/sweep.js";
import { finetune } from "../../src/train/finetune.js";
import type { Recipe } from "../../src/train/recipe.js";
import { scratchFolder } from "../train/folders.js";
import { tinyBackbone } from "../train/tiny-task.js";
import {
	type Cluster,
	clusterWants,
	processes,
	startCluster,
} from "./cluster.js";
import { outcomeOf } from "./outcome.js";
import {
	pauseVariable,
	slowEvaluate,
	slowRecipe,
	slowTask,
} from "./slow-task.js";
import { until } from "./until.js";

/** Of them and short ones a storm goes over 24 cells, or as many as the environment says. */
const longCells = 5;
const shortCells =
	Number(process.env.ROBUST_TRANSFER_STORM_CELLS ?? 24) - longCells;
const mostInArray = 100;
const notebook = fileURLToPath(new URL("./notebook-job.js", import.meta.url));
const skip = clusterWants() ?? false;
let cluster: Cluster;

const cells = (count: number, steps: number) =>
	Array.from({ length: count }, (_, seed) => slowRecipe(steps, seed));

const plan = (recipes: readonly Recipe[], folder: string) =>
	sweep({
		backbones: tinyBackbone(),
		tasks: slowTask(),
		recipes,
		evaluate: slowEvaluate,
		folder,
	});

/** Submits a sweep in a process of its own: gives what it prints, and how it ended. */
function inNotebook(folder: string, options: SlurmOptions, dies = false) {
	const words = [notebook, folder, JSON.stringify(options)];
	const child = spawn(process.execPath, [...words, ...(dies ? ["dies"] : [])], {
		stdio: ["ignore", "pipe", "inherit"],
	});
	let printed = "";
	child.stdout.on("data", (bytes) => {
		printed += bytes;
	});
	return new Promise<{ printed: string; signal: string | null }>((resolve) =>
		child.on("close", (_, signal) => resolve({ printed, signal })),
	);
}

/** Compares the runs of a sweep with the same that nothing has disturbed. */
async function compare(
	{ cells: all }: Sweep,
	recipes: readonly Recipe[],
): Promise<void> {
	const folder = scratchFolder();
	for (const recipe of recipes) {
		const run = await finetune(tinyBackbone(), slowTask(), recipe, { folder });
		await evaluate(run, slowTask(), slowEvaluate);
		const cell = all.find((one) => one.run === run.id);
		assert.ok(cell, `no cell of ${run.id}`);
		const found = outcomeOf(cell.folder);
		assert.equal(found.lines, found.rows.length, "a row stands there twice");
		assert.deepEqual(found, outcomeOf(run.folder));
	}
}

const isAllDone = ({ cells: all, counts }: SweepStatus) =>
	counts.done === all.length;

/** Waits until all cells are done; sends again what no job will do. */
async function finish(planned: Sweep, options: SlurmOptions): Promise<void> {
	await until(
		async () => {
			const status = await planned.status({ jobsEvery: 2 });
			const { waiting, stopped, failed } = status.counts;
			if (status.notes.length === 0 && waiting + stopped + failed > 0)
				await planned.submit(slurm(options));
			return status;
		},
		isAllDone,
		(status) => status.cells.filter(({ state }) => state !== "done"),
	);
}

const textOf = (path: string): string =>
	existsSync(path) ? readFileSync(path, "utf8") : "";

/** What the jobs of each cell have printed, those of all submissions. */
function logsOf({ folder }: Sweep): Map<string, string> {
	const logs = new Map<string, string>();
	for (const { jobs, ids = [] } of readSubmissions(folder))
		jobs.forEach(([run = ""], i) => {
			const text = textOf(join(folder, "logs", `${ids[i]}.log`));
			logs.set(run, (logs.get(run) ?? "") + text);
		});
	return logs;
}

const wasPreempted = / DUE TO PREEMPTION /;

const lonelyRecipe = slowRecipe(150, 99);

/** A sweep of one cell that comes to its time limit, and cannot ask to be requeued. */
async function lonely(): Promise<Sweep> {
	const planned = await plan([lonelyRecipe], scratchFolder());
	const tools = join(planned.folder, "tools");
	mkdirSync(tools);
	writeFileSync(join(tools, "scontrol"), "#!/bin/sh\nexit 1\n", {
		mode: 0o755,
	});
	const setup = [`PATH=${tools}:$PATH`, `export ${pauseVariable}=500`];
	await planned.submit(slurm({ time: "1", cpus: 2, setup }));
	return planned;
}

/** Lets the time limit of a cell's job come near, until the job has asked to be requeued. */
async function callTime(planned: Sweep, cell: CellStatus): Promise<void> {
	const job = `jobid=${cell.job}`;
	const elapsed = await cluster.run(
		"squeue",
		"-h",
		`--job=${cell.job}`,
		"-o%M",
	);
	const minutes = Number(elapsed.trim().split(":").at(-2));
	const set = (limit: number) =>
		cluster.run("scontrol", "update", job, `timelimit=${limit}`);
	await set(minutes + 2);
	await until(
		async () => logsOf(planned).get(cell.cell.run) ?? "",
		(log) => / is to be requeued/.test(log),
	);
	await set(30);
}

/** Takes the place of the jobs of less weight on a node, until one of them has had to go: they may end by themselves before. */
async function preempt(planned: Sweep, node: string): Promise<void> {
	const words = ["--partition=urgent", `--nodelist=${node}`, "--exclusive"];
	const rest = ["--wait", "--output=/dev/null", "--wrap=sleep 2"];
	await until(
		async () => {
			await cluster.run("sbatch", ...words, ...rest);
			return [...logsOf(planned).values()];
		},
		(logs) => logs.some((log) => wasPreempted.test(log)),
	);
}

/** Waits until Slurm has begun the jobs of some cells again, before those that wait. */
async function beginAgain(
	planned: Sweep,
	wanted: readonly CellStatus[],
): Promise<void> {
	const hasBegun = ({ cell }: CellStatus) =>
		/ attempt [1-9]/.test(logsOf(planned).get(cell.run) ?? "");
	await until(
		async () => {
			for (const { job } of wanted)
				await cluster
					.run("scontrol", "update", `jobid=${job}`, "priority=4294967290")
					.catch(() => "it does not wait");
			return wanted.every(hasBegun);
		},
		(is) => is,
	);
}

describe("sweeps on a cluster", { skip }, () => {
	before(async () => {
		process.env.ROBUST_TRANSFER_THREADS = "1";
		await useEngine(undefined, { threads: 1 });
		cluster = await startCluster({ maxArraySize: mostInArray });
		process.env.SLURM_CONF = cluster.conf;
	});
	after(async () => {
		delete process.env.SLURM_CONF;
		await cluster?.stop();
	});

	test("two notebooks send a sweep once; a worker that is killed leaves a reason, and is sent again", async () => {
		const recipes = cells(3, 30);
		const planned = await plan(recipes, scratchFolder());
		const options = { time: "5", cpus: 2 };
		process.env[pauseVariable] = "300";
		const said = await Promise.all([
			inNotebook(planned.folder, options),
			inNotebook(planned.folder, options),
		]);
		assert.deepEqual(said.map(({ printed }) => printed).sort(), [
			"3 of 3 cells are sent to slurm",
			"nothing is sent: 3 at work or waiting in a job",
		]);
		const [victim] = planned.cells;
		const isAt = ({ cells: all }: SweepStatus) => (all[0]?.step ?? 0) > 2;
		await until(() => planned.status(), isAt);
		const worker = processes().find(({ words }) =>
			words.join(" ").endsWith(`worker.js ${planned.folder} 1 0`),
		);
		process.kill(worker?.pid as number, "SIGKILL");
		const isOver = ({ cells: all }: SweepStatus) =>
			["failed", "stopped"].includes(all[0]?.state ?? "");
		const { cells: all } = await until(() => planned.status(), isOver);
		assert.equal(all[0]?.reason, "signal 9");
		assert.match(all[0]?.log ?? "", new RegExp(`${victim?.run} begins`));
		process.env[pauseVariable] = "0";
		await finish(planned, options);
		await compare(planned, recipes);
	});

	test("a power cut, a daemon that stops, preemption, a time limit and a requeue that fails change nothing", async (t) => {
		const alone = await lonely();
		const recipes = [...cells(longCells, 250), ...cells(shortCells, 20)];
		const planned = await plan(recipes, scratchFolder());
		const pause = join(planned.folder, "pause");
		writeFileSync(pause, "800");
		const setup = [`export ${pauseVariable}=$(cat ${pause})`];
		// Shared out between the arrays that so many cells need: the first has all that last long at once.
		const atOnce = longCells * Math.ceil(recipes.length / mostInArray);
		const options = { time: "30", cpus: 2, atOnce, setup };
		const { signal } = await inNotebook(planned.folder, options, true);
		assert.equal(signal, "SIGKILL");
		assert.equal(readSubmissions(planned.folder)[0]?.ids, undefined);
		const { printed } = await inNotebook(planned.folder, options);
		assert.match(printed, /^nothing is sent: /);
		assert.equal(readSubmissions(planned.folder).length, 1);

		const { cells: begun } = await until(
			() => planned.status({ jobsEvery: 1 }),
			({ cells: all }) =>
				all.slice(0, longCells).every(({ step = 0 }) => step > 0),
		);
		const on = (wanted: string) =>
			begun.filter(({ state, node }) => state === "running" && node === wanted);
		for (const node of cluster.nodes) assert.ok(on(node).length > 0, node);
		// What begins from now on dawdles less.
		writeFileSync(pause, "200");
		cluster.signalDaemon("node3", "SIGSTOP");
		await cluster.cutPower("node2");
		await callTime(planned, on("node1")[0] as CellStatus);
		await preempt(planned, "node1");
		writeFileSync(pause, "0");
		await beginAgain(planned, on("node3"));
		cluster.signalDaemon("node3", "SIGCONT");
		await cluster.turnOn("node2");
		await finish(alone, { time: "30", cpus: 2 });
		await finish(planned, options);

		const logs = [...logsOf(planned).values()];
		const count = (what: RegExp) => logs.filter((log) => what.test(log)).length;
		const counts = {
			"begun again": count(/ attempt [1-9]/),
			"time was up": count(/ is to be requeued/),
			preempted: count(wasPreempted),
			"left to another": count(/ is left to another/),
		};
		t.diagnostic(JSON.stringify(counts));
		for (const often of Object.values(counts))
			assert.ok(often > 0, JSON.stringify(counts));
		const [lone = ""] = logsOf(alone).values();
		assert.match(lone, /scontrol failed: .*scontrol requeue/);
		await compare(planned, recipes);
		await compare(alone, [lonelyRecipe]);
	});
});
