import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { slurm } from "../../src/sweep/slurm.js";
import { arraysOf, groupedIds } from "../../src/sweep/slurm-arrays.js";
import { slurmEnvironment } from "../../src/sweep/slurm-command.js";
import { isHeld, readJobs } from "../../src/sweep/slurm-jobs.js";
import { secondsOfLimit } from "../../src/sweep/slurm-options.js";
import { batchScript, sbatchOptions } from "../../src/sweep/slurm-script.js";
import { scratchFolder } from "../train/folders.js";

const folder = scratchFolder();
const request = { folder, id: "0a1b2c", submission: 3, jobs: 12 };

test("time limits are read in each of Slurm's forms", () => {
	const limits = {
		"30": 1800,
		"1:30": 90,
		"4:00:00": 14_400,
		"2-12": 216_000,
		"2-12:30": 217_800,
		"1-00:00:01": 86_401,
	};
	for (const [limit, seconds] of Object.entries(limits))
		assert.equal(secondsOfLimit(limit), seconds, limit);
	for (const limit of ["", "4h", "4:0", "1:00:00:00", "-5", "UNLIMITED", "1-"])
		assert.equal(secondsOfLimit(limit), undefined, limit);
});

test("what cannot be sent is refused before it is, and why", () => {
	const wrong: readonly (readonly [object, RegExp])[] = [
		[{ time: undefined }, /time is missing: it must be a time limit above 0/],
		[{ time: "0" }, /time must be a time limit above 0 .*, not "0"/],
		[{ gpus: "a100" }, /gpus must be a kind of GPU and a number, .*"a100:1"/],
		[{ gpus: 0 }, /gpus must be .*, not 0/],
		[{ memory: "much" }, /memory must be an amount of memory/],
		[{ account: "a b" }, /account must be a name without spaces/],
		[{ setup: ["a\nb"] }, /setup\[0\] must be a line of shell/],
		[{ options: ["-C a100"] }, /options\[0\] must be an option of sbatch/],
		[{ options: ["--mem=5G"] }, /"--mem=5G": `memory` says that/],
		[{ options: ["--wrap=ls"] }, /"--wrap=ls": a sweep needs its own/],
	];
	for (const [options, says] of wrong)
		assert.throws(() => slurm({ time: "30", ...options }), says);
	const right = { gpus: "a100:2", memory: "1500m", options: ["--exclusive"] };
	assert.equal(slurm({ time: "1-12", ...right }).name, "slurm");
});

test("an array is sent with what the options say, and what a sweep needs", () => {
	const options = {
		time: "4:00:00",
		partition: "gpu",
		account: "lab",
		gpus: "a100:1",
		cpus: 8,
		memory: "32G",
		options: ["--constraint=a100"],
	};
	const array = { from: 5, count: 7, atOnce: 2 };
	assert.deepEqual(
		sbatchOptions({ ...request, folder: "/shared/100%" }, array, options),
		[
			"--parsable",
			"--job-name=rt-0a1b2c",
			"--comment=submission 3 from job 5",
			"--array=0-6%2",
			"--requeue",
			"--open-mode=append",
			"--output=/shared/100%%/logs/%A_%a.log",
			"--chdir=/shared/100%",
			"--nodes=1",
			"--ntasks=1",
			"--cpus-per-task=8",
			"--time=4:00:00",
			"--signal=B:USR2@120",
			"--partition=gpu",
			"--account=lab",
			"--gpus=a100:1",
			"--mem=32G",
			"--constraint=a100",
		],
	);
	const [short = ""] = sbatchOptions(request, array, { time: "1" }).filter(
		(word) => word.startsWith("--signal"),
	);
	assert.equal(short, "--signal=B:USR2@20");
	assert.throws(
		() => sbatchOptions({ ...request, folder: "/a\\b" }, array, options),
		/backslash/,
	);
});

/** Runs a script as Slurm would, with a worker that prints what it is given. */
function runScript(place: string, setup: readonly string[]) {
	const worker = join(folder, "it's a worker.mjs");
	writeFileSync(
		worker,
		`console.log(JSON.stringify([process.cwd(), ...process.argv.slice(2)]));`,
	);
	const array = { from: 5, count: 7 };
	const script = batchScript({ ...request, folder: place }, array, {
		setup,
		worker,
	});
	return spawnSync("bash", [], {
		input: script,
		env: { ...process.env, SLURM_ARRAY_TASK_ID: "2" },
		encoding: "utf8",
	});
}

test("the script runs the worker in the sweep's folder with the job's place in the submission; USR2 before it is ignored", () => {
	const { stdout, status } = runScript(folder, [
		"kill -USR2 $$",
		"echo loaded",
	]);
	assert.equal(status, 0);
	const [loaded, given = ""] = stdout.trim().split("\n");
	assert.equal(loaded, "loaded");
	assert.deepEqual(JSON.parse(given), [folder, folder, "3", "7"]);
});

test("where a line of setup fails, the job does, and says which; nothing runs elsewhere than in the folder", () => {
	const { stdout, stderr, status } = runScript(folder, ["echo a", "false b"]);
	assert.deepEqual([stdout, status], ["a\n", 1]);
	assert.match(stderr, /the job ends before its cells: false b/);
	const elsewhere = runScript(join(folder, "none"), ["echo a"]);
	assert.deepEqual([elsewhere.stdout, elsewhere.status], ["", 1]);
});

test("jobs beyond MaxArraySize are dealt out to several arrays, and what runs at once with them", () => {
	assert.deepEqual(arraysOf(200, { most: 1001 }), [{ from: 0, count: 200 }]);
	assert.deepEqual(arraysOf(1001, { most: 1001, atOnce: 3 }), [
		{ from: 0, count: 1001, atOnce: 3 },
	]);
	assert.deepEqual(arraysOf(9, { most: 4, atOnce: 5 }), [
		{ from: 0, count: 3, atOnce: 2 },
		{ from: 3, count: 3, atOnce: 2 },
		{ from: 6, count: 3, atOnce: 1 },
	]);
	assert.throws(() => arraysOf(9, { most: 4, atOnce: 2 }), /atOnce be 3/);
	assert.throws(() => arraysOf(9, { most: 0 }), /MaxArraySize is 0/);
});

test("jobs are cancelled array by array", () => {
	const ids = ["12_3", "12_1", "13_0", "12_2", "12_9", "12_2"];
	assert.deepEqual(groupedIds(ids), ["12_[1-3,9]", "13_[0]"]);
	assert.throws(() => groupedIds(["12"]), /"12" is no job of a sweep/);
});

test("what Slurm's programs take for options stays out, but for whose and where", () => {
	const given = {
		PATH: "/bin",
		SLURM_CONF: "/etc/slurm.conf",
		SLURM_JOB_ID: "7",
		SBATCH_MEM_BIND: "none",
		SBATCH_ACCOUNT: "lab",
		SQUEUE_PARTITION: "gpu",
		SCANCEL_INTERACTIVE: "1",
	};
	assert.deepEqual(slurmEnvironment(given), {
		PATH: "/bin",
		SLURM_CONF: "/etc/slurm.conf",
		SBATCH_ACCOUNT: "lab",
	});
});

// As Slurm 22.05 prints them; the last two lines are of a job that its node could not begin, and of a newer state.
const printed = `10|3|PENDING|JobArrayTaskLimit|0||submission 2 from job 0|
10|0|RUNNING|None|0|node2|submission 2 from job 0|
11|1|COMPLETING|None|0|node1|submission 2 from job 4|
9|0|COMPLETED|None|0|node1|submission 1 from job 0|
9|1|FAILED|NonZeroExitCode|1792|node1|submission 1 from job 0|
9|2|FAILED|JobLaunchFailure|9|node3|submission 1 from job 0|
9|3|FAILED|JobLaunchFailure|4021|node3|submission 1 from job 0|
9|4|TIMEOUT|TimeLimit|15|node1|submission 1 from job 0|
9|5|CANCELLED|None|15|node1|submission 1 from job 0|
9|6|NODE_FAIL|NodeDown|1|node2|submission 1 from job 0|
9|N/A|CANCELLED|JobArrayTaskLimit|0||submission 1 from job 0|
9|7|PENDING|launch failed requeued held|0||submission 1 from job 0|
9|8|THINKING|None|0||submission 1 from job 0|
`;

test("jobs are read from what squeue prints", () => {
	const jobs = readJobs(printed);
	assert.deepEqual(
		jobs.map(({ id, state, reason }) => [id, state, reason]),
		[
			["10_3", "pending", "JobArrayTaskLimit"],
			["10_0", "running", undefined],
			["11_1", "running", "COMPLETING"],
			["9_0", "ended", undefined],
			["9_1", "ended", "exit 7"],
			["9_2", "ended", "signal 9"],
			["9_3", "ended", "JobLaunchFailure"],
			["9_4", "ended", "TIMEOUT"],
			["9_5", "ended", "CANCELLED"],
			["9_6", "ended", "NODE_FAIL"],
			["9_7", "ended", "launch failed requeued held"],
			["9_8", "running", "THINKING"],
		],
	);
	assert.deepEqual(jobs[2], {
		id: "11_1",
		submission: 2,
		index: 5,
		state: "running",
		node: "node1",
		reason: "COMPLETING",
	});
	assert.deepEqual(
		jobs.filter(isHeld).map(({ id }) => id),
		["9_7"],
	);
	assert.deepEqual(readJobs("\n"), []);
	assert.throws(
		() => readJobs("12|0|RUNNING|None|0|node1|(null)|"),
		/job 12_0 of Slurm .* its comment is "\(null\)"/,
	);
});
