import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { Execution } from "../../kernel/client.js";
import {
	outputs,
	scratchFolder,
	shown,
	streamed,
	useKernel,
} from "./session.js";

const folder = scratchFolder();
const kernel = useKernel();

/** Runs a cell and interrupts it once it runs; one that does not stop hangs. */
async function interrupted(
	code: string,
	interrupt: () => unknown = () => kernel.client.interrupt(),
): Promise<Execution> {
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
	// what follows the line that says so has most probably begun, too
	await delay(100);
	void interrupt();
	return cell;
}

async function assertUsable(): Promise<void> {
	assert.equal(shown(await kernel.run("40 + 2")), "42");
}

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
	test(`${name} stops`, async () => {
		const { reply } = await interrupted(code);
		assert.equal(reply.ename, "Interrupted");
		await assertUsable();
	});
}

// Node 24 keeps signals from threads: they are heard when the main thread gets back to its event loop.
const hearsSignals = Number(process.versions.node.split(".")[0]) < 24;
const interruptible = hearsSignals
	? "await 0; while (true) {}"
	: "for (;;) await new Promise((r) => setTimeout(r, 5))";

test(`SIGINT stops ${interruptible} too`, async () => {
	const { reply } = await interrupted(interruptible, () =>
		kernel.client.process.kill("SIGINT"),
	);
	assert.equal(reply.ename, "Interrupted");
	await assertUsable();
});

test("finally runs, catch may go on, and nothing runs on afterwards", async () => {
	const execution = await interrupted(
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

/** A cell that is in a step of a library, which it holds, until a file is there. */
const holding = (path: string) =>
	`const hold = (globalThis as any)[Symbol.for("Jupyter.hold")] as (change: number) => void;
import { existsSync } from "node:fs";
const step = new Function("exists", "while (!exists()) {}");
hold(1); try { step(() => existsSync(${JSON.stringify(path)})); console.log("whole") } finally { hold(-1) }`;

test("a step that is held comes to its end", async () => {
	const path = join(folder, "end");
	const execution = await interrupted(holding(path), async () => {
		await kernel.client.interrupt();
		// longer than the kernel is patient with what is not held
		await delay(1500);
		writeFileSync(path, "");
	});
	assert.match(streamed(execution), /whole\n$/);
	await assertUsable();
});

test("a second interrupt ends it where it is", async () => {
	const execution = await interrupted(holding(join(folder, "never")), () => {
		void kernel.client.interrupt();
		void kernel.client.interrupt();
	});
	assert.equal(execution.reply.ename, "Interrupted");
	assert.doesNotMatch(streamed(execution), /whole/);
	assert.equal(
		await kernel.show("(globalThis as any)[Symbol.for('Jupyter.hold')](0)"),
		"0",
	);
	await assertUsable();
});

test("functions of an interrupted cell work in later ones", async () => {
	await interrupted(
		"function count(to: number) { let n = 0; while (n < to) n++; return n }; while (true) {}",
	);
	assert.equal(shown(await kernel.run("count(1000)")), "1000");
});

test("libraries see the interrupt as an abort signal", async () => {
	const execution = await interrupted(
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
