import assert from "node:assert/strict";
import { utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { scratchFolder, shown, streamed, useKernel } from "./session.js";

// what npm may hoist into a project that does not ask for it
const folder = scratchFolder({
	"package.json": '{ "dependencies": {} }',
	"lines.txt": "a\nb\n",
	"node_modules/@types/node/package.json":
		'{ "name": "@types/node", "version": "1.0.0", "types": "index.d.ts" }',
	"node_modules/@types/node/index.d.ts":
		"declare module 'node:fs' { export const nothing: number }",
	"node_modules/nested/package.json":
		'{ "name": "nested", "types": "index.d.ts" }',
	"node_modules/nested/index.js":
		"exports.make = () => ({ inner: { value: 1 } });",
	"node_modules/nested/index.d.ts":
		"/// <reference types=\"node\" />\nimport type { Inner } from 'inner'; export declare function make(): { inner: Inner };",
	"node_modules/nested/node_modules/inner/package.json":
		'{ "name": "inner", "types": "index.d.ts" }',
	"node_modules/nested/node_modules/inner/index.d.ts":
		"export interface Inner { readonly value: number }",
});
const kernel = useKernel({ folder });
const { run, show } = kernel;

test("Node's own streams are understood, whatever types were hoisted", async () => {
	assert.equal(
		await show(
			`import { createReadStream } from "node:fs"; import { createInterface } from "node:readline"; import { pipeline } from "node:stream/promises";
let lines = 0;
for await (const line of createInterface({ input: createReadStream("lines.txt") })) lines += line.length;
for await (const part of createReadStream("lines.txt")) lines += part.length;
await pipeline(createReadStream("lines.txt"), async function* (source) { for await (const part of source) yield part }, async (source) => { for await (const _ of source) lines++ });
lines`,
		),
		"7",
	);
});

test("the language of today: copies of arrays, using, decorators, attributes, satisfies", async () => {
	assert.equal(await show("[3, 1, 2].toSorted().with(0, 9)"), "[ 9, 2, 3 ]");
	assert.equal(
		await show(
			"const ended: string[] = []; { using file = { [Symbol.dispose]() { ended.push('closed') } }; void file } ended",
		),
		"[ 'closed' ]",
	);
	assert.equal(
		await show(
			"function twice<T, A extends unknown[]>(f: (this: T, ...a: A) => number, _: ClassMethodDecoratorContext) { return function (this: T, ...a: A) { return 2 * f.apply(this, a) } }\nclass Counter { @twice next(n: number) { return n + 1 } }\nnew Counter().next(3)",
		),
		"8",
	);
	assert.equal(
		await show(
			"import info from './package.json' with { type: 'json' }; info.dependencies",
		),
		"{}",
	);
	assert.equal(
		await show(
			"enum Kind { A = 1 } const kinds = { a: Kind.A } satisfies Record<string, Kind>; kinds",
		),
		"{ a: 1 }",
	);
	assert.equal(await show("const enum Level { Low = 4 } Level.Low"), "4");
	assert.equal(await show("Level.Low + Kind.A"), "5");
});

test("libraries are those that the running Node.js has", async () => {
	for (const [code, has] of [
		["Object.groupBy([1], String)", "groupBy" in Object],
		["new Set([1]).union(new Set([2]))", "union" in Set.prototype],
		["Promise.try(() => 1)", "try" in Promise],
	] as const) {
		const { reply } = await run(code);
		assert.equal(reply.status, has ? "ok" : "error", code);
		if (!has) assert.equal(reply.ename, "TypeScriptError");
	}
});

test("types that cannot be written down are no obstacle", async () => {
	// its type lies in a package that this folder cannot name
	await run(
		"import { make } from 'nested'; const made = make(); const inner = made.inner",
	);
	assert.equal(await show("inner.value + made.inner.value"), "2");
	assert.match(
		await show("inner.other"),
		/Property 'other' does not exist on type 'Inner'/,
	);
	await run("const h = display('x')");
	assert.equal(await show("h.update('y'); typeof h.id"), "'string'");
	await run(
		"const Local = class { #secret = 1; get open() { return this.#secret } }; const local = new Local()",
	);
	assert.equal(await show("local.open"), "1");
	await run("const key = Symbol(); const keyed = { [key]: 5 } as const");
	assert.equal(await show("keyed[key] satisfies 5"), "5");
});

test("names keep what a newer declaration of another kind leaves of them", async () => {
	await run("interface Shape { sides: number }; type Name = string");
	await run("const Shape = { sides: 3 }");
	assert.equal(await show("const shape: Shape = Shape; shape.sides"), "3");
	await run("type Shape = { corners: number }");
	assert.equal(await show("Shape.sides"), "3");
	assert.match(
		await show("const other: Shape = { sides: 1 }"),
		/'sides' does not exist in type 'Shape'/,
	);
	assert.match(
		await show("const early: Missing = 1; const late = early"),
		/Cannot find name 'Missing'/,
	);
	assert.match(await show("late"), /Cannot find name 'late'/);
	await run("let emptied: number | undefined = 1");
	assert.equal(await show("emptied = void 0; String(emptied)"), "'undefined'");
});

test("checking is turned off for a cell and for all", async () => {
	assert.match(await show("const wrong: number = 'x'; wrong"), /TS2322/);
	assert.equal(
		await show("%%nocheck\nconst wrong: number = 'x'; wrong"),
		"'x'",
	);
	assert.match(
		await show("%%nocheck\nconst wrong = ("),
		/In\[\d+\]:2:\d+ .*expected/,
	);
	assert.match(
		await show("%%nocheck\nnowhere"),
		/ReferenceError: nowhere is not defined\n {4}at In\[\d+\]:2:1/,
	);
	const off = await run("%typecheck off\nconst text: string = 5; text");
	assert.equal(streamed(off), "types are not checked\n");
	assert.equal(shown(off), "5");
	assert.equal(streamed(await run("%typecheck on")), "types are checked\n");
	assert.match(await show("const text: string = 5"), /TS2322/);
	assert.match(await show("%typecheck maybe"), /on or off, not maybe/);
});

test("strictness follows a tsconfig.json beside the notebook", async () => {
	const loose =
		"const first = (list: { a: 1 }[]) => list.find(Boolean).a; (x => x)(1)";
	assert.equal(await show(loose), "1");
	const path = join(folder, "tsconfig.json");
	writeFileSync(
		path,
		'{ "compilerOptions": { "strict": true, /* comments may stand here */ } }',
	);
	assert.match(await show(loose), /Object is possibly 'undefined'/);
	writeFileSync(path, '{ "compilerOptions": { "strict": tru } }');
	utimesSync(path, 1, 1);
	assert.match(streamed(await run("1"), "stderr"), /tsconfig\.json: /);
	writeFileSync(
		path,
		'{ "compilerOptions": { "noUnusedLocals": true, "experimentalDecorators": true } }',
	);
	utimesSync(path, 2, 2);
	assert.equal(
		await show(
			"function mark(_: object, name: string) { marked.push(name) } const marked: string[] = []; class Marked { @mark go() { const unused = 1 } } marked",
		),
		"[ 'go' ]",
	);
});

test("tslab's notebooks go on working", async () => {
	assert.equal(
		await show(
			"import * as tslab from 'tslab'; const slot = tslab.newDisplay(); slot.html('<b>'); slot.text('b'); typeof tslab.versions.node",
		),
		"'string'",
	);
	assert.match(await show("tslab.display.png('no bytes')"), /TS2345/);
});
