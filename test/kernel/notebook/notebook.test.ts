import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { ansiToHtml } from "../../../kernel/notebook/ansi.js";
import {
	joinText,
	type Notebook,
	type NotebookCell,
	readNotebook,
} from "../../../kernel/notebook/format.js";
import { highlight } from "../../../kernel/notebook/highlight.js";
import { markdownToHtml } from "../../../kernel/notebook/markdown.js";
import {
	OutputCollector,
	overwriteLines,
} from "../../../kernel/notebook/outputs.js";
import { notebookPage } from "../../../kernel/notebook/page.js";
import {
	parameterWarnings,
	withParameters,
} from "../../../kernel/notebook/parameters.js";
import { createHeader } from "../../../kernel/protocol/message.js";
import { scratchFolder } from "../session.js";

const folder = scratchFolder();
const runner = fileURLToPath(
	new URL("../../../kernel/notebook/run.js", import.meta.url),
);

const cell = (source: string, tags: string[] = []): NotebookCell => ({
	id: "a",
	cell_type: "code",
	metadata: { tags },
	source,
	outputs: [],
	execution_count: null,
});

const notebook = (...cells: NotebookCell[]): Notebook => ({
	nbformat: 4,
	nbformat_minor: 5,
	metadata: {},
	cells,
});

function run(name: string, cells: NotebookCell[], ...options: string[]) {
	const path = join(folder, name);
	writeFileSync(path, JSON.stringify(notebook(...cells)));
	const child = spawnSync(process.execPath, [runner, "run", path, ...options], {
		encoding: "utf8",
	});
	return { ...child, path, notebook: () => readNotebook(path) };
}

test("a notebook runs with parameters, in place, and becomes a page", () => {
	const html = join(folder, "page.html");
	const done = run(
		"parameters.ipynb",
		[
			cell("const rate = 0.1, name = 'clean'", ["parameters"]),
			cell("for (const i of progress([1, 2])) await null\nconsole.log(name)"),
			cell("rate * 2"),
		],
		...["--param", "rate=0.25", "--param", "name=prime", "--html", html],
	);
	assert.equal(done.status, 0, done.stderr);
	assert.match(done.stderr, /\[4\/4\] rate \* 2 +\d+\.\d s/);
	assert.equal(done.stdout, "0.5\n");
	const { cells, metadata } = done.notebook();
	assert.deepEqual(cells[1]?.metadata.tags, ["injected-parameters"]);
	const [stream] = cells[2]?.outputs ?? [];
	assert.ok(stream?.output_type === "stream");
	assert.match(joinText(stream.text), /^100% █{20} 2\/2 [^\r\n]*\nprime\n$/);
	assert.match(JSON.stringify(cells[3]?.outputs), /"text\/plain":"0.5"/);
	assert.match(JSON.stringify(metadata), /"name":"robust-transfer"/);
	assert.match(readFileSync(html, "utf8"), /<pre>0\.5<\/pre>/);
});

test("parameters that no cell declares are warned of, with the nearest name", () => {
	const parameters = cell("let rate = 0.1, { a: [name] } = { a: ['x'] }", [
		"parameters",
	]);
	const warned = (cells: NotebookCell[], values: Record<string, string>) =>
		parameterWarnings(notebook(...cells), values).join("\n");
	assert.equal(warned([parameters], { rate: "1", name: "y" }), "");
	assert.match(
		warned([parameters], { rat: "1" }),
		/declares no rat: it has rate, name; did you mean "rate"\?/,
	);
	assert.match(
		warned([cell("1")], { rate: "1" }),
		/no cell tagged "parameters"/,
	);
	assert.equal(warned([cell("1")], {}), "");
	const done = run("warned.ipynb", [cell("1")], "--param", "x=1");
	assert.match(done.stderr, /^warning: --param: the notebook has no cell/);
	assert.equal(done.status, 0);
});

test("with NO_COLOR what is printed has no colors, in the notebook they stay", () => {
	process.env.NO_COLOR = "1";
	const failed = run("plain.ipynb", [cell("throw new Error('broken')")]);
	delete process.env.NO_COLOR;
	assert.ok(!failed.stderr.includes("\x1b[") && /: broken/.test(failed.stderr));
});

test("run twice, a notebook differs in numbers only", () => {
	const cells = [
		cell("let rate = 1", ["parameters"]),
		cell(
			"for (const i of progress([1, 2], { label: 'epoch' })) console.log(i)\nconsole.error('x')",
		),
		cell("({ data: [{ y: [1, 2] }], layout: {} })"),
		cell(
			"display([{ a: 1, b: 'x' }, { a: 2, b: 'y' }])\n%%time\nperformance.now()".replace(
				"%%time\n",
				"",
			),
		),
		cell("({ data: [], layout: { title: { text: 'empty' } } })"),
		cell("throw new Error('last')"),
	];
	const texts = ["first-run", "second-run"].map((name) => {
		const done = run(
			`${name}.ipynb`,
			cells,
			"--param",
			"rate=2",
			"--html",
			join(folder, "same.html"),
		);
		return [
			readFileSync(done.path, "utf8"),
			readFileSync(join(folder, "same.html"), "utf8"),
		]
			.join("")
			.replaceAll(`${name}`, "NAME")
			.replaceAll(/\d+(\.\d+)?/g, "N");
	});
	assert.ok((texts[0]?.length ?? 0) > 10_000);
	const [first = "", second = ""] = texts;
	const at = [...first].findIndex((one, i) => one !== second[i]);
	const differing = [first, second].map((text) => text.slice(at - 80, at + 80));
	assert.ok(first === second, differing.join("\n"));
});

test("the first error stops the notebook, with its traceback and exit code 1", () => {
	const failed = run("fails.ipynb", [
		cell("throw new Error('broken')"),
		cell("'never'"),
	]);
	assert.equal(failed.status, 1);
	assert.match(failed.stderr, /code cell 1 failed\n.*Error.*: broken/);
	const { cells } = failed.notebook();
	assert.equal(cells[0]?.outputs?.[0]?.output_type, "error");
	assert.deepEqual(cells[1]?.outputs, []);
});

test("a cell that takes too long is interrupted", () => {
	const late = run("late.ipynb", [cell("while (true) {}")], "--timeout", "1");
	assert.equal(late.status, 1);
	assert.match(late.stderr, /Interrupted/);
	assert.match(late.stderr, /took more than 1 s \(--timeout\)/);
});

for (const [receiver, of] of [
	["the runner", (pid: number) => pid],
	["its whole process group, as from a terminal,", (pid: number) => -pid],
] as const) {
	test(`Ctrl-C to ${receiver} interrupts the cell once, and what is held may be saved`, async () => {
		const name = receiver.replaceAll(/\W/g, "-");
		const path = join(folder, `${name}.ipynb`);
		const [started = "", saved = ""] = ["started", "saved"].map((end) =>
			join(folder, `${name}-${end}`),
		);
		const source = `import { writeFileSync } from "node:fs"; import { setTimeout as delay } from "node:timers/promises";
const hold = (globalThis as any)[Symbol.for("Jupyter.hold")] as (change: number) => void;
let interrupts = 0;
jupyter.signal.addEventListener("abort", () => { interrupts++; void delay(1500).then(() => { writeFileSync(${JSON.stringify(saved)}, String(interrupts)); hold(-1); }); });
hold(1); writeFileSync(${JSON.stringify(started)}, ""); await new Promise(() => {})`;
		writeFileSync(path, JSON.stringify(notebook(cell(source))));
		const child = spawn(process.execPath, [runner, "run", path], {
			stdio: "ignore",
			detached: true,
		});
		const ended = once(child, "exit");
		while (!existsSync(started)) await delay(50);
		process.kill(of(child.pid ?? 0), "SIGINT");
		assert.deepEqual(await ended, [1, null]);
		assert.equal(readFileSync(saved, "utf8"), "1");
		assert.match(JSON.stringify(readNotebook(path)), /"ename":"Interrupted"/);
	});
}

test("what cannot start exits with 2 and says why", () => {
	const start = (...args: string[]) =>
		spawnSync(process.execPath, [runner, ...args], { encoding: "utf8" });
	assert.match(start().stderr, /^usage:/);
	assert.match(
		start("run", "x.ipynb", "--param", "1").stderr,
		/must be name=value/,
	);
	assert.match(
		start("run", "x.ipynb", "--timeout", "no").stderr,
		/number of seconds/,
	);
	const missing = start("run", join(folder, "missing.ipynb"));
	assert.equal(missing.status, 2);
	assert.match(missing.stderr, /ENOENT/);
});

test("injected parameters replace those of an earlier run", () => {
	const once = withParameters(notebook(cell("1", ["parameters"]), cell("2")), {
		a: "[1, 2]",
	});
	const twice = withParameters(once, { b: "text" });
	assert.deepEqual(
		twice.cells.map(({ source }) => joinText(source)),
		["1", 'let b = "text";', "2"],
	);
});

test("streams join, displays update, outputs clear", () => {
	const collector = new OutputCollector();
	const add = (type: string, content: Record<string, unknown>) =>
		collector.add({
			header: createHeader(type, "s"),
			content,
			identities: [],
			parent: {},
			metadata: {},
			buffers: [],
		});
	const first = collector.begin();
	add("stream", { name: "stdout", text: "a 1" });
	add("stream", { name: "stdout", text: "\ra 2\nb" });
	const transient = { display_id: "x" };
	add("display_data", {
		data: { "text/plain": "old" },
		metadata: {},
		transient,
	});
	const second = collector.begin();
	add("update_display_data", {
		data: { "text/plain": "new" },
		metadata: {},
		transient,
	});
	add("stream", { name: "stderr", text: "gone" });
	add("clear_output", { wait: true });
	add("stream", { name: "stdout", text: "kept" });
	assert.deepEqual(first, [
		{ output_type: "stream", name: "stdout", text: ["a 2\n", "b"] },
		{
			output_type: "display_data",
			data: { "text/plain": "new" },
			metadata: {},
		},
	]);
	assert.deepEqual(second, [
		{ output_type: "stream", name: "stdout", text: ["kept"] },
	]);
	assert.equal(overwriteLines("long line\rshort\r\nx"), "shortline\nx");
});

test("the page escapes what must not be markup and colors code", () => {
	assert.equal(
		highlight("`x$\u007bb}y` // <"),
		'<span class="string">`x$\u007b</span>b<span class="string">}y`</span> <span class="comment">// &lt;</span>',
	);
	assert.equal(highlight("if"), '<span class="keyword">if</span>');
	assert.equal(
		ansiToHtml("\x1b[31m<e>\x1b[39m plain"),
		'<span style="color:var(--red)">&lt;e&gt;</span> plain',
	);
	const markdown: NotebookCell = {
		cell_type: "markdown",
		metadata: {},
		source: ["# Title\n", "*text*"],
	};
	const page = notebookPage(notebook(markdown, cell("'<x>'")), "a < b");
	assert.match(page, /<title>a &lt; b<\/title>/);
	assert.match(page, /<h1>Title<\/h1>\n<p><em>text<\/em><\/p>/);
	assert.doesNotMatch(page, /Plotly/);
});

test("formulas become MathML, prices do not", () => {
	const html = markdownToHtml(
		"It costs $5 and $6, $d = \\frac{a}{b}$ and `$x$`.\n\n$$a <\nb$$\n\n$\\nonsense$",
	);
	assert.match(html, /It costs \$5 and \$6, <math>.*<mfrac>/);
	assert.match(html, /<code>\$x\$<\/code>/);
	assert.match(html, /<math display="block".*&lt;/);
	assert.match(html, /<code>\$\\nonsense\$<\/code>/);
});
