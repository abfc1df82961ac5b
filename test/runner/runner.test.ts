import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { silenceAlarm, type TestEvent } from "./run-files.js";
import { summarize, summaryText } from "./summary.js";

const path = (name: string) =>
	fileURLToPath(new URL(`./${name}.js`, import.meta.url));

/** What a runner prints, which must not know that it runs in a test. */
function printed(...args: string[]) {
	const { NODE_TEST_CONTEXT: _, ...env } = process.env;
	return spawnSync(process.execPath, args, { encoding: "utf8", env });
}

test("a test that hangs is stopped and named; the rest counts", () => {
	const { stdout, stderr } = printed(path("run-hanging"));
	assert.match(
		stdout,
		/hanging\.js is stopped: nothing has happened for too long, and its test "hangs" has not ended/,
		stderr,
	);
	assert.match(stdout, /✔ passes/);
	assert.match(stdout, /ℹ pass 1\n/);
	assert.match(
		stdout,
		/skipped for want of real data: 1; .*\n {2}1 × needs \.\.\/shared\/data\/nothing\n/,
	);
	assert.match(stdout, /\n1 passed, [23] failed, 1 skipped\n$/);
});

test("words choose the files, and the last line says how many passed", () => {
	const chosen = printed(path("../run"), "runner/no-such", "random.test.js");
	assert.equal(chosen.status, 0);
	assert.match(chosen.stdout, /\n\d+ passed, 0 failed, 0 skipped\n$/);
	const none = printed(path("../run"), "runner/no-such");
	assert.equal(none.status, 1);
	assert.match(none.stderr, /no test matches runner\/no-such/);
});

test("an alarm begins to wait anew at every event", (context) => {
	const waiting = new Set<number>();
	let timers = 0;
	context.mock.method(globalThis, "setTimeout", (_: unknown, ms: number) => {
		assert.equal(ms, 600_000);
		waiting.add(++timers);
		return timers;
	});
	const clear = (timer: number) => waiting.delete(timer);
	context.mock.method(globalThis, "clearTimeout", clear);
	const alarm = silenceAlarm(10)(() => {});
	for (let event = 0; event < 3; event++) {
		alarm.heard({ type: "test:start", data: {} });
		assert.deepEqual([...waiting], [timers]);
	}
	assert.equal(timers, 4);
	alarm.stop();
	assert.equal(waiting.size, 0);
});

test("reasons are counted, data first, and numbers of files added", async () => {
	const { summary, stream } = summarize();
	const skipped = (skip: string): TestEvent => ({
		type: "test:pass",
		data: { name: "x", nesting: 0, file: "f", skip },
	});
	const total = (message: string): TestEvent => ({
		type: "test:diagnostic",
		data: { nesting: 0, message },
	});
	const events = [
		skipped("no browser"),
		skipped("needs ../shared/data/coco"),
		...["tests 4", "pass 1", "fail 1", "cancelled 0", "skipped 2", "todo 0"],
		...["tests 2", "pass 2"],
	].map((event) => (typeof event === "string" ? total(event) : event));
	for (const event of events) stream.write(event);
	stream.end();
	const passed = await stream.toArray();
	const messages = passed.map(({ data }: TestEvent) => data.message);
	assert.equal(messages.filter((text) => text === "pass 3").length, 1);
	assert.equal(
		summaryText(summary),
		`
skipped for want of real data: 1; they run where these stand beside the checkout
  1 × needs ../shared/data/coco
skipped for other reasons: 1
  1 × no browser
3 passed, 1 failed, 2 skipped
`,
	);
});
