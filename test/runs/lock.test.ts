import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { withLock } from "../../src/runs/lock.js";
import { scratchFolder } from "../train/folders.js";

const folder = scratchFolder();
const path = join(folder, "lock");

const holding = (holder: object) => writeFileSync(path, JSON.stringify(holder));

const deadPid = (): number => spawnSync(process.execPath, ["-e", ""]).pid;

/** Holds the lock until it is told to let go. */
function hold() {
	let release = () => {};
	const released = new Promise<void>((resolve) => {
		release = resolve;
	});
	return { release, done: withLock(folder, () => released) };
}

test("a call waits for another of the same process", async () => {
	const first = hold();
	const order: string[] = [];
	const second = withLock(folder, async () => order.push("second"));
	await delay(200);
	order.push("first");
	first.release();
	await Promise.all([first.done, second]);
	assert.deepEqual(order, ["first", "second"]);
	assert.deepEqual(readdirSync(folder), []);
});

test("a signal ends the wait, and the lock stays", async () => {
	const first = hold();
	const controller = new AbortController();
	const fail = async () => assert.fail("it got in");
	const second = withLock(folder, fail, controller.signal);
	controller.abort(new Error("stopped"));
	await assert.rejects(second, /stopped/);
	assert.ok(existsSync(path));
	first.release();
	await first.done;
});

test("the lock of a call that a notebook terminated is taken over", async () => {
	const symbol = Symbol.for("Jupyter.hold");
	let held = 0;
	Object.assign(globalThis, {
		[symbol]: (change: number) => {
			held += change;
			return held;
		},
	});
	try {
		hold();
		assert.equal(held, 1);
		const second = withLock(folder, async () => "free");
		await delay(200);
		assert.ok(existsSync(path), "what is held is waited for");
		held = 0;
		assert.equal(await second, "free");
		assert.equal(held, 0);
	} finally {
		Reflect.deleteProperty(globalThis, symbol);
	}
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
