import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { useEngine } from "../../src/engine/engine.js";
import { runFiles } from "../../src/runs/run-folder.js";
import { attach } from "../../src/sweep/attach.js";
import type { CellStatus } from "../../src/sweep/cell-status.js";
import type { Executor, Job } from "../../src/sweep/executor.js";
import { writeFailure } from "../../src/sweep/failure.js";
import type { Sweep } from "../../src/sweep/open-sweep.js";
import { planFiles } from "../../src/sweep/plan-files.js";
import { readSubmissions } from "../../src/sweep/submission.js";
import { type SweepOptions, sweep } from "../../src/sweep/sweep.js";
import { finetune } from "../../src/train/finetune.js";
import { scratchFolder } from "../train/folders.js";
import { processes } from "./processes.js";
import { smallBackbone, smallRecipe, smallTask } from "./small.js";
import { ledgerExecutor } from "./submitter.js";

before(() => useEngine());

const backbone = smallBackbone();
const submitter = fileURLToPath(new URL("./submitter.js", import.meta.url));

const plan = (changes: Partial<SweepOptions> = {}): Promise<Sweep> =>
	sweep({
		backbones: backbone,
		tasks: smallTask(),
		recipes: smallRecipe,
		seeds: [0, 1, 2],
		evaluate: false,
		folder: scratchFolder(),
		...changes,
	});

const runsOf = (planned: Sweep): string[] =>
	planned.cells.map(({ run }) => run);

const statesOf = async (planned: Sweep) =>
	(await planned.status()).cells.map(({ state }) => state);

describe("submit", () => {
	test("sends each cell once, and says what it does not send", async () => {
		const planned = await plan();
		const { executor, requests, jobs } = processes({ begins: false });
		const first = await planned.submit(executor);
		assert.equal(first.message, "3 of 3 cells are sent to processes");
		assert.deepEqual(first.jobs, ["1_0", "1_1", "1_2"]);
		const [written] = readSubmissions(planned.folder);
		assert.deepEqual(
			written?.jobs,
			runsOf(planned).map((run) => [run]),
		);
		assert.deepEqual(written?.ids, first.jobs);
		const second = await planned.submit(executor);
		assert.deepEqual([second.cells, second.submission], [[], undefined]);
		assert.match(second.message, /nothing is sent: 3 at work or waiting/);
		assert.equal(requests.length, 1);
		assert.deepEqual(await statesOf(planned), Array(3).fill("pending"));
		jobs[1] = { ...(jobs[1] as Job), state: "ended", reason: "exit 7" };
		const third = await planned.submit(executor);
		assert.deepEqual(third.cells, [planned.cells[1]]);
		assert.deepEqual(third.jobs, ["2_0"]);
	});

	test("leaves nothing behind where the executor does not answer, so that another one can be sent the cells", async () => {
		const planned = await plan();
		const { executor } = processes({ begins: false });
		const mute: Executor = {
			...executor,
			jobs: () => Promise.reject(new Error("there is no scontrol here")),
			submit: () => assert.fail("it was asked to submit"),
		};
		await assert.rejects(planned.submit(mute), /there is no scontrol here/);
		assert.deepEqual(readSubmissions(planned.folder), []);
		const { cells } = await planned.submit(executor);
		assert.equal(cells.length, 3);
	});

	test("writes down the engine that was named", async () => {
		const executionProviders = ["cpu"];
		await useEngine("onnxruntime", { executionProviders });
		const planned = await plan();
		await planned.submit(processes({ begins: false }).executor);
		await useEngine("onnxruntime");
		const [submission] = readSubmissions(planned.folder);
		const wanted = { name: "onnxruntime", executionProviders };
		assert.deepEqual(submission?.engine, wanted);
	});

	test("gives several cells to a job where the executor says so", async () => {
		const planned = await plan();
		const { executor, requests } = processes({ begins: false, cellsPerJob: 2 });
		await planned.submit(executor);
		assert.equal(requests[0]?.jobs, 2);
		const [a, b, c] = runsOf(planned);
		assert.deepEqual(readSubmissions(planned.folder)[0]?.jobs, [[a, b], [c]]);
	});

	test("leaves out what is done, and sends what failed again", async () => {
		const planned = await plan();
		const [done, failed] = planned.cells;
		await finetune(
			backbone,
			smallTask(),
			{ ...smallRecipe, seed: 0 },
			{ folder: planFiles(planned.folder).runs },
		);
		const failure = { message: "it failed", host: "a", job: "1", attempt: 0 };
		writeFailure(planned.folder, failed?.run as string, {
			...failure,
			when: "then",
		});
		assert.deepEqual(await statesOf(planned), ["done", "failed", "waiting"]);
		const { executor } = processes({ begins: false });
		const { cells, message } = await planned.submit(executor);
		assert.deepEqual(cells, planned.cells.slice(1));
		assert.ok(done && message.endsWith("1 done"), message);
		assert.deepEqual(await statesOf(planned), ["done", "pending", "pending"]);
	});

	test("sends nothing where nobody says which jobs live", async () => {
		const planned = await plan();
		const { executor, requests } = processes({ begins: false });
		await planned.submit(executor);
		const mute: Executor = {
			...executor,
			jobs: async () => {
				throw new Error("connection refused");
			},
		};
		await assert.rejects(
			planned.submit(mute),
			/nothing is submitted.*Processes does not answer since \d\d:\d\d \(connection refused\); from the folders/,
		);
		assert.equal(requests.length, 1);
		const { notes, cells } = await planned.status();
		assert.match(notes[0] ?? "", /does not answer since/);
		assert.equal(cells.length, 3);
		const stranger = await attach(planned.folder);
		const seen = await stranger.status();
		assert.match(seen.notes[0] ?? "", /Processes, .*is not known.*`source`/);
	});

	test("by two processes at once sends once", async () => {
		const planned = await plan();
		const ledger = join(scratchFolder(), "ledger");
		const run = promisify(execFile);
		const submit = () =>
			run(process.execPath, [submitter, planned.folder, ledger]);
		const sent = await Promise.all([submit(), submit(), submit()]);
		assert.deepEqual(sent.map(({ stdout }) => stdout).sort(), ["0", "0", "3"]);
		const lines = readFileSync(ledger, "utf8").trim().split("\n");
		assert.deepEqual(lines, ["1 0", "1 1", "1 2"]);
	});

	test("finds the jobs of a process that was killed before it wrote them down", async () => {
		const planned = await plan();
		const ledger = join(scratchFolder(), "ledger");
		const words = [submitter, planned.folder, ledger, "die"];
		const { signal } = spawnSync(process.execPath, words);
		assert.equal(signal, "SIGKILL");
		const [lost] = readSubmissions(planned.folder);
		assert.equal(lost?.ids, undefined);
		const { cells } = await planned.submit(ledgerExecutor(ledger));
		assert.deepEqual(cells, []);
		assert.deepEqual(
			readSubmissions(planned.folder).map(({ ids }) => ids),
			[["1_0", "1_1", "1_2"]],
		);
	});
});

describe("cancel", () => {
	test("ends the jobs of some cells, or of all", async () => {
		const planned = await plan();
		const { executor, jobs } = processes({ begins: false });
		await planned.submit(executor);
		const [first] = planned.cells;
		const some = await planned.cancel([first?.run as string]);
		assert.deepEqual(some, [first]);
		assert.deepEqual(
			jobs.map(({ state }) => state),
			["ended", "pending", "pending"],
		);
		assert.equal((await planned.cancel()).length, 2);
		assert.deepEqual(await statesOf(planned), Array(3).fill("waiting"));
		assert.deepEqual(await planned.cancel(), []);
		await assert.rejects(
			planned.cancel(["shapes"]),
			/no cell of the run shapes/,
		);
	});

	test("does not end a job that has other cells to work on", async () => {
		const planned = await plan();
		const { executor } = processes({ begins: false, cellsPerJob: 3 });
		await planned.submit(executor);
		const [first] = planned.cells;
		await assert.rejects(
			planned.cancel([first as never]),
			/one job has .* cancel .* too/,
		);
		assert.equal((await planned.cancel(planned.cells)).length, 3);
	});
});

describe("the state of a cell", () => {
	/** A run that was begun, as far as its folder says. */
	function begun(planned: Sweep, holder?: object): string {
		const folder = planned.cells[0]?.folder as string;
		mkdirSync(folder, { recursive: true });
		writeFileSync(runFiles(folder).record, "{}");
		const row = { step: 1, loss: 2.5, learningRate: 0.1, seconds: 4 };
		writeFileSync(
			runFiles(folder).log,
			`${JSON.stringify(row)}\n${JSON.stringify({ ...row, step: 2 })}\n{"step`,
		);
		if (holder) {
			const claim = join(folder, "claim", "7.ab");
			mkdirSync(claim, { recursive: true });
			writeFileSync(join(claim, "holder.json"), JSON.stringify(holder));
		}
		return folder;
	}

	test("is what its folder says, with step, loss and time left", async () => {
		const planned = await plan();
		begun(planned);
		const { cells, counts } = await planned.status();
		const { state, step, steps, loss, secondsLeft } = cells[0] as CellStatus;
		assert.deepEqual(
			{ state, step, steps, loss, secondsLeft },
			{ state: "stopped", step: 2, steps: 3, loss: 2.5, secondsLeft: 2 },
		);
		assert.deepEqual([counts.stopped, counts.waiting], [1, 2]);
	});

	test("is running while the holder of its claim lives, or its claim may move", async () => {
		const dead = spawnSync(process.execPath, ["-e", ""]).pid;
		const holders = [
			[{ host: hostname(), pid: dead }, "stopped"],
			[{ host: "another", pid: dead }, "running"],
		] as const;
		for (const [holder, expected] of holders) {
			const planned = await plan();
			begun(planned, { ...holder, token: "ab" });
			const [cell] = (await planned.status()).cells;
			assert.equal(cell?.state, expected);
			assert.equal(cell?.node, holder.host);
		}
	});

	test("is running with a job that runs, failed where its job never began it", async () => {
		const planned = await plan();
		const { executor, jobs } = processes({ begins: false });
		await planned.submit(executor);
		begun(planned);
		jobs[0] = { ...(jobs[0] as Job), state: "running", node: "node7" };
		jobs[1] = {
			...(jobs[1] as Job),
			state: "ended",
			reason: "JobLaunchFailure",
		};
		writeFileSync(planFiles(planned.folder).log("1_1"), "no such partition\n");
		const { cells } = await planned.status();
		assert.deepEqual(
			cells.map(({ state, node, reason, log, job }) => [
				...[state, node, reason, log, job],
			]),
			[
				["running", "node7", undefined, undefined, "1_0"],
				["failed", undefined, "JobLaunchFailure", "no such partition", "1_1"],
				["pending", undefined, undefined, undefined, "1_2"],
			],
		);
	});

	test("is failed where its rows are damaged, and no other cell suffers", async () => {
		const planned = await plan({ evaluate: { corruptions: ["fog"] } });
		const folder = begun(planned);
		writeFileSync(runFiles(folder).weights, "");
		writeFileSync(runFiles(folder).results, "no row\n");
		const { cells } = await planned.status();
		assert.equal(cells[0]?.state, "failed");
		assert.match(cells[0]?.reason ?? "", /results\.jsonl is damaged: line 1/);
		assert.equal(cells[1]?.state, "waiting");
	});
});
