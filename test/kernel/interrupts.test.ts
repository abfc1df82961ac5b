import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { Execution } from "../../kernel/client.js";
import { outputs, shown, streamed, useKernel } from "./session.js";

const kernel = useKernel();

/** Runs a cell, interrupts it once it runs, and says how long it took to stop. */
async function interrupted(
	code: string,
	interrupt: () => unknown = () => kernel.client.interrupt(),
): Promise<{ execution: Execution; milliseconds: number }> {
	const marked = `console.log('running'); ${code}`;
	let started = () => {};
	const running = new Promise<void>((resolve) => {
		started = resolve;
	});
	const cell = kernel.client.execute(marked, {
		content: { allow_stdin: true },
		onPublish: ({ header }) => header.msg_type === "stream" && started(),
	});
	await running;
	await delay(100);
	const from = performance.now();
	void interrupt();
	const execution = await cell;
	return { execution, milliseconds: performance.now() - from };
}

async function assertUsable(): Promise<void> {
	assert.equal(shown(await kernel.run("40 + 2")), "42");
}

// the target is one second; a loaded machine gets three, and a kernel that hangs fails anyway
const limit = 3000;

const cells: Record<string, string> = {
	"a busy loop": "while (true) {}",
	"a busy loop after an await": "await 0; while (true) {}",
	"a loop that awaits": "for (;;) await new Promise((r) => setTimeout(r, 5))",
	"a loop of microtasks": "for (;;) await null",
	"a promise that never settles": "await new Promise(() => {})",
	"an async iteration":
		"for await (const x of (async function* () { for (;;) yield await 1 })()) {}",
	"an iteration that never gets an item":
		"for await (const x of { [Symbol.asyncIterator]: () => ({ next: () => new Promise<IteratorResult<number>>(() => {}) }) }) {}",
	"a regular expression": "/^(a+)+$/.test('a'.repeat(40) + 'b')",
	"a deep recursion":
		"const f = (n: number): number => (n ? f(n - 1) + f(n - 1) : 0); f(60)",
	"a busy library":
		"const g = new Function('while (true) {}'); await Promise.resolve().then(() => g())",
	"a question": "prompt('who?')",
};

for (const [name, code] of Object.entries(cells)) {
	test(`${name} stops`, { timeout: 20_000 }, async () => {
		const { execution, milliseconds } = await interrupted(code);
		assert.equal(execution.reply.ename, "Interrupted");
		assert.ok(milliseconds < limit, `${milliseconds} ms`);
		await assertUsable();
	});
}

test("SIGINT stops a busy loop too", { timeout: 20_000 }, async () => {
	const { execution } = await interrupted("await 0; while (true) {}", () =>
		kernel.client.process.kill("SIGINT"),
	);
	assert.equal(execution.reply.ename, "Interrupted");
	await assertUsable();
});

test("finally runs, catch may go on, and nothing runs on afterwards", async () => {
	const { execution } = await interrupted(
		"let ticks = 0; const timer = setInterval(() => console.log('tick', ticks++), 10); try { for (;;) await new Promise((r) => setTimeout(r, 5)) } finally { console.log('finally') }",
	);
	assert.match(streamed(execution), /finally\n$/);
	const later = await kernel.run(
		"await new Promise((r) => setTimeout(r, 100))",
	);
	assert.deepEqual(outputs(later), []);
	const id = execution.published[0]?.parent.msg_id;
	const last = kernel.recorded.findLast(({ parent }) => parent.msg_id === id);
	assert.equal(last?.content.execution_state, "idle");
});

test("functions of an interrupted cell work in later ones", async () => {
	await interrupted(
		"function count(to: number) { let n = 0; while (n < to) n++; return n }; while (true) {}",
	);
	assert.equal(shown(await kernel.run("count(1000)")), "1000");
});

test("libraries see the interrupt as an abort signal", async () => {
	const { execution } = await interrupted(
		"const { signal } = jupyter; await new Promise((_, reject) => { signal.addEventListener('abort', () => { console.log('aborted'); reject(signal.reason) }) })",
	);
	assert.match(streamed(execution), /aborted/);
});

test("an interrupt of an idle kernel stops nothing", async () => {
	await kernel.client.interrupt();
	assert.equal(
		shown(await kernel.run("let n = 0; while (n < 1e5) n++; n")),
		"100000",
	);
});
