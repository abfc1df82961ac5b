/** Jobs of a stand-in worker on a Slurm cluster of pretended nodes: what Slurm does with them, and says of them. */
import assert from "node:assert/strict";
import {
	existsSync,
	mkdirSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Job } from "../../src/sweep/executor.js";
import { slurmExecutor } from "../../src/sweep/slurm-executor.js";
import type { SlurmOptions } from "../../src/sweep/slurm-options.js";
import { scratchFolder } from "../train/folders.js";
import { type Cluster, clusterWants, startCluster } from "./cluster.js";
import type { Act } from "./stand-in-worker.js";
import { until } from "./until.js";

const scratch = scratchFolder();
const worker = fileURLToPath(new URL("./stand-in-worker.js", import.meta.url));
const submitter = fileURLToPath(
	new URL("./submit-stand-in.js", import.meta.url),
);
const maxArraySize = 8;
let cluster: Cluster;

/** A sweep's folder, what its jobs do, and its executor. */
function sweepOf(
	id: string,
	acts: Record<string, Act>,
	options: Partial<SlurmOptions> = {},
) {
	const folder = join(scratch, id);
	mkdirSync(folder);
	writeFileSync(join(folder, "acts.json"), JSON.stringify(acts));
	const executor = slurmExecutor({ time: "5", cpus: 1, ...options }, worker);
	const place = { folder, id };
	return {
		...place,
		executor,
		send: (submission: number, jobs: number) =>
			executor.submit({ ...place, submission, jobs }),
		jobs: () => executor.jobs(place),
		cancel: (ids: readonly string[]) => executor.cancel(place, ids),
		go: () => writeFileSync(join(folder, "go"), ""),
		seen: (name: string) =>
			JSON.parse(
				readFileSync(join(folder, "seen", `${name}.json`), "utf8"),
			) as {
				environment: Record<string, string>;
				cwd: string;
			},
	};
}

const isOver = (jobs: readonly Job[]) =>
	jobs.length > 0 && jobs.every(({ state }) => state === "ended");

const byIndex = (jobs: readonly Job[]) =>
	new Map(jobs.map((job) => [job.index, job]));

const skip = clusterWants() ?? false;

describe("jobs of Slurm", { skip }, () => {
	before(async () => {
		cluster = await startCluster({ maxArraySize });
		process.env.SLURM_CONF = cluster.conf;
	});
	after(async () => {
		delete process.env.SLURM_CONF;
		await cluster?.stop();
	});

	test("how jobs end is seen, with Slurm's reasons, and what they print", async () => {
		const acts = { "1-0": 0, "1-1": 7, "1-2": "abort", "1-3": "kill" } as const;
		const sweep = sweepOf("ends", acts);
		const ids = await sweep.send(1, 4);
		const jobs = byIndex(await until(sweep.jobs, isOver));
		assert.deepEqual(
			[0, 1, 2, 3].map((index) => jobs.get(index)?.reason),
			[undefined, "exit 7", "signal 6", "signal 9"],
		);
		assert.deepEqual(
			[0, 1, 2, 3].map((index) => jobs.get(index)?.id),
			ids,
		);
		assert.ok(jobs.get(1)?.node?.startsWith("node"));
		const log = readFileSync(join(sweep.folder, "logs", `${ids[1]}.log`));
		assert.match(log.toString(), /job 1 does 7/);
		assert.equal(sweep.seen("1-1").cwd, sweep.folder);
	});

	test("more jobs than an array may have are several arrays, in the order of the submission", async () => {
		const sweep = sweepOf("many", {}, { atOnce: 8 });
		const ids = await sweep.send(2, maxArraySize + 1);
		assert.equal(new Set(ids).size, maxArraySize + 1);
		assert.equal(new Set(ids.map((id) => id.split("_")[0])).size, 2);
		const jobs = byIndex(await until(sweep.jobs, isOver));
		const all = Array.from({ length: maxArraySize + 1 }, (_, i) => i);
		assert.deepEqual(
			all.map((index) => [jobs.get(index)?.id, jobs.get(index)?.submission]),
			ids.map((id) => [id, 2]),
		);
		for (const index of all) assert.ok(sweep.seen(`2-${index}`));
	});

	test("one job is cancelled, then all; those that have ended are left alone", async () => {
		const acts = Object.fromEntries(
			[1, 2, 3, 4].map((index) => [`1-${index}`, "wait" as const]),
		);
		const sweep = sweepOf("cancel", acts, { atOnce: 3 });
		const ids = await sweep.send(1, 5);
		const running = (jobs: readonly Job[]) =>
			jobs.filter(({ state }) => state === "running").length === 3 &&
			byIndex(jobs).get(0)?.state === "ended";
		await until(sweep.jobs, running);
		await sweep.cancel([ids[2] as string]);
		const has = (index: number) => (jobs: readonly Job[]) =>
			byIndex(jobs).get(index)?.reason === "CANCELLED";
		const rest = byIndex(await until(sweep.jobs, has(2)));
		assert.equal(rest.get(1)?.state, "running");
		await sweep.cancel(ids);
		const jobs = byIndex(await until(sweep.jobs, isOver));
		assert.equal(jobs.get(0)?.reason, undefined);
		assert.equal(jobs.get(1)?.reason, "CANCELLED");
	});

	test("a job whose log cannot be opened says so; the next submission makes the folder anew", async () => {
		const sweep = sweepOf("no-logs", {}, { options: ["--begin=now+2"] });
		await sweep.send(1, 1);
		rmSync(join(sweep.folder, "logs"), { recursive: true });
		const [job] = await until(sweep.jobs, isOver);
		assert.match(job?.reason ?? "", /JobLaunchFailure|launch failed/);
		assert.ok(!existsSync(join(sweep.folder, "seen")));
		await sweep.send(2, 1);
		const second = (jobs: readonly Job[]) =>
			jobs.some((one) => one.submission === 2);
		const jobs = await until(sweep.jobs, (all) => second(all) && isOver(all));
		const last = jobs.find(({ submission }) => submission === 2);
		assert.equal(last?.reason, undefined);
	});

	test("a job that submits leaves nothing of itself to the jobs that it submits", async () => {
		const sweep = sweepOf("inside", {});
		await sweep.send(1, 1);
		const command = [process.execPath, submitter, sweep.folder, sweep.id];
		const words = ["--ntasks=1", "--mem=500", "--time=3", ...command, "2", "1"];
		const printed = await cluster.run("srun", ...words);
		const jobs = await until(
			sweep.jobs,
			(all) => all.length === 2 && isOver(all),
		);
		const inner = jobs.find(({ submission }) => submission === 2);
		assert.deepEqual([inner?.id], JSON.parse(printed));
		const names = (name: string) =>
			Object.keys(sweep.seen(name).environment).sort();
		assert.deepEqual(names("2-0"), names("1-0"));
	});

	test("what Slurm refuses is told in its words, and nothing of the submission stays", async () => {
		const sweep = sweepOf("refused", {}, { partition: "none" });
		await assert.rejects(
			sweep.send(1, maxArraySize + 1),
			/^Error: Slurm's sbatch failed: .*invalid partition specified: none/,
		);
		assert.deepEqual(await sweep.jobs(), []);
		const path = process.env.PATH;
		process.env.PATH = scratch;
		try {
			await assert.rejects(sweep.jobs(), /^Error: there is no squeue here: /);
		} finally {
			process.env.PATH = path;
		}
	});

	test("a controller that is killed is told from one that knows of no jobs; its jobs go on", async () => {
		const sweep = sweepOf("controller", { "1-0": "wait" });
		await sweep.send(1, 1);
		await until(sweep.jobs, ([job]) => job?.state === "running");
		await until(
			async () => existsSync(join(sweep.folder, "seen")),
			(is) => is,
		);
		// What it has not written down yet it forgets.
		const state = join(cluster.folder, "state", "job_state");
		await until(
			async () => existsSync(state) && readFileSync(state),
			(bytes) => bytes !== false && bytes.includes("rt-controller"),
			() => "not written down",
		);
		await cluster.killController();
		const silent = /^Error: Slurm does not answer: /;
		await Promise.all([
			assert.rejects(sweep.jobs(), silent),
			assert.rejects(sweep.send(2, 1), silent),
		]);
		await cluster.startController();
		await cluster.ready();
		assert.equal((await sweep.jobs()).length, 1);
		sweep.go();
		const [job] = await until(sweep.jobs, isOver);
		assert.equal(job?.reason, undefined);
	});
});
