import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { withLock } from "../../src/runs/lock.js";
import { scratchFolder } from "../train/folders.js";

const folder = scratchFolder();
const path = join(folder, "lock");

const holding = (holder: object) => writeFileSync(path, JSON.stringify(holder));

const deadPid = (): number => spawnSync(process.execPath, ["-e", ""]).pid;

test("two calls of one process do not write to one folder", async () => {
	await withLock(folder, async () => {
		const second = withLock(folder, async () => assert.fail("it got in"));
		await assert.rejects(second, /this process is writing the run already/);
	});
	assert.deepEqual(readdirSync(folder), []);
});

test("the lock is given back after a failure", async () => {
	const failing = withLock(folder, async () => {
		throw new Error("it failed");
	});
	await assert.rejects(failing, /it failed/);
	assert.equal(await withLock(folder, async () => "free"), "free");
});

test("another process that is alive is waited for", async () => {
	// The parent of the test is there for as long as the test.
	const pid = process.ppid;
	const began =
		existsSync(`/proc/${pid}/stat`) &&
		spawnSync("cut", ["-d", " ", "-f", "22", `/proc/${pid}/stat`]);
	holding({
		pid,
		host: hostname(),
		began: began ? began.stdout.toString().trim() : "",
	});
	await assert.rejects(
		withLock(folder, async () => assert.fail("it got in")),
		new RegExp(`process ${pid} on .* is writing the run`),
	);
	assert.ok(existsSync(path), "the lock of another is not removed");
});

test("a process of another machine is waited for", async () => {
	holding({ pid: deadPid(), host: "elsewhere", began: "1" });
	await assert.rejects(
		withLock(folder, async () => assert.fail("it got in")),
		/on elsewhere is writing the run; wait for it, or, if it is gone, remove/,
	);
});

for (const [what, holder] of [
	["a dead process", () => ({ pid: deadPid(), host: hostname(), began: "1" })],
	[
		"a process whose id another has now",
		() => ({ pid: process.pid, host: hostname(), began: "long ago" }),
	],
	["nobody knows whom", () => ({})],
] as const) {
	test(`the lock of ${what} is taken over`, async () => {
		holding(holder());
		assert.equal(await withLock(folder, async () => "free"), "free");
		assert.deepEqual(readdirSync(folder), []);
	});
}
