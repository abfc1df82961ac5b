import assert from "node:assert/strict";
import { execFile, spawn, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { installKernel } from "../../kernel/kernels-folder.js";
import { kernelName } from "../../kernel/kernelspec.js";
import type { Notebook } from "../../kernel/notebook/format.js";
import type { Content, Message } from "../../kernel/protocol/message.js";
import { plain, scratchFolder, useKernel } from "./session.js";

const run = promisify(execFile);
const python = "/usr/bin/python3";

function missing(module: string): string | false {
	const found = spawnSync(python, ["-c", `import ${module}`]).status === 0;
	return found ? false : `${python} has no ${module}`;
}

const folder = scratchFolder();
const env = {
	...process.env,
	JUPYTER_PATH: join(folder, "share", "jupyter"),
	JUPYTER_RUNTIME_DIR: join(folder, "runtime"),
};
const source = (name: string) =>
	fileURLToPath(new URL(`../../../test/kernel/${name}`, import.meta.url));

before(() => installKernel({ prefix: folder }));

const code = (source: string, i: number) => ({
	id: `cell-${i}`,
	cell_type: "code",
	metadata: {},
	source,
	outputs: [],
	execution_count: null,
});

function writeInput(name: string, cells: readonly string[]): string {
	const path = join(folder, name);
	const kernelspec = { name: kernelName, display_name: "", language: "" };
	const metadata = { kernelspec };
	const notebook = { nbformat: 4, nbformat_minor: 5, metadata };
	writeFileSync(path, JSON.stringify({ ...notebook, cells: cells.map(code) }));
	return path;
}

const convert = (path: string, ...options: string[]) =>
	run(
		python,
		["-m", "nbconvert", "--to", "notebook", "--execute", ...options, path],
		{ cwd: folder, env },
	);

function readOutputs(name: string) {
	const text = readFileSync(join(folder, name), "utf8");
	const { cells } = JSON.parse(text) as Notebook;
	return cells.map(({ outputs = [] }) => outputs);
}

test("jupyter_kernel_test passes with every capability", {
	skip: missing("jupyter_kernel_test"),
}, async () => {
	const { stderr } = await run(python, [source("conformance.py")], {
		cwd: folder,
		env,
	});
	assert.match(stderr, /Ran 12 tests/);
	assert.match(stderr, /\nOK\n$/);
});

const kernel = useKernel({ folder });

test("every message of a session is valid by jupyter_kernel_test's schemas", {
	skip: missing("jupyter_kernel_test"),
}, async () => {
	const cells = [
		"console.log(1); console.error(2)",
		"display.html('a').update('b')",
		"({ data: [{ y: [1, 2] }], layout: {} })",
		"throw new Error('x')",
		"clearOutput()",
		"undefined_name",
		"[1, 2]",
		"const report = (globalThis as any)[Symbol.for('Jupyter.progress')]; for (let done = 1; done < 9; done++) report({ doing: 'training', what: 'run', done, total: 8, imagesPerSecond: 1, secondsLeft: 1 })",
		"const comm = jupyter.openComm('widget', { value: 1 }); comm.send({ value: 2 }); comm.close()",
		"for (const i of progress([1, 2, 3])) await i",
		"%%time\n%env A = 1",
		"Math.max?",
	];
	for (const cell of cells) await kernel.run(cell);
	const { client } = kernel;
	const replies: Message[] = [];
	const ask = async (type: string, content: Content, channel?: "control") => {
		const { reply } = await client.request(type, content, { channel });
		replies.push(reply);
	};
	const execution = { silent: false, store_history: true, allow_stdin: false };
	for (let i = 0; i < 20; i++) {
		const user_expressions = { sum: `${i} + 1`, wrong: "missing" };
		const code = `console.log(${i}); ${i} % 5 ? ${i} : null`;
		await ask("execute_request", { ...execution, code, user_expressions });
		await ask("complete_request", { code: "Math.ma", cursor_pos: 7 });
		await ask("inspect_request", {
			...{ code: "Math.max", cursor_pos: 8, detail_level: 0 },
		});
		await ask("is_complete_request", { code: "if (x) {" });
		const access = { hist_access_type: "tail", n: 5, raw: true };
		await ask("history_request", { ...access, output: i % 2 === 0 });
		await ask("comm_info_request", {});
		await ask("kernel_info_request", {});
	}
	await ask("execute_request", { ...execution, code: "throw 1" });
	await ask("interrupt_request", {}, "control");
	await ask("execute_request", { ...execution, code: "'help'?" });
	const lines = [...kernel.recorded, ...replies].map(
		({ header, parent, metadata, content }) =>
			`${JSON.stringify({ header, parent_header: parent, metadata, content })}\n`,
	);
	const child = spawnSync(python, [source("validate.py")], {
		input: lines.join(""),
		encoding: "utf8",
	});
	assert.equal(child.stdout, `${lines.length}\n`, child.stderr);
});

test("nbconvert executes a notebook, and reports one that fails", {
	skip: missing("nbconvert"),
}, async () => {
	const good = writeInput("good.ipynb", [
		"for (let i = 0; i < 3000; i++) console.log(i)",
		"const x = 6; x * 7",
	]);
	await convert(good, "--output", "good-out.ipynb");
	const [lines, result] = readOutputs("good-out.ipynb");
	const text = lines?.map((output) => "text" in output && output.text).join("");
	assert.equal(text?.trimEnd().split("\n").length, 3000);
	assert.match(JSON.stringify(result), /"text\/plain":\["42"\]/);

	const bad = writeInput("bad.ipynb", [
		"throw new TypeError('broken')",
		"1 + 1",
	]);
	await assert.rejects(
		convert(bad, "--output", "bad-out.ipynb"),
		({ stderr }: { stderr: string }) => {
			assert.match(plain(stderr), /TypeError: broken/);
			assert.match(plain(stderr), /at In\[1\]:1:7/);
			return true;
		},
	);
	await convert(bad, "--allow-errors", "--output", "bad-out.ipynb");
	const [error, next] = readOutputs("bad-out.ipynb");
	assert.equal(error?.[0]?.output_type, "error");
	assert.match(JSON.stringify(next), /"text\/plain":\["2"\]/);
});

test("jupyter console reads, evaluates and prints", {
	skip: missing("jupyter_console"),
}, async () => {
	const child = spawn(
		python,
		["-m", "jupyter_console", "--kernel", kernelName, "--simple-prompt"],
		{ cwd: folder, env: { ...env, TERM: "dumb" } },
	);
	let text = "";
	child.stdout.on("data", (chunk) => {
		text += chunk;
	});
	child.stdin.write(
		"const x: number = 20\nconsole.log('printed', x + 1)\nx + 2\n",
	);
	await new Promise<void>((resolve) => {
		const timer = setInterval(() => {
			if (!/Out\[\d+\]: 22/.test(text)) return;
			clearInterval(timer);
			resolve();
		}, 50);
		child.once("exit", () => {
			clearInterval(timer);
			resolve();
		});
	});
	child.stdin.end("\n");
	child.kill();
	assert.match(text, /printed 21/);
	assert.match(text, /Out\[\d+\]: 22/);
});
