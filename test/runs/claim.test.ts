import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	renameSync,
	writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { afterEach, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { type Claim, withClaim } from "../../src/runs/claim.js";
import {
	listing,
	type Standing,
	standingClaim,
} from "../../src/runs/claim-folder.js";
import { lease } from "../../src/runs/lease.js";
import { markOf } from "../../src/runs/process-mark.js";
import { publishFile, removeFile } from "../../src/runs/publish-file.js";
import { appendRow } from "../../src/runs/rows.js";
import { readLog } from "../../src/runs/run-folder.js";
import { writeWeights } from "../../src/runs/weights-file.js";
import { makeFolder, writeWhole } from "../../src/runs/whole-file.js";
import { scratchFolder } from "../train/folders.js";

const scratch = scratchFolder();
const usual = lease.milliseconds;

afterEach(() => {
	lease.milliseconds = usual;
});

const newFolder = (): string => mkdtempSync(join(scratch, "folder-"));

const deadPid = (): number => spawnSync(process.execPath, ["-e", ""]).pid;

const pathOfClaim = (folder: string): string =>
	join(folder, "claim", standingClaim(folder)?.name ?? "none");

/** Writes down the claim of another. */
function claimedBy(folder: string, holder: object, name = "7.abc"): void {
	const path = join(folder, "claim", name);
	mkdirSync(path, { recursive: true });
	const token = name.split(".")[1];
	writeFileSync(
		join(path, "holder.json"),
		JSON.stringify({ token, ...holder }),
	);
}

const getsIn = async () => assert.fail("it got in");

/** Holds the claim until it is told to let go. */
function hold(folder: string) {
	let release = () => {};
	const released = new Promise<void>((resolve) => {
		release = resolve;
	});
	return { release, done: withClaim(folder, () => released) };
}

/** Another process of this machine, which is there for as long as the test. */
const parent = markOf(process.ppid);

describe("calls in one process", () => {
	test("one waits for the other", async () => {
		const folder = newFolder();
		const first = hold(folder);
		const order: string[] = [];
		const second = withClaim(folder, async () => order.push("second"));
		await delay(200);
		order.push("first");
		first.release();
		await Promise.all([first.done, second]);
		assert.deepEqual(order, ["first", "second"]);
		assert.deepEqual(readdirSync(folder), []);
	});

	test("a signal ends the wait, and the claim stays", async () => {
		const folder = newFolder();
		const first = hold(folder);
		const controller = new AbortController();
		const second = withClaim(folder, getsIn, controller.signal);
		controller.abort(new Error("stopped"));
		await assert.rejects(second, /stopped/);
		assert.ok(standingClaim(folder));
		first.release();
		await first.done;
	});

	test("the claim of a call that a notebook terminated is taken over", async () => {
		const folder = newFolder();
		const symbol = Symbol.for("Jupyter.hold");
		let held = 0;
		Object.assign(globalThis, {
			[symbol]: (change: number) => {
				held += change;
				return held;
			},
		});
		try {
			let first: Claim | undefined;
			withClaim(folder, (claim) => {
				first = claim;
				return new Promise(() => {});
			});
			await delay(50);
			assert.equal(held, 1);
			const second = withClaim(folder, async () => "free");
			await delay(200);
			assert.ok(standingClaim(folder), "what is held is waited for");
			held = 0;
			assert.equal(await second, "free");
			assert.equal(held, 0);
			assert.ok(first?.signal.aborted, "what is left of it is stopped");
		} finally {
			Reflect.deleteProperty(globalThis, symbol);
		}
		assert.deepEqual(readdirSync(folder), []);
	});

	test("the claim is given back after a failure", async () => {
		const folder = newFolder();
		const failing = withClaim(folder, async () => {
			throw new Error("it failed");
		});
		await assert.rejects(failing, /it failed/);
		assert.equal(await withClaim(folder, async () => "free"), "free");
	});
});

describe("the claim of another process", () => {
	test("that is alive on this machine is left alone", async () => {
		const folder = newFolder();
		claimedBy(folder, { ...parent, host: hostname() });
		await assert.rejects(
			withClaim(folder, getsIn),
			new RegExp(`process ${parent.pid} on .* is writing the run; wait for it`),
		);
		assert.equal(standingClaim(folder)?.name, "7.abc");
	});

	for (const [what, holder] of [
		["is gone", () => ({ pid: deadPid(), host: hostname(), began: "1" })],
		[
			"had an id that another has now",
			() => ({ pid: process.pid, host: hostname(), began: "long ago" }),
		],
	] as const)
		test(`that ${what} is taken over at once`, async () => {
			const folder = newFolder();
			claimedBy(folder, holder());
			writeFileSync(join(pathOfClaim(folder), "0.half"), "written");
			const names = await withClaim(folder, async () => {
				assert.match(standingClaim(folder)?.name ?? "", /^8\.|^9\./);
				return readdirSync(pathOfClaim(folder));
			});
			assert.deepEqual(names, ["holder.json"]);
			assert.deepEqual(readdirSync(folder), []);
		});

	const { pid } = process;
	for (const holder of [
		{ pid: 1, host: "elsewhere", began: "1" },
		{ pid, host: hostname(), system: "a container's", began: "1" },
		{},
	])
		test(`that says ${JSON.stringify(holder)} is taken over once it stood still`, async () => {
			lease.milliseconds = 300;
			const folder = newFolder();
			claimedBy(folder, holder);
			const began = performance.now();
			assert.equal(await withClaim(folder, async () => "free"), "free");
			assert.ok(performance.now() - began >= 300);
			assert.deepEqual(readdirSync(folder), []);
		});

	test("on another machine that moves is left alone, and its job is named", async () => {
		const folder = newFolder();
		claimedBy(folder, { pid: 5, host: "node3", job: "45_2", attempt: 1 });
		const moving = setTimeout(
			() =>
				renameSync(
					join(folder, "claim", "7.abc"),
					join(folder, "claim", "8.abc"),
				),
			100,
		);
		await assert.rejects(
			withClaim(folder, getsIn),
			/process 5 on node3, of Slurm's job 45_2 in attempt 1, is writing the run/,
		);
		clearTimeout(moving);
		const controller = new AbortController();
		const waiting = withClaim(folder, getsIn, controller.signal);
		controller.abort(new Error("stopped"));
		await assert.rejects(waiting, /stopped/);
		assert.equal(standingClaim(folder)?.name, "8.abc");
	});
});

describe("the lock of an earlier version", () => {
	test("is heeded while its process is alive on this machine", async () => {
		const folder = newFolder();
		const lock = join(folder, "lock");
		writeFileSync(lock, JSON.stringify({ ...parent, host: hostname() }));
		await assert.rejects(
			withClaim(folder, getsIn),
			/lock: process \d+ on .* is writing the run, by an earlier version/,
		);
		assert.deepEqual(readdirSync(folder), ["lock"]);
	});

	for (const holder of [
		JSON.stringify({ pid: 1, host: "elsewhere", began: "1" }),
		JSON.stringify({ pid: deadPid(), host: hostname(), began: "1" }),
		"{",
	])
		test(`is removed where it says ${holder}`, async () => {
			const folder = newFolder();
			writeFileSync(join(folder, "lock"), holder);
			writeFileSync(join(folder, "lock.12.claim"), holder);
			assert.equal(await withClaim(folder, async () => "free"), "free");
			assert.deepEqual(readdirSync(folder), []);
		});
});

/** Takes a claim over as another machine does, and says who it is. */
function takeOver(folder: string): string {
	const token = "b0b";
	let path: string | undefined;
	while (path === undefined) {
		const { name, count } = standingClaim(folder) as Standing;
		const theirs = join(folder, "claim", `${count + 1}.${token}`);
		try {
			renameSync(join(folder, "claim", name), theirs);
			path = theirs;
		} catch {
			// It has moved on meanwhile.
		}
	}
	const holder = { token, host: "node9", pid: 12, job: "45", attempt: 1 };
	writeFileSync(join(path, "holder.json"), JSON.stringify(holder));
	return path;
}

const lost = {
	name: "ClaimLostError",
	message:
		/process 12 on node9, of Slurm's job 45 in attempt 1, has taken over the run; what is on the disk is the other's/,
};

describe("who was taken over", () => {
	const writers: Record<string, (path: string) => void> = {
		"a whole file": (path) => writeWhole(path, "late"),
		"a file in a folder below": (path) => {
			makeFolder(`${path}s`);
			writeWhole(join(`${path}s`, "late"), "late");
		},
		weights: (path) => writeWeights(path, {}, {}),
		"a row": (path) => appendRow(path, { step: 1 }),
		"that a file is gone": removeFile,
	};
	for (const [what, write] of Object.entries(writers))
		test(`writes nothing more: ${what}`, async () => {
			const folder = newFolder();
			const path = join(folder, "file");
			await withClaim(folder, async ({ signal }) => {
				writeWhole(path, "before");
				const theirs = takeOver(folder);
				assert.throws(() => write(path), lost);
				assert.ok(signal.aborted);
				assert.equal(readFileSync(path, "utf8"), "before");
				assert.deepEqual(readdirSync(theirs), ["holder.json"]);
			});
			assert.equal(standingClaim(folder)?.token, "b0b", "it is the other's");
		});

	test("publishes nothing that it was writing", async () => {
		const folder = newFolder();
		const path = join(folder, "file");
		await withClaim(folder, async () => {
			writeWhole(path, "before");
			const late = () =>
				publishFile(path, (descriptor) => {
					writeFileSync(descriptor, "late");
					takeOver(folder);
				});
			assert.throws(late, lost);
			assert.equal(readFileSync(path, "utf8"), "before");
		});
	});

	test("hears of it while it writes nothing", async () => {
		lease.milliseconds = 300;
		const folder = newFolder();
		await withClaim(folder, async ({ signal }) => {
			takeOver(folder);
			while (!signal.aborted) await delay(10);
			assert.match((signal.reason as Error).message, lost.message);
		});
	});
});

test("a claim moves on while the main thread is busy, and what is written finds it", async () => {
	lease.milliseconds = 240;
	const folder = newFolder();
	await withClaim(folder, async () => {
		const before = standingClaim(folder)?.count ?? 0;
		const until = performance.now() + 60_000;
		while ((standingClaim(folder)?.count ?? 0) < before + 5)
			assert.ok(performance.now() < until, "it stands still");
		writeWhole(join(folder, "file"), "written");
	});
	assert.deepEqual(readdirSync(folder), ["file"]);
});

test("a list that is late costs another try, and decides nothing", async () => {
	const { list } = listing;
	const folder = newFolder();
	let before: string[] = [];
	let looks = 0;
	// Shows each time, for two looks, what was there before.
	listing.list = (path) => {
		if (looks++ % 3 === 0) before = list(path);
		return before;
	};
	lease.milliseconds = 240;
	try {
		const numbers = Array.from({ length: 40 }, (_, i) => i);
		await withClaim(folder, async () => {
			for (const number of numbers) {
				await delay(5);
				appendRow(join(folder, "rows.jsonl"), { step: number });
				writeWhole(join(folder, "file"), String(number));
			}
			takeOver(folder);
			assert.throws(() => writeWhole(join(folder, "file"), "late"), {
				name: "ClaimLostError",
			});
		});
		assert.equal(readFileSync(join(folder, "file"), "utf8"), "39");
	} finally {
		listing.list = list;
	}
});

test("of a step that two processes wrote down the last row is read", () => {
	const path = join(newFolder(), "log.jsonl");
	for (const [step, loss] of [
		[1, 1],
		[3, 9],
		[2, 2],
		[3, 3],
	])
		appendRow(path, { step, loss });
	assert.deepEqual(
		readLog(path).map(({ loss }) => loss),
		[1, 2, 3],
	);
});
