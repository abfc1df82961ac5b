/** Watching ends by itself, or is ended, and asks executors less and less often. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { SweepStatus } from "../../src/sweep/cell-status.js";
import { watchSweep } from "../../src/sweep/watch-sweep.js";
import { madeUpCell, madeUpStatus } from "./status.js";

const running = madeUpStatus([
	madeUpCell("a", "running"),
	madeUpCell("b", "pending"),
]);
const over = madeUpStatus([
	madeUpCell("a", "done"),
	madeUpCell("b", "failed"),
	madeUpCell("c", "stopped"),
	madeUpCell("d", "waiting"),
]);

/** A sweep whose status is one after another of some; the last stays. */
function following(statuses: readonly SweepStatus[]) {
	const asked: number[] = [];
	const status = async ({ jobsEvery }: { jobsEvery: number }) => {
		asked.push(jobsEvery);
		return statuses[Math.min(asked.length, statuses.length) - 1] as SweepStatus;
	};
	return { asked, status };
}

const everySeconds = 0.001;

test("it ends once nobody works on a cell, after executors were asked anew", async () => {
	const { status, asked } = following([running, running, over]);
	const shown: SweepStatus[] = [];
	const show = (one: SweepStatus) => void shown.push(one);
	assert.equal(await watchSweep(status, { show, everySeconds }), over);
	assert.deepEqual(asked, [0, 15, 15, 0]);
	assert.deepEqual(shown, [running, running, over, over]);
});

test("what another process has submitted meanwhile is watched too", async () => {
	const { status, asked } = following([running, over, running, over]);
	const end = await watchSweep(status, { show: () => {}, everySeconds });
	assert.equal(end, over);
	assert.equal(asked.length, 5);
});

test("a signal ends watching, with what was known last", async () => {
	const stop = new AbortController();
	const { status } = following([running]);
	const show = () => stop.abort();
	const { signal } = stop;
	assert.equal(await watchSweep(status, { show, signal }), running);
});

test("a signal is heard while it waits", async () => {
	const stop = new AbortController();
	const { status } = following([running]);
	const end = watchSweep(status, {
		show: () => void setTimeout(() => stop.abort(), 20),
		...{ signal: stop.signal, everySeconds: 3600 },
	});
	assert.equal(await end, running);
});

test("executors are asked every 15 seconds, and every 60 where nothing changes", async (context) => {
	let now = 0;
	context.mock.method(performance, "now", () => now);
	const stop = new AbortController();
	const { status, asked } = following([running]);
	await watchSweep(status, {
		...{ everySeconds, signal: stop.signal },
		show() {
			now += 20_000;
			if (asked.length === 10) stop.abort();
		},
	});
	assert.deepEqual(asked, [0, 15, 15, 20, 30, 40, 50, 60, 60, 60]);
});

test("a notebook shows it in one place", async () => {
	const key = Symbol.for("Jupyter.show");
	const globals = globalThis as Record<symbol, unknown>;
	const shown: string[] = [];
	globals[key] = (data: Record<string, string>) => {
		shown.push(`shown ${data["text/plain"]}`);
		assert.match(data["text/html"] as string, /<table>/);
		return {
			update: (next: Record<string, string>) =>
				shown.push(`changed ${next["text/plain"]}`),
		};
	};
	try {
		await watchSweep(following([running, over]).status, { everySeconds });
	} finally {
		delete globals[key];
	}
	assert.deepEqual(
		shown.map((text) => text.split("\n")[0]),
		[
			"shown 2 cells: 1 running, 1 pending",
			"changed 4 cells: 1 done, 1 waiting, 1 stopped, 1 failed",
			"changed 4 cells: 1 done, 1 waiting, 1 stopped, 1 failed",
		],
	);
});

test("options are checked", async () => {
	await assert.rejects(
		watchSweep(following([over]).status, { every: 5 } as object),
		/watch has no option "every"/,
	);
});
