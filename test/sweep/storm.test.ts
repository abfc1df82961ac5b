/** Sweeps on a Slurm cluster of pretended nodes that fail: nothing is lost, nothing is done twice, all is as undisturbed. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { useEngine } from "../../src/engine/engine.js";
import { evaluate } from "../../src/evaluate/evaluate.js";
import type { SweepStatus } from "../../src/sweep/cell-status.js";
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

/** 200 of them take a quarter of an hour. */
const shortCells = Number(process.env.ROBUST_TRANSFER_STORM_CELLS ?? 24) - 6;
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

const logsOf = ({ folder, cells: all }: Sweep): Map<string, string> =>
	new Map(
		readSubmissions(folder).flatMap(({ jobs, ids = [] }) =>
			jobs.flatMap((runs, i) =>
				runs
					.filter((run) => all.some((cell) => cell.run === run))
					.map(
						(run) =>
							[
								run,
								readFileSync(join(folder, "logs", `${ids[i]}.log`), "utf8"),
							] as const,
					),
			),
		),
	);

describe("sweeps on a cluster", { skip }, () => {
	before(async () => {
		process.env.ROBUST_TRANSFER_THREADS = "1";
		await useEngine(undefined, { threads: 1 });
		cluster = await startCluster({ maxArraySize: 100 });
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

	test("a power cut, a daemon that stops, preemption, time limits and a requeue that fails change nothing", async (t) => {
		const recipes = [...cells(6, 200), ...cells(shortCells, 20)];
		const planned = await plan(recipes, scratchFolder());
		const options = { time: "1", cpus: 2, atOnce: 6 };
		process.env[pauseVariable] = "250";
		const { signal } = await inNotebook(planned.folder, options, true);
		assert.equal(signal, "SIGKILL");
		assert.equal(readSubmissions(planned.folder)[0]?.ids, undefined);
		const { printed } = await inNotebook(planned.folder, options);
		assert.match(printed, /^nothing is sent: /);
		assert.equal(readSubmissions(planned.folder).length, 1);

		const alone = await plan([slowRecipe(180, 99)], scratchFolder());
		const tools = join(alone.folder, "tools");
		mkdirSync(tools);
		writeFileSync(join(tools, "scontrol"), "#!/bin/sh\nexit 1\n");
		chmodSync(join(tools, "scontrol"), 0o755);
		await alone.submit(slurm({ ...options, setup: [`PATH=${tools}:$PATH`] }));

		const begun = ({ cells: all }: SweepStatus) =>
			all.slice(0, 6).every(({ step = 0 }) => step > 0);
		const before = await until(() => planned.status({ jobsEvery: 1 }), begun);
		const on = (node: string) =>
			before.cells.filter(
				(one) => one.node === node && one.state === "running",
			);
		for (const node of cluster.nodes) assert.ok(on(node).length > 0, node);
		cluster.signalDaemon("node3", "SIGSTOP");
		await cluster.cutPower("node2");
		const urgent = ["--partition=urgent", "--nodelist=node1", "--exclusive"];
		await cluster.run(
			"sbatch",
			...urgent,
			"--output=/dev/null",
			"--wrap=sleep 2",
		);

		const isAgain = (log: string) => / attempt [1-9]/.test(log);
		const again = (node: string) =>
			on(node).every(({ cell }) =>
				isAgain(logsOf(planned).get(cell.run) ?? ""),
			);
		await until(
			async () => again("node3"),
			(is) => is,
		);
		cluster.signalDaemon("node3", "SIGCONT");
		await cluster.turnOn("node2");

		const isStopped = ({ counts }: SweepStatus) => counts.stopped === 1;
		const {
			cells: [lone],
		} = await until(() => alone.status({ jobsEvery: 1 }), isStopped);
		assert.equal(lone?.reason, "exit 75");
		process.env[pauseVariable] = "0";
		await finish(alone, { ...options, time: "5" });
		await finish(planned, { ...options, time: "5" });

		const logs = [...logsOf(planned).values(), ...logsOf(alone).values()];
		const count = (what: RegExp) => logs.filter((log) => what.test(log)).length;
		const counts = {
			requeued: count(/ attempt [1-9]/),
			"time was up": count(/ is to be requeued/),
			"told to end": count(/ is saved: SIGTERM/),
			"left to another": count(/ is left to another/),
		};
		t.diagnostic(JSON.stringify(counts));
		for (const [what, often] of Object.entries(counts))
			assert.ok(often > 0, `${what}: ${JSON.stringify(counts)}`);
		await compare(planned, recipes);
		await compare(alone, [slowRecipe(180, 99)]);
	});
});
