import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { Dealer, Request } from "zeromq";
import { address, channels } from "../../kernel/protocol/connection.js";
import { createHeader, encode } from "../../kernel/protocol/message.js";
import { Random } from "../../src/random.js";
import { assertPaired, assertValid } from "./schema.js";
import { outputs, shown, streamed, useKernel } from "./session.js";

const kernel = useKernel();

async function assertAlive(): Promise<void> {
	assert.equal(shown(await kernel.run("6 * 7")), "42");
}

test("20 000 lines of one cell arrive in order, between busy and idle", async () => {
	const cell = await kernel.run(
		"for (let i = 0; i < 20_000; i++) console.log(i)",
	);
	const lines = streamed(cell).trimEnd().split("\n");
	assert.equal(lines.length, 20_000);
	assert.ok(lines.every((line, i) => Number(line) === i));
	assertPaired(cell.published);
});

test("output arrives while a cell is still busy", async () => {
	let seen = 0;
	const cell = kernel.client.execute(
		"console.log('early'); const end = Date.now() + 700; while (Date.now() < end) {}",
		{
			onPublish: ({ header }) => {
				if (header.msg_type === "stream") seen = performance.now();
			},
		},
	);
	await cell;
	assert.ok(performance.now() - seen > 300);
});

test("a display of 50 MB arrives whole", async () => {
	const cell = await kernel.run("display.html('x'.repeat(50e6))");
	const [display] = outputs(cell);
	const data = display?.content.data as Record<string, string> | undefined;
	assert.equal(data?.["text/html"]?.length, 50e6);
});

test("200 cells sent at once run in order", async () => {
	await kernel.run("const order: number[] = []");
	const cells = Array.from({ length: 200 }, (_, i) =>
		kernel.run(`order.push(${i})`),
	);
	const results = (await Promise.all(cells)).map(shown);
	assert.deepEqual(
		results,
		results.map((_, i) => String(i + 1)),
	);
	const heap = await kernel.run("process.memoryUsage().heapUsed / 2 ** 20");
	assert.ok(Number(shown(heap)) < 600, `${shown(heap)} MB`);
});

test("500 completions sent at once are each answered", async () => {
	const replies = await Promise.all(
		Array.from({ length: 500 }, (_, i) =>
			kernel.client.request("complete_request", {
				code: i % 2 ? "Math.ab" : "JSON.str",
				cursor_pos: i % 2 ? 7 : 8,
			}),
		),
	);
	for (const [i, { reply }] of replies.entries()) {
		assertValid(reply);
		assert.deepEqual(reply.content.matches, [i % 2 ? "abs" : "stringify"]);
	}
});

/** Frames that are wrong in one way each, made from a request that is right. */
function wrongFrames(): Uint8Array[][] {
	const { key } = kernel.client.connection;
	const code = "globalThis.intruded = true";
	const request = (signingKey: string, content: unknown = { code }) =>
		encode(
			{
				header: createHeader("execute_request", "intruder"),
				content: content as Record<string, unknown>,
				identities: [],
				parent: {},
				metadata: {},
				buffers: [],
			},
			signingKey,
		);
	const good = request(key);
	const changed = request(key);
	changed[5] = Buffer.from('{"code":"globalThis.intruded = 2"}');
	const random = new Random("frames");
	const noise = () =>
		Uint8Array.from({ length: random.integer(0, 400) }, () =>
			random.integer(0, 256),
		);
	return [
		request("another key"),
		request(""),
		changed,
		good.slice(1),
		good.slice(0, 4),
		[good[0]!],
		[],
		[Buffer.alloc(0)],
		request(key, "not an object"),
		request(key, null),
		...Array.from({ length: 50 }, () =>
			Array.from({ length: random.integer(1, 8) }, noise),
		),
		...Array.from({ length: 20 }, () => [good[0]!, noise(), noise(), noise()]),
	].filter((frames) => frames.length > 0);
}

test("forged, changed and malformed messages are dropped without an answer", async () => {
	const heard: unknown[] = [];
	const published = kernel.recorded.length;
	for (const channel of ["shell", "control", "stdin"] as const) {
		const dealer = new Dealer({ linger: 0, receiveTimeout: 300 });
		dealer.connect(address(kernel.client.connection, channel));
		for (const frames of wrongFrames()) await dealer.send(frames);
		const answer = await dealer.receive().catch(() => undefined);
		if (answer) heard.push(answer);
		dealer.close();
	}
	assert.deepEqual(heard, []);
	assert.equal(kernel.recorded.length, published);
	assert.equal(
		shown(await kernel.run("(globalThis as any).intruded ?? 0")),
		"0",
	);
});

test("a message of more than 256 MB is not even read", async () => {
	const dealer = new Dealer({ linger: 0 });
	dealer.connect(address(kernel.client.connection, "shell"));
	await dealer.send([Buffer.alloc(257 * 2 ** 20)]);
	await delay(500);
	dealer.close();
	const megabytes = shown(await kernel.run("process.memoryUsage().rss / 1e6"));
	assert.ok(Number(megabytes) < 1000, `${megabytes} MB`);
	await assertAlive();
});

test("a replayed message runs once", async () => {
	const { key } = kernel.client.connection;
	await kernel.run("var replays = 0");
	const frames = encode(
		{
			header: createHeader("execute_request", "twice"),
			content: { code: "replays++", silent: true },
			identities: [],
			parent: {},
			metadata: {},
			buffers: [],
		},
		key,
	);
	const dealer = new Dealer({ linger: 0 });
	dealer.connect(address(kernel.client.connection, "shell"));
	await dealer.send(frames);
	await dealer.send(frames);
	await dealer.receive();
	await delay(100);
	dealer.close();
	assert.equal(shown(await kernel.run("replays")), "1");
});

test("signed requests with nonsense inside are answered or ignored, never fatal", async () => {
	const kinds = [
		"complete_request",
		"inspect_request",
		"is_complete_request",
		"history_request",
		"comm_info_request",
	];
	const nonsense = {
		code: 5,
		cursor_pos: "x",
		n: {},
		pattern: [],
		extra: null,
	};
	for (const kind of kinds) {
		const { reply } = await kernel.client.request(kind, nonsense);
		assertValid(reply);
	}
	await kernel.run("1", { code: null, user_expressions: null });
	await assertAlive();
});

test("random bytes on every port leave the kernel alive", async () => {
	const { connection } = kernel.client;
	for (const channel of channels) {
		for (const size of [1, 64, 1000, 100_000]) {
			const socket = connect(connection[`${channel}_port`], "127.0.0.1");
			socket.on("error", () => {});
			socket.end(randomBytes(size));
			await delay(10);
			socket.destroy();
		}
	}
	const heartbeat = new Request({ linger: 0, receiveTimeout: 3000 });
	heartbeat.connect(address(connection, "hb"));
	await heartbeat.send("ping");
	assert.equal(String(await heartbeat.receive()), "ping");
	heartbeat.close();
	await assertAlive();
});

test("the heartbeat and control answer while a cell is busy", async () => {
	const busy = kernel.run(
		"const till = Date.now() + 1500; while (Date.now() < till) {}",
	);
	await delay(200);
	const from = performance.now();
	await kernel.client.request(
		"kernel_info_request",
		{},
		{ channel: "control" },
	);
	assert.ok(performance.now() - from < 1000);
	await busy;
});

test("process.exit in a cell ends the kernel and the client hears of it", async () => {
	await assert.rejects(kernel.run("process.exit(3)"), /exited \(3\)/);
	await assert.rejects(kernel.run("1"), /exited/);
});
