import assert from "node:assert/strict";
import { test } from "node:test";
import { plain, scratchFolder, streamed, useKernel } from "./session.js";

const folder = scratchFolder({
	"local.ts":
		"interface Gone {\n\ta: number;\n}\nexport function fail(): Error {\n\treturn new Error('deep');\n}\n",
});
const kernel = useKernel({ folder });
const { run, show } = kernel;

test("the stack of an error tells places in cells and local modules as they were written", async () => {
	await run(
		"interface T {\n\ta: 1\n}\nfunction make() {\n\treturn new TypeError('here');\n}",
	);
	const { execution_count: n } = (await run("1")).reply;
	const cell = Number(n) + 1;
	const stack = await show(
		"const caught = make();\ncaught.stack!.split('\\n')",
	);
	assert.match(stack, /'TypeError: here',/);
	assert.match(stack, new RegExp(`at make \\(In\\[${cell - 2}\\]:5:9\\)`));
	assert.match(stack, new RegExp(`at In\\[${cell}\\]:1:\\d+`));
	assert.doesNotMatch(stack, /executor|node:internal|#\d/);
	const local = await show("import { fail } from './local.ts'; fail().stack");
	assert.match(local, /at fail \(local\.ts:5:9\)/);
});

test("console.trace and printed errors do too, and errors of the cell keep their lines", async () => {
	const traced = await run(
		"let x: number = 1;\n\nconsole.trace('seen');\nconsole.log(make());",
	);
	assert.match(
		streamed(traced, "stderr"),
		/^Trace: seen\n {4}at In\[\d+\]:3:9/,
	);
	assert.match(
		streamed(traced),
		/TypeError: here\n {4}at make \(In\[\d+\]:5:9\)/,
	);
	const failed = plain(await show("const e = make();\ne.stack;\nthrow e;"));
	assert.match(
		failed,
		/TypeError: here\n {4}at make \(In\[\d+\]:5:9\)[\s\S]*----> 5/,
	);
});

test("a stack that others write, or that leads through no cell, stays as it is", async () => {
	assert.equal(
		await show("const own = new Error('a'); own.stack = 'mine'; own.stack"),
		"'mine'",
	);
	assert.match(
		await show(
			"let text = ''; try { JSON.parse('{') } catch (error) { text = (error as Error).stack! } text",
		),
		/SyntaxError: .*at .*In\[\d+\]:1:27/s,
	);
	assert.equal(
		await show(
			"const holder = {} as { stack: string }; Error.captureStackTrace(holder); /In\\[\\d+\\]:1:47/.test(holder.stack)",
		),
		"true",
	);
});
