import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { readResults } from "../../src/evaluate/results.js";
import { Random } from "../../src/random.js";
import { runFiles } from "../../src/runs/run-folder.js";
import { listRuns } from "../../src/train/run.js";

const longestDelay = 5;

const job = fileURLToPath(new URL("./kill-job.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "robust-transfer-kill-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** When to kill a job: some time after it has written so many lines. */
interface Moment {
	readonly steps: number;
	readonly milliseconds: number;
}

/** What a job is told besides its folder. */
type Kind = readonly string[];

/** Runs the job until it ends, or until it is killed a moment after so many steps. */
async function runJob(
	runs: string,
	kind: Kind,
	killAt?: Moment,
): Promise<"finished" | "killed"> {
	const child = spawn(process.execPath, [job, runs, ...kind], {
		stdio: ["ignore", "pipe", "inherit"],
	});
	let steps = 0;
	let last = "";
	for await (const line of createInterface(child.stdout)) {
		last = line;
		if (++steps !== killAt?.steps) continue;
		await delay(killAt.milliseconds);
		child.kill("SIGKILL");
	}
	return last === "finished" ? "finished" : "killed";
}

/** Everything a run leaves but the time it took. */
function outcome(runs: string) {
	const [run, ...others] = listRuns(runs);
	assert.ok(run && others.length === 0);
	const rows = readResults(run).map(({ seconds: _, ...row }) => row);
	const weights = readFileSync(runFiles(run.folder).weights);
	return {
		id: run.id,
		// The claim of a dead process may be left: the next to write takes it over.
		files: readdirSync(run.folder)
			.filter((name) => !name.startsWith("claim"))
			.sort(),
		log: run.log.map(({ seconds: _, ...row }) => row),
		rows,
		weights: createHash("sha256").update(weights).digest("hex"),
	};
}

/** Kills jobs so many times, finishes them, and compares them with one that was left alone. */
async function killOften(kills: number, kind: Kind) {
	const scratch = mkdtempSync(join(folder, "kind-"));
	const whole = join(scratch, "whole");
	assert.equal(await runJob(whole, kind), "finished");
	const expected = outcome(whole);
	assert.equal(expected.log.length, 16);
	assert.equal(expected.rows.length, 9);

	const random = new Random("kill");
	const made = { training: 0, evaluating: 0 };
	let runs = join(scratch, "killed-0");
	const killOrFinish = async (killAt?: Moment) => {
		if ((await runJob(runs, kind, killAt)) === "killed") {
			const finished = listRuns(runs)[0]?.finished;
			made[finished ? "evaluating" : "training"]++;
			return;
		}
		assert.deepEqual(outcome(runs), expected);
		runs = join(scratch, `killed-${made.training + made.evaluating}`);
	};
	while (made.training + made.evaluating < kills) {
		const steps = random.integer(1, 10);
		const milliseconds = random.uniform(0, longestDelay);
		await killOrFinish({ steps, milliseconds });
	}
	await killOrFinish();
	return made;
}

test("a run and its evaluation, killed at twenty random moments, end as if they had not been", async (t) => {
	const made = await killOften(20, []);
	t.diagnostic(`kills: ${JSON.stringify(made)}`);
	assert.ok(made.training >= 3 && made.evaluating >= 3, JSON.stringify(made));
});

test("so do those that held-out data lead to their best weights, and that are looked at", async (t) => {
	const made = await killOften(20, ["watch"]);
	t.diagnostic(`kills: ${JSON.stringify(made)}`);
	assert.ok(made.training >= 3, JSON.stringify(made));
});

test("so do those whose examples threads prepare", async (t) => {
	const made = await killOften(4, ["threads"]);
	t.diagnostic(`kills: ${JSON.stringify(made)}`);
});
