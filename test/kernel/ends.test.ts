import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { KernelClient } from "../../kernel/client.js";
import { installKernel } from "../../kernel/kernels-folder.js";
import { plain, scratchFolder, shown, streamed, useKernel } from "./session.js";

const folder = scratchFolder({
	"package.json": '{ "type": "module" }',
	// trains as the library does: takes long for a step, saves when its signal says so, and holds the kernel until then
	"node_modules/trainer/package.json":
		'{ "name": "trainer", "type": "module", "exports": "./index.js" }',
	"node_modules/trainer/index.js": `
import { writeFileSync } from "node:fs";
const hold = globalThis[Symbol.for("Jupyter.hold")];
export async function train(file) {
	const signal = globalThis[Symbol.for("Jupyter.signal")];
	hold(1);
	console.log("training");
	try {
		while (!signal.aborted) {
			await new Promise((resolve) => setImmediate(resolve));
			const end = Date.now() + 1500;
			while (Date.now() < end);
		}
		await new Promise((resolve) => setTimeout(resolve, 100));
		writeFileSync(file, "saved");
	} finally {
		hold(-1);
	}
}`,
});
const kernel = useKernel({ folder });
const { run, show } = kernel;

test("ending the process is an error of the cell", async () => {
	for (const [code, message] of [
		["process.exit(3)", /process\.exit\(3\) would end the kernel/],
		["import { exit } from 'node:process'; exit()", /process\.exit\(\) would/],
		["process.abort()", /process\.abort\(\) would/],
		["process.kill(process.pid)", /process\.kill\(process\.pid, \) would/],
		["process.kill(process.pid, 'SIGKILL')", /'?SIGKILL'?\) would/],
		["(process as any).reallyExit(1)", /reallyExit\(1\) would/],
	] as const) {
		const { reply } = await run(code);
		assert.equal(reply.ename, "ExitRefused", code);
		assert.match(String(reply.evalue), message);
	}
	const late = await run(
		"setTimeout(() => process.exit(1)); await new Promise((r) => setTimeout(r, 50))",
	);
	assert.match(
		plain(streamed(late, "stderr")),
		/ExitRefused: process\.exit\(1\)/,
	);
	assert.equal(await show("process.kill(process.pid, 0)"), "true");
});

// what Node.js itself makes of a call is what the kernel is to make of it
const calls = [
	"c.spawnSync('printf', ['a b'])",
	"c.spawnSync('sh', ['-c', 'cat; echo err >&2; exit 3'], { input: 'in', encoding: 'utf8' })",
	"c.spawnSync('printf \"$X\"', { shell: true, env: { X: 'y' } }).stdout.toString()",
	"c.spawnSync('nothing-of-this-name', ['x'])",
	"c.spawnSync('sh', ['-c', 'kill -9 $$']).signal",
	"c.spawnSync('sh', ['-c', 'exec sleep 60'], { timeout: 100 }).error.code",
	"c.spawnSync('sh', ['-c', 'printf aaaaaaaa; exec sleep 60'], { maxBuffer: 4 }).error.code",
	"c.spawnSync('pwd', { cwd: '/', stdio: ['ignore', 'pipe', 'ignore'] }).output.map(String)",
	"c.execSync('echo $((1 + 1))', { encoding: 'utf8' })",
	"c.execFileSync('printf', ['%s', 'é']).toString()",
	"c.execSync('echo oops >&2; exit 5', { stdio: 'pipe' })",
	"c.execFileSync('false', ['x'], { stdio: 'ignore' })",
	"c.execFileSync('nothing-of-this-name')",
];
const outcomes = `const show = (value) => JSON.stringify(value, function (key, part) { return key === 'pid' || key === 'stack' || (key === 'error' && this.syscall) || (part === null && key.startsWith('std')) ? undefined : part instanceof Error ? { ...part, message: part.message } : part });
const outcomes = [${calls.map((call) => `() => ${call}`).join(", ")}].map((call) => { try { return show(call()) } catch (error) { return 'threw ' + error.message + show({ ...error }) } });`;

test("child processes that a cell waits for end as they do in Node.js", async () => {
	const script = `import * as c from 'node:child_process';\n${outcomes}\nprocess.stdout.write(JSON.stringify(outcomes));`;
	const expected = execFileSync(process.execPath, [
		"--input-type=module",
		"--eval",
		script,
	]);
	const cell = await run(`%%nocheck\n${script}`);
	assert.deepEqual(JSON.parse(streamed(cell)), JSON.parse(String(expected)));
});

test("output that child processes inherit appears in their cell, while it comes", async () => {
	const cell = await run(
		`import { spawn, spawnSync, execSync, execFileSync, fork } from "node:child_process"; import { once } from "node:events";
execSync("echo one; echo two >&2", { stdio: "inherit" });
spawnSync("sh", ["-c", "echo three"], { stdio: ["ignore", 1, 2] });
execFileSync("sh", ["-c", "echo four; echo five >&2"]).length`,
	);
	assert.equal(streamed(cell), "one\nthree\n");
	assert.equal(streamed(cell, "stderr"), "two\nfive\n");
	assert.equal(shown(cell), "5");
	const later = await run(
		`const child = spawn("sh", ["-c", "echo six; echo seven >&2; exit 4"], { stdio: "inherit" });
[child.stdout, (await once(child, "close"))[0]]`,
	);
	assert.equal(streamed(later), "six\n");
	assert.equal(streamed(later, "stderr"), "seven\n");
	assert.equal(shown(later), "[ null, 4 ]");
	const path = join(folder, "go");
	const live = await kernel.client.execute(
		`execSync("echo early; while [ ! -e go ]; do sleep 0.02; done; echo late", { stdio: "inherit" })`,
		{
			onPublish: ({ header }) => {
				if (header.msg_type === "stream") writeFileSync(path, "");
			},
		},
	);
	assert.equal(streamed(live), "early\nlate\n");
});

test("an interrupt reaches child processes", async () => {
	for (const code of [
		`execSync("echo on; exec sleep 1000", { stdio: "inherit" })`,
		`const sleeper = spawn("sh", ["-c", "echo on; exec sleep 1000"], { stdio: "inherit" }); await once(sleeper, "exit")`,
	]) {
		const { reply } = await kernel.client.execute(code, {
			onPublish: ({ header }) =>
				header.msg_type === "stream" && void kernel.client.interrupt(),
		});
		assert.equal(reply.ename, "Interrupted", code);
	}
	assert.equal(
		await show("(sleeper.signalCode ?? (await once(sleeper, 'exit'))[1])"),
		"'SIGINT'",
	);
});

const training = (file: string) =>
	`%%nocheck\nimport { train } from "trainer"; await train(${JSON.stringify(join(folder, file))})`;

test("a kernel that is told to end saves what is in training, and begins nothing more", async () => {
	const { client } = kernel;
	let begun = () => {};
	const running = new Promise<void>((resolve) => {
		begun = resolve;
	});
	const cell = client.execute(training("shutdown"), {
		content: { stop_on_error: false },
		onPublish: ({ header }) => header.msg_type === "stream" && begun(),
	});
	const queued = run("require('node:fs').writeFileSync('queued', '')");
	await running;
	const { reply } = await client.request(
		"shutdown_request",
		{ restart: true },
		{ channel: "control" },
	);
	assert.equal(reply.content.restart, true);
	assert.equal((await cell).reply.ename, "Interrupted");
	assert.equal((await queued).reply.status, "aborted");
	if (client.process.exitCode === null) await once(client.process, "exit");
	assert.equal(client.process.exitCode, 0);
	assert.equal(readFileSync(join(folder, "shutdown"), "utf8"), "saved");
	assert.ok(!existsSync(join(folder, "queued")));
});

const python = "/usr/bin/python3";
const hasClient =
	spawnSync(python, ["-c", "import jupyter_client"]).status === 0;

test("jupyter_client's restart saves what is in training", {
	skip: hasClient ? false : `${python} has no jupyter_client`,
}, () => {
	installKernel({ prefix: folder });
	const script = fileURLToPath(
		new URL("../../../test/kernel/restart.py", import.meta.url),
	);
	const env = {
		...process.env,
		JUPYTER_PATH: join(folder, "share", "jupyter"),
		JUPYTER_RUNTIME_DIR: join(folder, "runtime"),
	};
	const { stdout, stderr } = spawnSync(python, [script], {
		...{ cwd: folder, env, encoding: "utf8" },
		input: training("restart"),
	});
	assert.equal(stdout, "42\n", stderr);
	assert.equal(readFileSync(join(folder, "restart"), "utf8"), "saved");
});

test("a heap that fills is announced, then ends the cell; one that bursts says so", async () => {
	const client = await KernelClient.start({
		...{ folder, stderr: "pipe" as const },
		env: { NODE_OPTIONS: "--max-old-space-size=300" },
	});
	after(() => client.kill());
	const cell = await client.execute(
		"let kept: number[][] = []; for (;;) { kept.push(Array.from({ length: 3e5 }, Math.random)); await new Promise((r) => setTimeout(r, 40)) }",
	);
	assert.match(
		streamed(cell, "stderr"),
		/heap is \d+ % full \(0\.\d of 0\.\d GB\)/,
	);
	assert.equal(cell.reply.ename, "HeapExhausted");
	assert.equal(shown(await client.execute("kept = []; 6 * 7")), "42");
	if (Number(process.versions.node.split(".")[0]) >= 24) return;
	// with async hooks on, nothing can be ended from outside
	await client.execute(
		"import { AsyncLocalStorage } from 'node:async_hooks'; new AsyncLocalStorage().run(1, () => {})",
	);
	await assert.rejects(
		client.execute(
			"for (;;) kept.push(Array.from({ length: 3e5 }, Math.random))",
		),
		/exited \(\w+, out of memory: .*NODE_OPTIONS=--max-old-space-size/,
	);
});
