import assert from "node:assert/strict";
import { test } from "node:test";
import { assertPaired, assertValid } from "./schema.js";
import { outputs, result, shown, streamed, useKernel } from "./session.js";

const kernel = useKernel();
const { run, show } = kernel;

test("an error is published and replied with name, value and traceback", async () => {
	const failed = await run("null.x as never");
	const [error] = outputs(failed);
	assert.equal(error?.header.msg_type, "error");
	const typed = await run("const text: string = 3;\nmissing()");
	assert.equal(typed.reply.ename, "TypeScriptError");
	assert.match(
		shown(typed),
		/In\[\d+\]:1:7 Type 'number' is not assignable to type 'string'\. \(TS2322\)\n----> 1 const text: string = 3;\n {14}\^/,
	);
	assert.match(shown(typed), /In\[\d+\]:2:1 Cannot find name 'missing'/);
});

test("pieces of both streams keep their order", async () => {
	const cell = await run(
		"console.log('a'); console.error('b'); console.log('c'); console.log('d')",
	);
	assert.deepEqual(
		outputs(cell).map(({ content }) => [content.name, content.text]),
		[
			["stdout", "a\n"],
			["stderr", "b\n"],
			["stdout", "c\nd\n"],
		],
	);
});

test("silent and unstored cells do not count, results and input are not shown", async () => {
	const before = await run("1");
	const silent = await run("console.log('x'); 2", { silent: true });
	assert.deepEqual(
		silent.published.map(({ header }) => header.msg_type),
		["status", "stream", "status"],
	);
	const unstored = await run("3", { store_history: false });
	assert.equal(result(unstored)["text/plain"], "3");
	const after = await run("4");
	assert.equal(
		after.reply.execution_count,
		Number(before.reply.execution_count) + 1,
	);
});

test("user expressions are evaluated after the cell", async () => {
	const { reply } = await run("const five = 5", {
		user_expressions: { good: "five + 1", bad: "nowhere" },
	});
	const { good, bad } = reply.user_expressions as Record<
		string,
		{ status: string; data?: Record<string, string> }
	>;
	assert.equal(good?.data?.["text/plain"], "6");
	assert.equal(bad?.status, "error");
});

test("an error drops the queue behind it unless stop_on_error is off", async () => {
	const failing = run("throw new Error('first')");
	const dropped = [run("1"), run("2")];
	assert.equal((await failing).reply.status, "error");
	for (const { reply } of await Promise.all(dropped)) {
		assert.equal(reply.status, "aborted");
		// a client would show a count as that of a cell that has run
		assert.equal(reply.execution_count, undefined);
	}
	const going = run("throw new Error('again')", { stop_on_error: false });
	const kept = run("3");
	await going;
	assert.equal(shown(await kept), "3");
});

test("displays update in place and outputs clear", async () => {
	const cell = await run(
		"const shown = display.html('<b>1</b>'); shown.update('<b>2</b>'); clearOutput(true)",
	);
	const [first, second, third] = outputs(cell);
	assert.deepEqual(first?.content.data, { "text/html": "<b>1</b>" });
	assert.equal(second?.header.msg_type, "update_display_data");
	assert.deepEqual(second?.content.data, { "text/html": "<b>2</b>" });
	assert.deepEqual(second?.content.transient, first?.content.transient);
	assert.deepEqual(third?.content, { wait: true });
});

test("whatever a display, a comm or an error holds, the cell ends", async () => {
	const own = (data: string) =>
		`({ [Symbol.for("Jupyter.display")]: () => (${data}) })`;
	assert.match(await show(own('{ "application/json": { a: 1n } }')), /BigInt/);
	assert.match(await show("display.json({ a: 1n })"), /TypeError: .*BigInt/);
	assert.match(
		await show("display({ 'text/html': 3 }, { raw: true })"),
		/TypeError: text\/html must be text/,
	);
	assert.match(
		await show("jupyter.openComm('x', { a: 1n })"),
		/TypeError: the data of a comm .*BigInt/,
	);
	const thrown: [string, string][] = [
		["Object.assign(new Error('a'), { name: 5n })", "5"],
		["({ get stack() { throw 1 }, [Symbol.toStringTag]: 'Error' })", "Object"],
		[
			"Object.defineProperty(new Error('b'), 'message', { get() { throw 2 } })",
			"Error",
		],
		[
			"(() => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy })()",
			"Thrown",
		],
		[
			"({ [Symbol.for('nodejs.util.inspect.custom')]() { throw 3 } })",
			"Thrown",
		],
		["Object.assign(new Error('c'), { cause: { deep: 1n } })", "Error"],
	];
	for (const [value, name] of thrown) {
		const { reply } = await run(`throw ${value}`);
		assert.equal(reply.ename, name, value);
	}
	const { reply } = await run("1", {
		user_expressions: { own: own('{ "application/json": { a: 1n } }') },
	});
	assert.equal(reply.status, "ok");
	assert.equal(await show("6 * 7"), "42");
});

test("a display that never comes can be interrupted", async () => {
	const cell = kernel.client.execute(
		"console.log('shown'); ({ [Symbol.for('Jupyter.display')]: () => new Promise(() => {}) })",
		{
			onPublish: ({ header }) =>
				header.msg_type === "stream" && void kernel.client.interrupt(),
		},
	);
	assert.equal((await cell).reply.ename, "Interrupted");
});

test("what a cell has shown is not shown again as its value", async () => {
	const types = (cell: Parameters<typeof outputs>[0]) =>
		outputs(cell).map(({ header }) => header.msg_type);
	assert.deepEqual(types(await run("display.json([1]);")), ["display_data"]);
	assert.deepEqual(types(await run("const kept = display(1); kept;")), [
		"display_data",
	]);
	assert.deepEqual(types(await run("kept")), ["execute_result"]);
});

test("input is asked for and answered; without stdin it is refused", async () => {
	const asked = await kernel.client.execute(
		"[prompt('Name? '), promptPassword(), confirm('Sure?')]",
		{
			onInput: ({ prompt, password }) =>
				password ? "secret" : String(prompt).startsWith("Sure") ? "y" : "Ada",
		},
	);
	assert.equal(shown(asked), "[ 'Ada', 'secret', true ]");
	assert.match(await show("prompt('x')"), /cannot answer questions/);
});

test("magics: time, environment, help", async () => {
	const timed = await run("%%time\n%env COLOR = red\nprocess.env.COLOR");
	assert.equal(shown(timed), "'red'");
	assert.match(streamed(timed), /^COLOR=red\nWall time: [\d.:]+ (ms|s|min)\n$/);
	const { reply } = await run("Math.max?");
	const [page] = reply.payload as { source: string; data: object }[];
	assert.equal(page?.source, "page");
	assert.match(
		JSON.stringify(page?.data),
		/Math\.max\(\.\.\.values: number\[\]\)/,
	);
	assert.match(await show("%nothing"), /there is no magic %nothing/);
	assert.match(await show("1\n%nothing"), /TS/);
});

test("completion and inspection know types and count code points", async () => {
	await run(
		"const tree = { leaf: 1 }\n/**\n * How far it goes.\n * @param far in meters\n */\nfunction reach(far: number) { return far }",
	);
	const code = "'🌳'; tree.le";
	const points = [...code].length;
	const request = { code, cursor_pos: points };
	const { reply } = await kernel.client.request("complete_request", request);
	assert.deepEqual(reply.content.matches, ["leaf"]);
	assert.equal(reply.content.cursor_start, points - 2);
	assert.equal(reply.content.cursor_end, points);
	const inspected = await kernel.client.request("inspect_request", {
		code: "reach(",
		cursor_pos: 6,
		detail_level: 0,
	});
	const data = inspected.reply.content.data as Record<string, string>;
	assert.match(
		data["text/markdown"] ?? "",
		/```typescript\n.*function reach\(far: number\): number/s,
	);
	assert.match(data["text/plain"] ?? "", /How far it goes\.\n*.*far/s);
});

test("history by tail, range and search", async () => {
	await run("'find me'");
	const ask = async (content: object) =>
		(
			await kernel.client.request("history_request", {
				output: false,
				raw: true,
				...content,
			})
		).reply.content.history as [number, number, unknown][];
	const [[session, line, input] = []] = await ask({
		hist_access_type: "tail",
		n: 1,
	});
	assert.equal(input, "'find me'");
	const range = { hist_access_type: "range", session, start: line };
	assert.equal((await ask({ ...range, stop: Number(line) + 1 })).length, 1);
	const search = { hist_access_type: "search", pattern: "*find*" };
	assert.deepEqual((await ask({ ...search, output: true })).at(-1)?.[2], [
		"'find me'",
		"'find me'",
	]);
});

test("comms open from both sides", async () => {
	const opened = await run(
		"const comm = jupyter.openComm('widget', { a: 1 }); comm.onMessage = (data) => console.log('got', data.b); jupyter.onComm('mine', (c) => c.send({ hello: 1 }))",
	);
	const [open] = outputs(opened);
	assert.equal(open?.content.target_name, "widget");
	const comm_id = open?.content.comm_id;
	const info = await kernel.client.request("comm_info_request", {});
	assert.deepEqual(info.reply.content.comms, {
		[String(comm_id)]: { target_name: "widget" },
	});
});

test("the progress bar writes over itself", async () => {
	const cell = await run(
		"for (const i of progress([1, 2, 3], { label: 'epoch' })) await new Promise((r) => setTimeout(r, 110))",
	);
	const text = streamed(cell);
	assert.match(text, /\repoch {2}33% ███████░+ 1\/3/);
	assert.match(text, /epoch 100% █{20} 3\/3 .*\n$/);
});

test("tslab's display works", async () => {
	const cell = await run(
		"import { display as show } from 'tslab'; show.svg('<svg/>')",
	);
	assert.deepEqual(outputs(cell)[0]?.content.data, {
		"image/svg+xml": "<svg/>",
	});
});

test("usage tells what the kernel, its children and the machine use", async () => {
	const ask = async () =>
		(await kernel.client.request("usage_request", {}, { channel: "control" }))
			.reply.content as Record<string, number> & {
			host_virtual_memory: { total: number; available: number };
		};
	const first = await ask();
	assert.equal(first.pid, kernel.client.process.pid);
	assert.ok(first.kernel_memory! > 50e6 && first.kernel_memory! < 5e9);
	assert.ok(
		first.host_virtual_memory.available < first.host_virtual_memory.total,
	);
	assert.ok(first.cpu_count! >= 1);
	// also while a cell keeps the kernel busy, with what its child processes hold
	const busy = kernel.run(
		"import { spawnSync } from 'node:child_process'; spawnSync(process.execPath, ['-e', 'const a = Buffer.alloc(2e8, 1); console.log(1); setTimeout(() => a, 1e6)'], { timeout: 20_000, killSignal: 'SIGKILL' }); 0",
	);
	let last = await ask();
	while (last.kernel_memory! < first.kernel_memory! + 1e8) last = await ask();
	assert.ok(last.kernel_cpu! >= 0);
	await kernel.client.interrupt();
	await busy;
});

test("every published message of this session is valid, busy and idle are paired", async () => {
	assert.ok(kernel.recorded.length > 100);
	for (const message of kernel.recorded) assertValid(message);
	assertPaired(kernel.recorded);
});

test("replies are valid too, and the kernel ends after its shutdown reply", async () => {
	const { client } = kernel;
	const replies = [
		await client.request("kernel_info_request", {}),
		await client.request("kernel_info_request", {}, { channel: "control" }),
		await client.request("is_complete_request", { code: "1" }),
		await client.request("comm_info_request", {}),
		await client.request("interrupt_request", {}, { channel: "control" }),
	];
	for (const { reply } of replies) assertValid(reply);
	await client.shutdown();
	assert.equal(client.process.exitCode, 0);
});
