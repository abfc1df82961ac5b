/** Processes of several machines write to one folder, are killed, and are paused for longer than a claim may stand still. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Random } from "../../src/random.js";
import { scratchFolder } from "../train/folders.js";

const folder = scratchFolder();
const job = fileURLToPath(new URL("./claim-race-job.js", import.meta.url));
const updates = Number(process.env.ROBUST_TRANSFER_RACE_UPDATES ?? 300);
const processes = 8;
const machines = 4;

interface Racer {
	readonly child: ChildProcess;
	readonly ended: Promise<unknown>;
	isPaused: boolean;
}

let lives = 0;

function begin(at: number): Racer {
	const life = `${at}-${lives++}`;
	const args = [job, folder, `machine-${at % machines}`, life];
	const child = spawn(process.execPath, args, {
		stdio: ["ignore", "ignore", "inherit"],
	});
	return { child, ended: once(child, "exit"), isPaused: false };
}

const number = () => Number(readFileSync(join(folder, "number"), "utf8"));

/** The numbers that all racers made, and how often one was taken over. */
function madeNumbers(): { numbers: number[]; losses: number } {
	const lines = readdirSync(folder)
		.filter((name) => name.startsWith("made-"))
		.flatMap((name) => readFileSync(join(folder, name), "utf8").split("\n"))
		.filter((line) => line !== "");
	const numbers = lines.map(Number).filter((value) => !Number.isNaN(value));
	return { numbers, losses: lines.length - numbers.length };
}

test(`of ${updates} updates by ${processes} processes none is lost`, async (t) => {
	if (process.platform === "win32")
		return t.skip("Windows pauses no process by a signal");
	writeFileSync(join(folder, "number"), "0");
	const random = new Random("claim race");
	const racers = Array.from({ length: processes }, (_, i) => begin(i));
	const did = { kills: 0, pauses: 0 };
	const goOn: Promise<void>[] = [];
	while (number() < updates) {
		await delay(random.uniform(0, 600));
		const at = random.integer(0, processes);
		const racer = racers[at] as Racer;
		if (racer.isPaused) continue;
		assert.equal(racer.child.exitCode, null, "a racer ended by itself");
		if (random.uniform() < 0.1) {
			racer.child.kill("SIGKILL");
			did.kills++;
			await racer.ended;
			racers[at] = begin(at);
			continue;
		}
		racer.isPaused = true;
		racer.child.kill("SIGSTOP");
		did.pauses++;
		const resume = async () => {
			await delay(random.uniform(350, 700));
			racer.child.kill("SIGCONT");
			racer.isPaused = false;
		};
		goOn.push(resume());
	}
	await Promise.all(goOn);
	writeFileSync(join(folder, "end"), "");
	await Promise.all(racers.map(({ ended }) => ended));
	const { numbers, losses } = madeNumbers();
	const last = number();
	t.diagnostic(JSON.stringify({ updates: last, ...did, losses }));
	// A number that two have made is an update that was lost.
	assert.equal(new Set(numbers).size, numbers.length);
	assert.ok(Math.max(...numbers) <= last);
	// Who is killed between the update and the note of it leaves none.
	assert.ok(numbers.length >= last - did.kills && numbers.length <= last);
	assert.deepEqual(
		readdirSync(folder).filter((name) => name.startsWith("claim")),
		[],
	);
});
