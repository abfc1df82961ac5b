/** Jobs on this machine: how many at once, who looks after them, and how they end. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { availableParallelism, hostname } from "node:os";
import { join } from "node:path";
import { afterEach, test } from "node:test";
import { fileURLToPath } from "node:url";
import {
	isLiving,
	markOf,
	type ProcessMark,
} from "../../src/runs/process-mark.js";
import {
	cellsPerJobOf,
	type Executor,
	type Job,
} from "../../src/sweep/executor.js";
import { heldBy } from "../../src/sweep/held-by.js";
import { type LocalOptions, local } from "../../src/sweep/local.js";
import { isSupervisedHere } from "../../src/sweep/local-executor.js";
import { localFiles } from "../../src/sweep/local-folder.js";
import { scratchFolder } from "../train/folders.js";
import { begun, begunIn, end, stubbed, until } from "./stubbed.js";

const scratch = scratchFolder();
let count = 0;
let folder = "";
const place = () => ({ folder, id: "test" });
const begin = (executor: Executor, jobs: number, submission = 1) =>
	executor.submit({ ...place(), submission, jobs });

function newFolder(): void {
	folder = join(scratch, `sweep-${++count}`);
}

const jobOf = async (id: string): Promise<Job> =>
	(await stubbed().jobs(place())).find((job) => job.id === id) as Job;
const ended = (id: string): Promise<Job> =>
	until(`job ${id} to end`, async () => {
		const job = await jobOf(id);
		return job?.state === "ended" ? job : undefined;
	});
const supervisor = () =>
	heldBy(localFiles(folder).folder) as ProcessMark | undefined;

async function killSupervisor(): Promise<void> {
	const mark = supervisor()!;
	process.kill(mark.pid, "SIGKILL");
	await until("the supervisor to be gone", () => !isLiving(mark));
}

afterEach(async () => {
	if (!existsSync(folder)) return;
	const jobs = await stubbed().jobs(place());
	for (const { id } of jobs) end(folder, id);
	await until("the supervisor to leave", () => !isSupervisedHere(folder));
});

test("no more jobs run at once than are to, each with its share of the threads", async () => {
	newFolder();
	const executor = stubbed({ atOnce: 2, threads: 3 });
	const ids = await begin(executor, 5);
	assert.deepEqual(ids, ["1_0", "1_1", "1_2", "1_3", "1_4"]);
	const { threads, cwd } = await begun(folder, "1_1");
	assert.deepEqual({ threads, cwd }, { threads: "3", cwd: process.cwd() });
	await begun(folder, "1_0");
	const states = async () =>
		(await executor.jobs(place())).map(({ state }) => state);
	assert.deepEqual(await states(), [
		...["running", "running", "pending", "pending", "pending"],
	]);
	for (let i = 0; i < 5; i++) {
		assert.ok(begunIn(folder).length <= i + 2);
		await begun(folder, `1_${i}`);
		end(folder, `1_${i}`);
		await ended(`1_${i}`);
	}
	assert.deepEqual(await states(), Array(5).fill("ended"));
	assert.equal((await jobOf("1_0")).reason, undefined);
	assert.match(
		readFileSync(join(folder, "logs", "1_4.log"), "utf8"),
		/^job 1_4 begins$/m,
	);
});

test("a job says how it ended: by its code, or by a signal", async () => {
	newFolder();
	await begin(stubbed({ atOnce: 3 }), 3);
	const { pid } = await begun(folder, "1_0");
	assert.equal((await jobOf("1_0")).node, hostname());
	process.kill(pid, "SIGKILL");
	end(folder, "1_1", 7);
	end(folder, "1_2", "abort");
	assert.equal((await ended("1_0")).reason, "signal SIGKILL");
	assert.equal((await ended("1_1")).reason, "exit 7");
	assert.equal((await ended("1_2")).reason, "signal SIGABRT");
});

test("jobs go on, and others begin, when the process that submitted them has ended", async () => {
	newFolder();
	const program = fileURLToPath(
		new URL("./submit-and-end.js", import.meta.url),
	);
	const child = spawn(process.execPath, [program, folder, "2", "1"], {
		env: { ...process.env, SLURM_JOB_ID: "12" },
	});
	const [code] = await once(child, "exit");
	assert.equal(code, 0);
	const { slurm } = await begun(folder, "1_0");
	assert.equal(slurm, undefined);
	end(folder, "1_0");
	await begun(folder, "1_1");
	assert.equal((await jobOf("1_0")).state, "ended");
	assert.equal((await jobOf("1_1")).state, "running");
});

test("of a supervisor that is killed, workers go on and are seen, and another submission goes on with the rest", async () => {
	newFolder();
	const executor = stubbed({ atOnce: 1 });
	await begin(executor, 2);
	const worker = markOf((await begun(folder, "1_0")).pid);
	await killSupervisor();
	const living = await jobOf("1_0");
	assert.equal(living.state, "running");
	assert.match(living.reason!, /supervisor is gone/);
	const waiting = await jobOf("1_1");
	assert.equal(waiting.state, "ended");
	assert.match(waiting.reason!, /^not begun: /);

	await begin(executor, 1, 2);
	assert.deepEqual(
		(await executor.jobs(place())).map(({ id, state }) => `${id} ${state}`),
		["1_0 running", "1_1 ended", "2_0 pending"],
	);
	// The worker of the first supervisor counts among those at once.
	assert.deepEqual(begunIn(folder), ["1_0"]);
	end(folder, "1_0");
	await begun(folder, "2_0");
	const unseen = await jobOf("1_0");
	assert.deepEqual([unseen.state, isLiving(worker)], ["ended", false]);
	assert.match(unseen.reason!, /its end was not seen/);
	assert.deepEqual(begunIn(folder), ["1_0", "2_0"]);
});

test("jobs whose supervisor and worker are both killed have ended", async () => {
	newFolder();
	await begin(stubbed(), 1);
	const { pid } = await begun(folder, "1_0");
	await killSupervisor();
	process.kill(pid, "SIGKILL");
	assert.match((await ended("1_0")).reason!, /its end was not seen/);
});

test("what a submission adds while there is a supervisor, that one takes", async () => {
	newFolder();
	await begin(stubbed({ atOnce: 1 }), 1);
	await begun(folder, "1_0");
	const first = supervisor();
	await begin(stubbed({ atOnce: 2 }), 1, 2);
	await begun(folder, "2_0");
	assert.deepEqual(supervisor(), first);
});

test("a canceled job saves; one that has not begun does not begin; one that has ended is left alone", async () => {
	newFolder();
	const executor = stubbed({ atOnce: 2 });
	await begin(executor, 4);
	await begun(folder, "1_0");
	await begun(folder, "1_1");
	end(folder, "1_1", 7);
	await begun(folder, "1_2");
	await executor.cancel(place(), ["1_0", "1_1", "1_3"]);
	assert.equal((await ended("1_0")).reason, "canceled");
	assert.ok(existsSync(join(folder, "saved-1_0")));
	assert.equal((await ended("1_3")).reason, "canceled");
	assert.equal((await jobOf("1_1")).reason, "exit 7");
	assert.equal((await jobOf("1_2")).state, "running");
	assert.ok(!begunIn(folder).includes("1_3"));
});

test("a canceled job that does not end is killed after a while, also where its supervisor was killed before", async () => {
	newFolder();
	const executor = stubbed({ graceSeconds: 0.5 }, "stubborn");
	await begin(executor, 2);
	const workers = [await begun(folder, "1_0"), await begun(folder, "1_1")];
	const marks = workers.map(({ pid }) => markOf(pid));
	await executor.cancel(place(), ["1_0"]);
	assert.equal((await ended("1_0")).reason, "canceled");
	await killSupervisor();
	await executor.cancel(place(), ["1_1"]);
	assert.equal((await ended("1_1")).reason, "canceled");
	assert.deepEqual(marks.map(isLiving), [false, false]);
});

test("a supervisor that is told to end lets workers save, and begins nothing more", async () => {
	newFolder();
	await begin(stubbed({ atOnce: 1 }), 2);
	await begun(folder, "1_0");
	process.kill(supervisor()!.pid, "SIGTERM");
	for (const id of ["1_0", "1_1"])
		assert.match((await ended(id)).reason!, /told to end/);
	assert.ok(existsSync(join(folder, "saved-1_0")));
	assert.deepEqual(begunIn(folder), ["1_0"]);
});

test("a worker that cannot be started is a job that has ended, and says why", async () => {
	newFolder();
	await begin(stubbed({ command: [join(scratch, "none")] }), 1);
	assert.match((await ended("1_0")).reason!, /^not started: .*ENOENT/);
});

test("many jobs are submitted at once", async () => {
	newFolder();
	const ids = await begin(stubbed({ atOnce: 1 }), 200);
	assert.equal(ids.length, 200);
	const jobs = await stubbed().jobs(place());
	assert.equal(jobs.length, 200);
	await stubbed().cancel(place(), ids.slice(1));
	await ended("1_199");
	assert.equal((await jobOf("1_0")).state, "running");
});

test("by default cores are shared out, and options are checked", () => {
	const made = (options?: LocalOptions) => {
		const own = local(options);
		return own.make(own.options as LocalOptions);
	};
	const { atOnce = 0, threads = 0 } = made();
	assert.ok(atOnce >= 1 && threads >= 1);
	assert.ok(atOnce * threads <= availableParallelism());
	const cores = availableParallelism();
	assert.equal(made({ atOnce: 1 }).threads, cores);
	assert.equal(made({ atOnce: 2 * cores }).threads, 1);
	assert.equal(made({ cellsPerJob: 3 }).cellsPerJob, 3);
	const shared = made({ atOnce: 2 });
	const perJob = [1, 2, 3, 8, 9, 18, 200].map((cells) =>
		cellsPerJobOf(shared, cells),
	);
	assert.deepEqual(perJob, [1, 1, 2, 4, 3, 3, 4]);
	for (const wrong of [0, 1.5, Number.NaN])
		assert.throws(
			() => cellsPerJobOf({ name: "mine", cellsPerJob: () => wrong }, 7),
			/the executor mine must have a whole number of cells .*, not .* for 7 cells/,
		);
	assert.throws(() => local({ atOnce: 0 }), /atOnce must be a whole number/);
	assert.throws(() => local({ atonce: 2 } as object), /atOnce/);
});
