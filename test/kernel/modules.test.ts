import assert from "node:assert/strict";
import { mkdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { plain, scratchFolder, streamed, useKernel } from "./session.js";

const folder = scratchFolder({
	"package.json": '{ "type": "module" }',
	"local.ts":
		"export const kept = (): number => 1;\nexport const gone = 'here';",
	"ends.ts":
		"import { sep } from 'node:path';\nexport const ended = sep;\nended.trim();",
	"common.cjs": "module.exports = (n) => n + 1;\nmodule.exports.mark = 'one';",
	"uses.ts":
		"import increment from './common.cjs';\nexport const uses = () => increment(1);",
	"data.json": '{ "rate": 1 }',
	"plain.mjs": "export const plain = 'one';\nexport default 'first';",
	"deep/side.ts": "export const side = 'side';\nexport default 3;",
	"deep/lazy.ts": "export const lazy = async () => await import('./side.ts');",
	"awaits.ts":
		"import { kept } from './local.js';\nexport const awaited = await Promise.resolve(kept() + 1);\nfor await (const _ of [1]);\nexport default class Model { size = awaited }",
	"node_modules/waits/package.json":
		'{ "name": "waits", "type": "module", "exports": "./index.js", "types": "./index.d.ts" }',
	"node_modules/waits/index.js":
		"export const ready = await Promise.resolve(7); export default class Waits {}",
	"node_modules/waits/index.d.ts":
		"export declare const ready: number; export default class Waits {}",
});
const kernel = useKernel({ folder });
const { run, show } = kernel;

let stamp = 1_000_000_000;

/** Writes a file so that it is newer than ever before, however fast the tests are. */
function edit(name: string, text: string): void {
	const path = join(folder, name);
	writeFileSync(path, text);
	stamp++;
	utimesSync(path, stamp, stamp);
}

test("an export that is gone fails the cells that use it, and no other", async () => {
	await run("import { kept, gone } from './local.js'");
	await run("const viaClosure = () => kept()");
	edit("local.ts", "export const kept = (): number => 2;");
	assert.equal(await show("1 + 1"), "2");
	assert.equal(await show("[kept(), viaClosure()]"), "[ 2, 2 ]");
	assert.match(
		await show("gone.length"),
		/In\[\d+\]:1:1 'gone' was imported from ".\/local.js", which has no such export any more/,
	);
});

test("a module that cannot be loaded again is named once and stays as it was", async () => {
	await run("import { kept } from './local.js'");
	for (const [text, message] of [
		["export const kept = (): number => 'x';", /local\.ts:1:\d+ Type 'string'/],
		["export const kept = (", /local\.ts:1:\d+ .*expected/],
		[
			"throw new RangeError('no'); export const kept = () => 3;",
			/RangeError: no/,
		],
	] as const) {
		edit("local.ts", text);
		const cell = await run("2 + 2");
		assert.equal(cell.reply.status, "ok");
		assert.match(
			plain(streamed(cell, "stderr")),
			/local\.ts has changed and cannot be loaded/,
		);
		assert.match(plain(streamed(cell, "stderr")), message);
		assert.equal(streamed(await run("3 + 3"), "stderr"), "");
		assert.equal(await show("viaClosure()"), "2");
	}
	edit("local.ts", "export const kept = (): number => 'x';");
	assert.match(await show("kept()"), /local\.ts:1:\d+ Type 'string' is not/);
	rmSync(join(folder, "local.ts"));
	assert.match(streamed(await run("4 + 4"), "stderr"), /cannot be loaded/);
	edit("local.ts", "export const kept = (): number => 4;");
	assert.equal(await show("import { kept } from './local.js'; kept()"), "4");
});

test("a module that imports and ends in an expression", async () => {
	assert.equal(await show("import { ended } from './ends.js'; ended"), "'/'");
});

test("edited CommonJS, JSON and .mjs files load again", async () => {
	await run("import increment, { mark } from './common.cjs'");
	await run("import { uses } from './uses.js'");
	await run("import data from './data.json' with { type: 'json' }");
	await run("import first, { plain } from './plain.mjs'");
	const all = "[increment(1), mark, uses(), data.rate, plain, first]";
	assert.equal(await show(all), "[ 2, 'one', 2, 1, 'one', 'first' ]");
	edit(
		"common.cjs",
		"module.exports = (n) => n + 10;\nmodule.exports.mark = 'two';",
	);
	edit("data.json", '{ "rate": 2 }');
	edit("plain.mjs", "export const plain = 'two';\nexport default 'second';");
	assert.equal(await show(all), "[ 11, 'two', 11, 2, 'two', 'second' ]");
	assert.equal(await show("(require as any)('./common.cjs')(0)"), "10");
});

test("import() takes local TypeScript, from where it stands and with names made up at run time", async () => {
	assert.equal(await show("(await import('./deep/side.ts')).side"), "'side'");
	assert.equal(
		await show("import { lazy } from './deep/lazy.ts'; (await lazy()).default"),
		"3",
	);
	edit("deep/other.ts", "export const other: string = 'made up';");
	assert.equal(
		await show(
			"const name = 'other'; (await import('./deep/' + name + '.ts')).other",
		),
		"'made up'",
	);
	edit("deep/wrong.ts", "export const other: string = 5;");
	assert.match(
		await show("await import('./deep/' + 'wrong.ts')"),
		/wrong\.ts:1:\d+ Type 'number' is not assignable/,
	);
});

test("what awaits has a default export, and local modules may await", async () => {
	assert.equal(
		await show(
			"import Waits, { ready } from 'waits'; [typeof Waits, ready, new Waits()]",
		),
		"[ 'function', 7, Waits {} ]",
	);
	await run("import Model, { awaited } from './awaits.js'");
	assert.equal(
		await show("[awaited, new Model()]"),
		"[ 5, Model { size: 5 } ]",
	);
	edit("local.ts", "export const kept = (): number => 10;");
	assert.equal(
		await show("[awaited, new Model()]"),
		"[ 11, Model { size: 11 } ]",
	);
	assert.equal(
		await show("(await import('./awaits.ts')).default.name"),
		"'Model'",
	);
});

test("a package that is installed later is found, without a restart", async () => {
	const load = "import { late } from 'late'; late";
	assert.match(await show(load), /Cannot find module 'late'/);
	const place = join(folder, "node_modules/late");
	mkdirSync(place);
	writeFileSync(join(place, "package.json"), '{ "types": "index.d.ts" }');
	writeFileSync(join(place, "index.js"), "exports.late = 'here';");
	writeFileSync(
		join(place, "index.d.ts"),
		"export declare const late: string;",
	);
	assert.equal(await show(load), "'here'");
});
