/** A second attempt of a job takes over the run of the first, which is paused, or goes on, and has no say any more. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { useEngine } from "../../src/engine/engine.js";
import { finetune } from "../../src/train/finetune.js";
import { listRuns, type Run } from "../../src/train/run.js";
import { scratchFolder } from "../train/folders.js";
import { tinyBackbone, tinyRecipe, tinyTask } from "../train/tiny-task.js";

const scratch = scratchFolder();
const job = fileURLToPath(new URL("./attempt-job.js", import.meta.url));

before(() => useEngine());

/** Begins an attempt of one job; `saw` waits until it has said something. */
function attempt(folder: string, restarts: number) {
	const child: ChildProcess = spawn(process.execPath, [job, folder], {
		stdio: ["ignore", "pipe", "inherit"],
		env: {
			...process.env,
			SLURM_JOB_ID: "77",
			SLURM_RESTART_COUNT: String(restarts),
		},
	});
	let said = "";
	child.stdout?.on("data", (bytes) => {
		said += bytes;
	});
	const ended = once(child, "close");
	return {
		child,
		ended,
		said: () => said,
		async saw(text: string): Promise<void> {
			while (!said.includes(text)) await once(child.stdout as never, "data");
		},
	};
}

const files = ({ folder }: Run) =>
	readdirSync(folder)
		.sort()
		.map((name) => [name, readFileSync(join(folder, name)).toString("base64")]);

const onlyRun = (folder: string): Run => listRuns(folder)[0] as Run;

const untimed = ({ log }: Run) => log.map(({ seconds: _, ...row }) => row);

test("an attempt that is paused, and taken over, changes nothing when it goes on", async (t) => {
	if (process.platform === "win32")
		return t.skip("Windows pauses no process by a signal");
	const whole = await finetune(tinyBackbone(), tinyTask, tinyRecipe, {
		folder: join(scratch, "whole"),
	});
	const folder = join(scratch, "attempts");
	const first = attempt(folder, 0);
	await first.saw("step 4\n");
	first.child.kill("SIGSTOP");
	const second = attempt(folder, 1);
	await second.ended;
	assert.match(second.said(), /finished/);
	const run = onlyRun(folder);
	const after = files(run);
	first.child.kill("SIGCONT");
	await first.ended;
	assert.match(
		first.said(),
		/ClaimLostError .*another process.* has taken over the run; what is on the disk is the other's/,
	);
	assert.deepEqual(files(run), after);
	assert.deepEqual(
		after.map(([name]) => name),
		["log.jsonl", "recipe.json", "weights.safetensors"],
	);
	assert.deepEqual(
		readFileSync(join(run.folder, "weights.safetensors")),
		readFileSync(join(whole.folder, "weights.safetensors")),
	);
	assert.deepEqual(untimed(run), untimed(whole));
});
