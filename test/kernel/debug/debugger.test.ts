import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { murmur2 } from "../../../kernel/debug/murmur2.js";
import type { Content, Message } from "../../../kernel/protocol/message.js";
import { scratchFolder, shown, useKernel } from "../session.js";

const folder = scratchFolder({
	"local.ts":
		"export function twice(x: number): number {\n\tconst y: number = 2 * x;\n\treturn y;\n}\n",
});
const kernel = useKernel({ folder });
let seq = 0;

interface Reply {
	readonly success: boolean;
	readonly message?: string;
	readonly request_seq: number;
	readonly body: {
		readonly isStarted: boolean;
		readonly supportsModulesRequest: boolean;
		readonly sourcePath: string;
		readonly tmpFilePrefix: string;
		readonly tmpFileSuffix: string;
		readonly hashSeed: number;
		readonly stoppedThreads: number[];
		readonly breakpoints: { verified: boolean; line: number; source: string }[];
		readonly stackFrames: {
			id: number;
			name: string;
			line: number;
			source: { path: string };
		}[];
		readonly scopes: { name: string; variablesReference: number }[];
		readonly variables: Variable[];
		readonly result: string;
		readonly content: string;
		readonly data: Record<string, string>;
		readonly modules: { path: string }[];
	};
}

interface Variable {
	readonly name: string;
	readonly value: string;
	readonly type?: string;
	readonly evaluateName?: string;
	readonly variablesReference: number;
}

async function debug(command: string, args: Content = {}): Promise<Reply> {
	seq++;
	const request = { type: "request", seq, command, arguments: args };
	const { reply } = await kernel.client.request("debug_request", request, {
		channel: "control",
	});
	const content = reply.content as unknown as Reply;
	assert.equal(content.request_seq, seq);
	return content;
}

const events = (name: string): Message[] =>
	kernel.recorded.filter(
		({ header, content }) =>
			header.msg_type === "debug_event" && content.event === name,
	);

/** Waits for one more event than there were. */
async function next(name: string, before: number): Promise<Content> {
	while (events(name).length <= before) {
		await new Promise((resolve) => setTimeout(resolve, 5));
	}
	return events(name)[before]?.content.body as Content;
}

/** Whether a cell has printed something. */
const said = (text: string): boolean =>
	kernel.recorded.some(
		({ header, content }) =>
			header.msg_type === "stream" && String(content.text).includes(text),
	);

/** Sets breakpoints in a cell as JupyterLab does, before it runs. */
async function breakIn(code: string, ...breakpoints: object[]) {
	const { body } = await debug("dumpCell", { code });
	const path = body.sourcePath;
	const set = await debug("setBreakpoints", {
		breakpoints,
		source: { path },
		sourceModified: false,
	});
	return { path, placed: set.body.breakpoints };
}

const variables = async (variablesReference: number, paging: Content = {}) =>
	(await debug("variables", { variablesReference, ...paging })).body.variables;

async function scope(name: string, frameId = 1): Promise<Variable[]> {
	const { scopes } = (await debug("scopes", { frameId })).body;
	const found = scopes.find((one) => one.name === name);
	return found ? variables(found.variablesReference) : [];
}

const values = (list: readonly Variable[]) =>
	Object.fromEntries(list.map(({ name, value }) => [name, value]));

const frames = async () =>
	(await debug("stackTrace", { threadId: 1 })).body.stackFrames;

const evaluate = async (expression: string, frameId?: number) => {
	const { success, message, body } = await debug("evaluate", {
		expression,
		context: "repl",
		...(frameId ? { frameId } : {}),
	});
	return success ? body.result : message;
};

/** Goes on by a command, until it stands still again. */
async function go(command: string) {
	const before = events("stopped").length;
	assert.ok((await debug(command, { threadId: 1 })).success);
	await next("stopped", before);
	const [top] = await frames();
	return [top?.name, top?.line];
}

test("cells are named by a hash that clients compute too", () => {
	// the value that JupyterLab and ipykernel give
	assert.equal(murmur2("", 0), 0);
	for (const text of ["a", "ab", "abc", "abcd", "κόσμε 🌳", "x = 1\ny = 2"]) {
		assert.equal(murmur2(text, 0xc70f6907), reference(text, 0xc70f6907), text);
	}
});

/** MurmurHash2 in arithmetic of unbounded integers. */
function reference(text: string, seed: number): number {
	const mask = 0xffffffffn;
	const m = 0x5bd1e995n;
	const data = Buffer.from(text, "utf8");
	let h = (BigInt(seed) ^ BigInt(data.length)) & mask;
	let i = 0;
	for (; i + 4 <= data.length; i += 4) {
		let k = (BigInt(data.readUInt32LE(i)) * m) & mask;
		k ^= k >> 24n;
		k = (k * m) & mask;
		h = ((h * m) & mask) ^ k;
	}
	const left = data.subarray(i);
	left.forEach((byte, at) => {
		h ^= BigInt(byte) << BigInt(8 * at);
	});
	if (left.length > 0) h = (h * m) & mask;
	h ^= h >> 13n;
	h = (h * m) & mask;
	return Number(h ^ (h >> 15n));
}

test("a debugger that is not attached says so, and shows the notebook's variables", async () => {
	const info = await kernel.client.request("kernel_info_request", {});
	assert.deepEqual(info.reply.content.supported_features, ["debugger"]);
	await kernel.run("const early = [1, 2, 3]; class Kept { a = { b: 1 } }");
	const { body } = await debug("debugInfo");
	assert.equal(body.isStarted, false);
	assert.deepEqual(body.stoppedThreads, []);
	const listed = (await debug("inspectVariables")).body.variables;
	assert.equal(values(listed).early, "[ 1, 2, 3 ]");
	const rich = await debug("richInspectVariables", { variableName: "early" });
	assert.equal(rich.body.data["text/plain"], "[ 1, 2, 3 ]");
	const wrong = await debug("fly");
	assert.equal(wrong.success, false);
	assert.match(wrong.message ?? "", /no request fly/);
});

test("it attaches", async () => {
	const started = await debug("initialize", { clientID: "jupyterlab" });
	assert.ok(started.success);
	// without it JupyterLab never asks for modules
	assert.equal(started.body.supportsModulesRequest, true);
	assert.ok((await debug("attach")).success);
	assert.equal(events("initialized").length, 1);
	assert.ok((await debug("debugInfo")).body.isStarted);
});

const cell = `import { twice } from "./local.ts";
const rate: number = 3;
function train(steps: number): number {
	let total = 0;
	for (let i = 0; i < steps; i++) {
		total += rate * early[i];
	}
	return total;
}
const done = train(3);
const last = twice(done);
last`;

test("a breakpoint in a cell stops it; variables, steps and frames are those of the source", async () => {
	const { path, placed } = await breakIn(cell, { line: 6 });
	assert.deepEqual(
		placed.map(({ verified, line }) => [verified, line]),
		[[true, 6]],
	);
	const before = events("stopped").length;
	const running = kernel.run(cell);
	const body = await next("stopped", before);
	assert.deepEqual([body.reason, body.threadId], ["breakpoint", 1]);
	const stack = await frames();
	assert.deepEqual(stack.map(({ name, line }) => [name, line]).slice(0, 1), [
		["train", 6],
	]);
	assert.equal(stack[1]?.line, 10);
	assert.equal(stack[0]?.source.path, path);
	const { tmpFilePrefix, tmpFileSuffix, hashSeed } = (await debug("debugInfo"))
		.body;
	assert.equal(
		path,
		`${tmpFilePrefix}${reference(cell, hashSeed)}${tmpFileSuffix}`,
	);
	assert.deepEqual(values(await scope("Locals")), {
		i: "0",
		total: "0",
		steps: "3",
	});
	assert.equal(values(await scope("Notebook")).early, "[ 1, 2, 3 ]");
	assert.deepEqual(await go("next"), ["train", 5]);
	assert.equal(values(await scope("Locals")).total, "3");
	assert.equal(await evaluate("total * 10 as number", 1), "30");
	// a name of an earlier cell, one of this cell's imports and a local, together
	assert.equal(await evaluate("early[2] + total + steps", 1), "9");
	assert.match(
		(await evaluate("nowhere + 1", 1)) ?? "",
		/nowhere is not defined/,
	);
	assert.deepEqual(await go("continue"), ["train", 6]);
	await debug("setBreakpoints", { breakpoints: [], source: { path } });
	assert.deepEqual(await go("stepOut"), [stack[1]?.name, 10]);
	assert.deepEqual(await go("next"), [stack[1]?.name, 11]);
	assert.deepEqual(await go("stepIn"), ["twice", 2]);
	const [top] = await frames();
	assert.match(top?.source.path ?? "", /local\.ts$/);
	assert.match(
		(await debug("source", { source: top?.source })).body.content,
		/const y: number/,
	);
	await debug("continue", { threadId: 1 });
	assert.equal(shown(await running), "36");
	assert.deepEqual((await debug("debugInfo")).body.stoppedThreads, []);
	assert.ok(events("continued").length >= 1);
});

test("breakpoints in code that has run already, in local modules, and on lines without code", async () => {
	const { placed } = await breakIn("\n// nothing here\n\nlet far = 1;\nfar", {
		line: 2,
	});
	assert.equal(placed[0]?.verified, true);
	const path = `${folder}/local.ts`;
	await debug("setBreakpoints", {
		breakpoints: [{ line: 3 }],
		source: { path },
	});
	const before = events("stopped").length;
	const running = kernel.run("twice(4)");
	await next("stopped", before);
	assert.equal((await frames())[0]?.line, 3);
	assert.deepEqual(values(await scope("Locals")), { y: "8", x: "4" });
	await debug("setBreakpoints", { breakpoints: [], source: { path } });
	await debug("continue", { threadId: 1 });
	assert.equal(shown(await running), "8");
	const late = await breakIn(cell, { line: 7 });
	assert.equal(late.placed[0]?.line, 8);
	const stops = events("stopped").length;
	const again = kernel.run("train(1)");
	await next("stopped", stops);
	assert.equal((await frames())[0]?.line, 8);
	await breakIn(cell);
	await debug("continue", { threadId: 1 });
	assert.equal(shown(await again), "3");
	const none = await debug("setBreakpoints", {
		breakpoints: [{ line: 1 }],
		source: { path: "/nowhere.ts" },
	});
	assert.equal(none.body.breakpoints[0]?.verified, false);
});

test("a condition decides whether a breakpoint stops, and awaits are stepped over", async () => {
	const code =
		"const seen: number[] = [];\nfor (let i = 0; i < 50; i++) {\n\tseen.push(i);\n}\nawait new Promise((done) => setTimeout(done, 20));\nconst after = early.length;\nafter";
	await breakIn(code, { line: 3, condition: "i === 40 + early.length" });
	const before = events("stopped").length;
	const running = kernel.run(code);
	await next("stopped", before);
	assert.equal(await evaluate("i", 1), "43");
	await breakIn(code, { line: 5 });
	assert.equal((await go("continue"))[1], 5);
	assert.equal((await go("next"))[1], 6);
	assert.equal((await go("next"))[1], 7);
	await debug("continue", { threadId: 1 });
	assert.equal(shown(await running), "3");
});

test("thrown errors stop where asked for, with what was thrown", async () => {
	await debug("setExceptionBreakpoints", { filters: ["raised"] });
	const before = events("stopped").length;
	const running = kernel.run(
		"const kept = 5;\nthrow new RangeError('too far');",
	);
	const body = await next("stopped", before);
	assert.equal(body.reason, "exception");
	assert.match(String(body.text), /RangeError: too far/);
	assert.equal((await frames())[0]?.line, 2);
	assert.equal(values(await scope("Locals")).kept, "5");
	await debug("setExceptionBreakpoints", { filters: [] });
	await debug("continue", { threadId: 1 });
	assert.equal((await running).reply.ename, "RangeError");
});

test("parts say how they are called, and what has no parts its value rather than its type", async () => {
	await kernel.run(
		"const tables = { 'two words': [{ name: 'x' }], many: new Float64Array(250).map((_, i) => i), whole: 3n, half: 0.5, none: null, empty: [] };",
	);
	const listed = (await debug("inspectVariables")).body.variables;
	const tables = listed.find(({ name }) => name === "tables");
	const parts = await variables(tables?.variablesReference ?? 0);
	const part = (name: string) => parts.find((one) => one.name === name);
	const [row] = await variables(part("two words")?.variablesReference ?? 0);
	const [name] = await variables(row?.variablesReference ?? 0);
	assert.equal(name?.evaluateName, 'tables["two words"][0].name');
	assert.equal(await evaluate(name?.evaluateName ?? ""), "'x'");
	const many = await variables(part("many")?.variablesReference ?? 0);
	const rest = await variables(many[100]?.variablesReference ?? 0);
	const seen = rest.find((one) => one.name === "107");
	assert.equal(await evaluate(seen?.evaluateName ?? ""), "107");
	// JupyterLab's tree shows a type in place of the value
	for (const one of ["whole", "half", "none", "empty"])
		assert.equal(part(one)?.type, undefined, one);
	assert.equal(many[100]?.type, undefined);
	assert.equal(part("two words")?.type, "Array(1)");
});

test("big and deep values come in parts, no getter is called", async () => {
	await kernel.run(
		"const big = new Float64Array(1e7); const deep = { map: new Map([['k', { v: 1 }]]), get trap(): number { throw new Error('called') } };",
	);
	const listed = (await debug("inspectVariables")).body.variables;
	const big = listed.find(({ name }) => name === "big");
	const first = await variables(big?.variablesReference ?? 0);
	assert.equal(first.length, 101);
	assert.equal(first[100]?.value, "9999900 more");
	const rest = await variables(first[100]?.variablesReference ?? 0);
	assert.equal(rest[0]?.name, "100");
	const paged = await variables(big?.variablesReference ?? 0, {
		start: 5,
		count: 2,
	});
	assert.deepEqual(
		paged.map(({ name }) => name),
		["5", "6"],
	);
	const deep = listed.find(({ name }) => name === "deep");
	const inner = await variables(deep?.variablesReference ?? 0);
	assert.equal(values(inner).trap, "(getter)");
	const map = inner.find(({ name }) => name === "map");
	assert.deepEqual(values(await variables(map?.variablesReference ?? 0)), {
		"'k'": "{ v: 1 }",
	});
});

test("the cell can be interrupted where it stands still, and the debugger works on", async () => {
	const code = "let turns = 0;\nwhile (true) {\n\tturns++;\n}";
	await breakIn(code, { line: 3 });
	const before = events("stopped").length;
	const running = kernel.run(code);
	await next("stopped", before);
	await breakIn(code);
	await kernel.client.interrupt();
	assert.equal((await running).reply.ename, "Interrupted");
	const other = "const one = 1;\none + 1";
	await breakIn(other, { line: 2 });
	const stops = events("stopped").length;
	const again = kernel.run(other);
	await next("stopped", stops);
	await debug("continue", { threadId: 1 });
	assert.equal(shown(await again), "2");
});

test("a loop that does nothing but turn is paused where it stands", async () => {
	for (const loop of ["while (true) {}", "for (;;);", "do\n;\nwhile (true)"]) {
		const looping = kernel.run(`console.log("${loop.length} turns");\n${loop}`);
		while (!said(`${loop.length} turns`)) await nextTurn();
		const paused = events("stopped").length;
		await debug("pause", { threadId: 1 });
		await next("stopped", paused);
		const { body } = await debug("stackTrace", { threadId: 1 });
		assert.ok((body.stackFrames[0]?.line ?? 0) >= 2);
		await kernel.client.interrupt();
		assert.equal((await looping).reply.ename, "Interrupted");
	}
});

test("after it is detached nothing stops, and it attaches again", async () => {
	const code = "const free = 1;\nfree";
	await breakIn(code, { line: 2 });
	const before = events("stopped").length;
	const running = kernel.run(code);
	await next("stopped", before);
	await debug("disconnect");
	assert.equal(shown(await running), "1");
	assert.equal((await debug("debugInfo")).body.isStarted, false);
	assert.equal(shown(await kernel.run(code)), "1");
	await debug("initialize");
	await debug("attach");
	await breakIn(code, { line: 2 });
	const stops = events("stopped").length;
	const again = kernel.run(code);
	await next("stopped", stops);
	// a shutdown lets it go
	await kernel.client.shutdown();
	await again.catch(() => {});
	assert.equal(kernel.client.process.exitCode, 0);
});
