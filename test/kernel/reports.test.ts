import assert from "node:assert/strict";
import { test } from "node:test";
import {
	outputs,
	result,
	scratchFolder,
	streamed,
	useKernel,
} from "./session.js";

// What users of other kernels have reported of them, tried with this one.

const folder = scratchFolder({
	"node_modules/page/package.json": JSON.stringify({
		name: "page",
		main: "index.js",
	}),
	"node_modules/page/index.js": "exports.kind = typeof document;\n",
});
const kernel = useKernel({ folder });
const { run, show } = kernel;

/** Runs a cell and interrupts it once it has printed a text. */
const interruptAt = (code: string, text: string) =>
	kernel.client.execute(code, {
		onPublish: ({ content }) =>
			String(content.text ?? "").includes(text) &&
			void kernel.client.interrupt(),
	});

test("a subshell does not run on after its cell is interrupted", async () => {
	const mark = `61${process.pid % 1000}.5`;
	for (const line of [
		`!echo go; (sleep ${mark}; true); echo on`,
		`%%bash\necho go\nsleep ${mark}\necho on`,
	]) {
		const cell = await interruptAt(line, "go");
		assert.equal(cell.reply.ename, "Interrupted");
		const left =
			"let left = 'x'; for (let i = 0; left !== '' && i < 200; i++) { left = spawnSync('pgrep', ['-f', '^sleep ' + mark], { encoding: 'utf8' }).stdout; await new Promise((r) => setTimeout(r, 20)); } left";
		await run(
			`import { spawnSync } from "node:child_process"; const mark = "${mark}";`,
		);
		assert.equal(await show(left), "''");
	}
});

test("an interrupt in a loop of short commands ends the loop", async () => {
	const cell = await interruptAt(
		"import { execSync } from 'node:child_process'; let turns = 0; while (true) { execSync('true'); if (turns++ === 3) console.log('going'); }",
		"going",
	);
	assert.equal(cell.reply.ename, "Interrupted");
	assert.equal(await show("1 + 1"), "2");
});

test("a command that reads gets nothing rather than hanging", async () => {
	assert.equal((await run("!cat; echo read")).reply.status, "ok");
});

test("a verbose command does not stall, whichever stream it writes to", async () => {
	const cell = await run(
		"!for i in $(seq 20000); do echo out $i; echo err $i >&2; done",
	);
	assert.equal(streamed(cell).split("\n").length, 20_001);
	assert.equal(streamed(cell, "stderr").split("\n").length, 20_001);
});

test("a display method on the prototype of a class is found, also where it is set later", async () => {
	await run("class Series { values = [1, 2] } const series = new Series();");
	const cell = await run(
		"(Series.prototype as any)[Symbol.for('Jupyter.display')] = function (this: Series) { return { 'text/html': '<b>' + this.values + '</b>' } }; series",
	);
	assert.equal(result(cell)["text/html"], "<b>1,2</b>");
});

test("a variable of the notebook is not a global of packages", async () => {
	await run("let document = null;");
	assert.equal(await show("import page from 'page'; page.kind"), "'undefined'");
});

test("an error is told, marked as one, and its position known, thrown at once or later", async () => {
	for (const code of [
		"throw new Error('a')",
		"await Promise.reject(new Error('a'))",
		"(() => { throw 'a' })()",
	]) {
		const cell = await run(code);
		assert.equal(cell.reply.status, "error", code);
		assert.ok(
			outputs(cell).some(({ header }) => header.msg_type === "error"),
			code,
		);
	}
});
