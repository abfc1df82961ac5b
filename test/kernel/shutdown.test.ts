import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type ClientOptions, KernelClient } from "../../kernel/client.js";
import { readNotebook } from "../../kernel/notebook/format.js";
import type { EvaluateOptions } from "../../src/evaluate/evaluate-options.js";
import {
	evaluate,
	finetune,
	miniBackbone,
	recipes,
	shapes,
	useEngine,
} from "../../src/index.js";
import { openRun, type Run } from "../../src/train/run.js";
import { savedStep } from "../../src/train/training-state.js";
import { scratchFolder, shown } from "./session.js";

const folder = scratchFolder();
const [own, alone] = ["ended", "alone"].map((name) => join(folder, name)) as [
	string,
	string,
];
// Enough that none of those who are stopped comes to the end, however slow the machine is in stopping them.
const steps = 100;
const recipe = { ...recipes.shapes, batchSize: 16, length: { steps } };
const evaluation = {
	corruptions: ["gaussian-noise", "fog", "contrast"],
	severities: [1, 3, 5],
	images: 64,
	batchSize: 16,
} satisfies EvaluateOptions;

let expected: Run;
before(async () => {
	await useEngine();
	const backbone = await miniBackbone("resnet-mini/regular");
	expected = await finetune(backbone, shapes(), recipe, { folder: alone });
	await evaluate(expected, shapes(), evaluation);
});

/** What a cell imports. */
const begin = `import { evaluate, finetune, miniBackbone, recipes, shapes, useEngine } from "robust-transfer";
await useEngine();
const backbone = await miniBackbone("resnet-mini/regular");
const recipe = { ...recipes.shapes, batchSize: 16, length: { steps: ${steps} } };
const options = { folder: ${JSON.stringify(own)}, saveSeconds: Infinity };`;

/** A cell that trains; each step of it takes so many milliseconds longer, in which nothing can stop it. */
const training = (milliseconds: number, more = "") => `${begin}
const wait = () => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ${milliseconds});
const every = { steps: 1, do: async () => wait() };
const run = await finetune(backbone, shapes(), recipe, { ...options, every${more} });`;

const clients: KernelClient[] = [];
after(() => {
	for (const client of clients) client.kill();
});

async function start(options: ClientOptions = {}): Promise<KernelClient> {
	const client = await KernelClient.start(options);
	clients.push(client);
	return client;
}

/** Begins a cell; resolves when it shows something, with what becomes of it. */
async function beginCell(client: KernelClient, code: string) {
	let begun = () => {};
	const showing = new Promise<void>((resolve) => {
		begun = resolve;
	});
	const cell = client
		.execute(code, {
			onPublish: ({ header }) =>
				/display_data|stream/.test(header.msg_type) && begun(),
		})
		.then(
			({ reply }) => reply.ename,
			({ message }: Error) => message,
		);
	await Promise.race([showing, cell]);
	return { cell };
}

async function exitOf({ process }: KernelClient) {
	if (process.exitCode === null && process.signalCode === null)
		await once(process, "exit");
	return process.signalCode ?? process.exitCode;
}

const runOf = (place: string) => openRun(join(place, expected.id));

const shutdown = (client: KernelClient, restart: boolean) =>
	client.request("shutdown_request", { restart }, { channel: "control" });

let reached = 0;

/** Waits until the log tells of a step after those that were saved, or who makes it is gone. */
async function untilFurther(isGone: () => boolean): Promise<void> {
	const isThere = () => existsSync(join(own, expected.id, "log.jsonl"));
	const last = () => (isThere() && runOf(own).log.at(-1)?.step) || 0;
	while (last() <= reached && !isGone()) await delay(20);
}

/** Begins a cell that trains; resolves once it has got further, with what becomes of the cell. */
async function beginTraining(client: KernelClient, code: string) {
	const begun = await beginCell(client, code);
	await untilFurther(() => client.process.exitCode !== null);
	return begun;
}

/** The run is saved at the step that it had reached, further than before, and nobody holds it. */
async function assertSaved(): Promise<void> {
	const { log, folder, finished } = runOf(own);
	const step = await savedStep(folder);
	assert.ok(!finished);
	assert.ok(step > reached, `${step} after ${reached}`);
	// of the step whose log row is not written yet, all but that row is saved
	assert.ok([step, step - 1].includes(log.at(-1)?.step ?? 0));
	for (const holder of ["lock", "claim"])
		assert.ok(!existsSync(join(folder, holder)));
	reached = step;
}

test("a restart saves a run in training, and whoever asks for the end is answered", async () => {
	const client = await start();
	const { cell } = await beginTraining(client, training(400));
	const answers = await Promise.all([
		shutdown(client, true),
		shutdown(client, false),
	]);
	for (const [i, { reply, published }] of answers.entries()) {
		assert.deepEqual(reply.content, { status: "ok", restart: i === 0 });
		assert.equal(published.at(-1)?.content.execution_state, "idle");
	}
	assert.equal(await cell, "Interrupted");
	assert.equal(await exitOf(client), 0);
	await assertSaved();
});

test("so does a restart that comes while an interrupt waits for a long step", async () => {
	const client = await start();
	const { cell } = await beginTraining(client, training(4000));
	// as the stop button does, and then Jupyter before each shutdown
	void client.interrupt();
	await client.interrupt();
	const { reply } = await shutdown(client, true);
	assert.equal(reply.content.status, "ok");
	assert.equal(await cell, "Interrupted");
	assert.equal(await exitOf(client), 0);
	await assertSaved();
});

test("so does SIGHUP, and a signal of one's own does not keep it from that", async () => {
	const client = await start();
	const more = ", signal: new AbortController().signal";
	const { cell } = await beginTraining(client, training(400, more));
	client.process.kill("SIGHUP");
	client.process.kill("SIGTERM");
	assert.equal(await cell, "Interrupted");
	assert.equal(await exitOf(client), 0);
	await assertSaved();
});

test("so does SIGTERM, of a run in the background of a cell that never returns", async () => {
	const client = await start();
	const code = training(400).replace("await finetune", "finetune");
	await beginTraining(client, code);
	const { cell } = await beginCell(
		client,
		"console.log('on'); for (;;) await new Promise((resolve) => setTimeout(resolve, 5))",
	);
	client.process.kill("SIGTERM");
	assert.equal(await cell, "Interrupted");
	assert.equal(await exitOf(client), 0);
	await assertSaved();
});

test("so does the end of the process that started the kernel", async () => {
	const parent = spawn(process.execPath, ["-e", "setTimeout(() => {}, 1e6)"]);
	const env = { JPY_PARENT_PID: String(parent.pid) };
	const client = await start({ env });
	await beginTraining(client, training(400));
	parent.kill("SIGKILL");
	assert.equal(await exitOf(client), 0);
	await assertSaved();
});

const runner = fileURLToPath(
	new URL("../../kernel/notebook/run.js", import.meta.url),
);

/** A notebook that trains in its second cell, and would do something else in its third. */
const notebookOf = (milliseconds: number) => ({
	nbformat: 4,
	nbformat_minor: 5,
	metadata: {},
	cells: ["'first'", training(milliseconds), "'third'"].map((source, i) => ({
		...{ id: `cell-${i}`, cell_type: "code", metadata: {}, source },
		...{ outputs: [], execution_count: null },
	})),
});

test("so does the runner of notebooks that is told to end", async () => {
	for (const signals of [
		["SIGHUP", "SIGTERM"],
		["SIGINT", "SIGINT"],
	] as const) {
		const path = join(folder, "study.ipynb");
		writeFileSync(path, JSON.stringify(notebookOf(500)));
		const child = spawn(
			process.execPath,
			[runner, "run", path, "--allow-errors"],
			{ stdio: ["ignore", "ignore", "ignore"] },
		);
		const ended = once(child, "exit");
		await untilFurther(() => child.exitCode !== null);
		for (const signal of signals) {
			child.kill(signal);
			await delay(200);
		}
		const [code] = (await ended) as [number];
		assert.equal(code, { SIGHUP: 129, SIGINT: 130 }[signals[0]]);
		await assertSaved();
		const [first, second, third] = readNotebook(path).cells;
		assert.match(JSON.stringify(first?.outputs), /first/);
		assert.match(JSON.stringify(second?.outputs), /Interrupted/);
		// After a first Ctrl-C that ends the cell, the next one may begin.
		if (signals[0] === "SIGHUP") assert.deepEqual(third?.outputs, []);
	}
});

const untimed = ({ log }: Run) => log.map(({ seconds: _, ...row }) => row);

test("the next kernel goes on, and the run is the one that never stopped", async () => {
	const client = await start();
	const cell = await client.execute(`${training(0)}\nrun.finished`);
	assert.equal(shown(cell), "true");
	const run = runOf(own);
	assert.deepEqual(untimed(run), untimed(expected));
	const weights = ({ folder }: Run) =>
		readFileSync(join(folder, "weights.safetensors"));
	assert.ok(weights(run).equals(weights(expected)));
	await client.shutdown();
});

test("an evaluation that is ended keeps its whole rows, and the next kernel adds the others", async () => {
	const results = join(own, expected.id, "results.jsonl");
	const rows = (path: string) =>
		readFileSync(path, "utf8")
			.split("\n")
			.slice(0, -1)
			.map((line) => {
				const { seconds: _, ...row } = JSON.parse(line);
				return row;
			});
	const scoring = `${begin}
const run = await finetune(backbone, shapes(), recipe, options);
const rows = await evaluate(run, shapes(), ${JSON.stringify(evaluation)});
rows.length`;
	const first = await start();
	const { cell } = await beginCell(first, scoring);
	while (!existsSync(results)) await delay(10);
	await shutdown(first, false);
	assert.match(String(await cell), /Interrupted/);
	assert.equal(await exitOf(first), 0);
	const text = readFileSync(results, "utf8");
	assert.ok(text.endsWith("\n"));
	const all = rows(join(alone, expected.id, "results.jsonl"));
	const kept = rows(results);
	assert.ok(kept.length < all.length);
	const next = await start();
	assert.equal(shown(await next.execute(scoring)), String(all.length));
	assert.ok(readFileSync(results, "utf8").startsWith(text));
	assert.deepEqual(rows(results), all);
	await next.shutdown();
});
