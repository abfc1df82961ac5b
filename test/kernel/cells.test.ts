import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { plain, scratchFolder, streamed, useKernel } from "./session.js";

const folder = scratchFolder({
	"package.json": '{ "type": "module" }',
	"notebooks/beside.ts": "export const version = (): string => 'one';",
	"src/above.ts":
		"import { version } from '../notebooks/beside.js';\nexport const above = () => 'above ' + version();",
	"notebooks/broken.ts":
		"export function fail(x: unknown): never {\n\n\tthrow new RangeError('no ' + x);\n}",
	"node_modules/waits/package.json":
		'{ "name": "waits", "type": "module", "exports": "./index.js", "types": "./index.d.ts" }',
	"node_modules/waits/index.js":
		"export const ready = await Promise.resolve(7);",
	"node_modules/waits/index.d.ts": "export declare const ready: number;",
});
const kernel = useKernel({ folder: join(folder, "notebooks") });
const { run, show } = kernel;

test("a variable means the same in every cell, and so does a function", async () => {
	await run("let lr = 0.1; function train() { return lr }");
	assert.equal(await show("lr = 0.01; train()"), "0.01");
	await run("const twice = () => train() * 2");
	await run("function train() { return lr + 1 }");
	assert.equal(await show("[train(), twice()]"), "[ 1.01, 2.02 ]");
	await run("let lr = 5");
	assert.equal(await show("twice()"), "12");
	await run("lr = 7");
	assert.equal(await show("twice()"), "16");
	await run("let n = 0; const next = () => ++n");
	await run("let n = 10");
	assert.equal(await show("next(); n"), "11");
});

test("old declarations of a variable are let go", async () => {
	await run("import { setFlagsFromString } from 'node:v8'");
	await run("import { runInNewContext } from 'node:vm'");
	await run(
		"setFlagsFromString('--expose-gc'); const gc = runInNewContext('gc')",
	);
	await run("gc(); const before = process.memoryUsage().arrayBuffers");
	for (let i = 0; i < 20; i++) {
		await run("const big = new Uint8Array(2e7); const read = () => big[0]");
	}
	const grown = await show(
		"gc(); await new Promise((r) => setTimeout(r, 50)); gc(); (process.memoryUsage().arrayBuffers - before) / 1e6",
	);
	assert.ok(Number(grown) < 61, `${grown} MB are held for one array of 20 MB`);
});

test("what a failing cell reached stays, what it did not keeps its earlier meaning", async () => {
	await run("const kept = 'before'");
	await run(
		"const reached = 1; if (reached) throw new Error('stop'); const kept = 2;",
	);
	assert.equal(await show("[reached, kept]"), "[ 1, 'before' ]");
	assert.match(await show("kept.length"), /^6$/);
});

test("errors point into the cell, causes and local modules included", async () => {
	const text = await show(
		"import { fail } from './broken.js'\n\nfunction deep() {\n  try { fail(3) } catch (e) { throw new Error('outer', { cause: e }) }\n}\ndeep()",
	);
	assert.match(text, /^Error: outer\n {4}at deep \(In\[\d+\]:4:37\)/);
	assert.match(text, /----> 4 {3}try/);
	assert.match(text, /at In\[\d+\]:6:1/);
	assert.match(
		text,
		/Caused by RangeError: no 3\n {4}at fail \(broken\.ts:3:8\)/,
	);
	assert.doesNotMatch(text, /node:|kernel\//);
});

test("awaits, for await, export, import.meta and packages that await", async () => {
	assert.equal(await show("await Promise.resolve(3)"), "3");
	assert.equal(
		await show("let sum = 0; for await (const x of [1, 2]) sum += x; sum"),
		"3",
	);
	assert.equal(await show("export const exported = 4; exported"), "4");
	assert.match(await show("import.meta.url"), /^'file:.*notebooks/);
	assert.equal(await show("import { ready } from 'waits'; ready"), "7");
	assert.equal(await show("(await import('waits')).ready"), "7");
	assert.match(
		await show("import * as aq from 'arquero'; typeof aq.table"),
		/function/,
	);
});

test("local modules load from beside and above the notebook and reload when they change", async () => {
	await run("import { version } from './beside.js'");
	await run("import { above } from '../src/above.js'");
	await run("const viaClosure = () => version()");
	assert.equal(await show("[version(), above()]"), "[ 'one', 'above one' ]");
	await delay(20);
	writeFileSync(
		join(folder, "notebooks/beside.ts"),
		"export const version = (): string => 'two';",
	);
	assert.equal(
		await show("[version(), viaClosure(), above()]"),
		"[ 'two', 'two', 'above two' ]",
	);
});

test("output belongs to the cell that started it, also when it comes late", async () => {
	const first = await kernel.client.execute(
		"setTimeout(() => console.log('late'), 150); void (async () => { await new Promise((r) => setTimeout(r, 100)); console.log('async') })(); console.log('now')",
	);
	const second = await run(
		"await new Promise((r) => setTimeout(r, 250)); console.log('second')",
	);
	assert.equal(streamed(second), "second\n");
	const id = first.published[0]?.parent.msg_id;
	const all = kernel.recorded.filter(({ parent }) => parent.msg_id === id);
	const texts = all.map(({ content }) => content.text).filter(Boolean);
	assert.equal(texts.join(""), "now\nasync\nlate\n");
});

test("a stray rejection is shown and harms nothing", async () => {
	const cell = await run("Promise.reject(new Error('stray')); await 0; 1");
	await run("await new Promise((r) => setTimeout(r, 50))");
	const id = cell.published[0]?.parent.msg_id;
	const text = kernel.recorded
		.filter(({ parent }) => parent.msg_id === id)
		.map(({ content }) => content.text ?? "")
		.join("");
	assert.match(plain(text), /^Error: stray\n {4}at In\[\d+\]:1:16/);
});

test("a name of an earlier cell can stand in a shorthand property", async () => {
	await run("let steps = 100; const rate = 2; import { sep } from 'node:path'");
	assert.equal(
		await show("({ sep, length: { steps }, f: () => ({ rate }).rate }).f()"),
		"2",
	);
	assert.equal(await show("({ steps } = { steps: 7 }); steps"), "7");
	assert.equal(
		await show("({ steps = 9 } = {} as { steps?: number }); [{ steps }]"),
		"[ { steps: 9 } ]",
	);
});

test("a warning is shown once in a cell", async () => {
	const warn = "for (let i = 0; i < 3; i++) console.warn('take %s', 'care')";
	assert.equal(streamed(await run(warn), "stderr"), "take care\n");
	assert.equal(streamed(await run(warn), "stderr"), "take care\n");
});

test("the kernel itself does not load TensorFlow.js", async () => {
	assert.equal(await show("(globalThis as any)._tfengine"), "");
});
