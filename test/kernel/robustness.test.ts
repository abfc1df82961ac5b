import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { Dealer, Request } from "zeromq";
import { address, channels } from "../../kernel/protocol/connection.js";
import {
	type Content,
	createHeader,
	Decoder,
	encode,
} from "../../kernel/protocol/message.js";
import { Random } from "../../src/random.js";
import { assertPaired, assertValid } from "./schema.js";
import {
	outputs,
	scratchFolder,
	shown,
	streamed,
	useKernel,
} from "./session.js";

const folder = scratchFolder();
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

/** A cell that says that it is busy, and is until it is released. */
function busyCell(name: string) {
	const path = join(folder, name);
	return {
		code: `import { existsSync } from 'node:fs'; console.log('busy'); while (!existsSync(${JSON.stringify(path)})) {}`,
		release: () => writeFileSync(path, ""),
	};
}

test("output arrives while a cell is still busy", async () => {
	const { code, release } = busyCell("seen");
	const cell = await kernel.client.execute(code, {
		onPublish: ({ header }) => header.msg_type === "stream" && release(),
	});
	assert.equal(streamed(cell), "busy\n");
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

/** The frames of a request of a session other than the client's. */
function request(
	type: string,
	content: unknown,
	{ session = "other", key = kernel.client.connection.key } = {},
): Uint8Array[] {
	const empty = { identities: [], parent: {}, metadata: {}, buffers: [] };
	const header = createHeader(type, session);
	return encode({ ...empty, header, content: content as Content }, key);
}

/** Asks for kernel_info on a socket and returns the type of what is answered first. */
async function firstAnswer(dealer: Dealer): Promise<string | undefined> {
	await dealer.send(request("kernel_info_request", {}));
	const { key } = kernel.client.connection;
	const answer = new Decoder(key).decode(await dealer.receive());
	return answer?.header.msg_type;
}

/** Frames that are wrong in one way each, made from a request that is right. */
function wrongFrames(): Uint8Array[][] {
	const { key } = kernel.client.connection;
	const code = "globalThis.intruded = true";
	const forged = (signingKey: string, content: unknown = { code }) =>
		request("execute_request", content, {
			session: "intruder",
			key: signingKey,
		});
	const good = forged(key);
	const changed = forged(key);
	changed[5] = Buffer.from('{"code":"globalThis.intruded = 2"}');
	const random = new Random("frames");
	const noise = () =>
		Uint8Array.from({ length: random.integer(0, 400) }, () =>
			random.integer(0, 256),
		);
	return [
		forged("another key"),
		forged(""),
		changed,
		good.slice(1),
		good.slice(0, 4),
		[good[0]!],
		[],
		[Buffer.alloc(0)],
		forged(key, "not an object"),
		forged(key, null),
		...Array.from({ length: 50 }, () =>
			Array.from({ length: random.integer(1, 8) }, noise),
		),
		...Array.from({ length: 20 }, () => [good[0]!, noise(), noise(), noise()]),
	].filter((frames) => frames.length > 0);
}

test("forged, changed and malformed messages are dropped without an answer", async () => {
	const published = kernel.recorded.length;
	for (const channel of ["stdin", "shell", "control"] as const) {
		const dealer = new Dealer({ linger: 0 });
		dealer.connect(address(kernel.client.connection, channel));
		for (const frames of wrongFrames()) await dealer.send(frames);
		// answers come in order, and nothing is ever answered on stdin
		if (channel !== "stdin")
			assert.equal(await firstAnswer(dealer), "kernel_info_reply");
		dealer.close();
	}
	assert.equal(
		shown(await kernel.run("(globalThis as any).intruded ?? 0")),
		"0",
	);
	const sessions = kernel.recorded
		.slice(published)
		.map(({ parent }) => parent.session);
	assert.ok(!sessions.includes("intruder"));
});

test("a message of more than 256 MB is not even read", async () => {
	const megabytes = async () =>
		Number(shown(await kernel.run("process.memoryUsage().rss / 1e6")));
	const before = await megabytes();
	const dealer = new Dealer({ linger: 0 });
	dealer.connect(address(kernel.client.connection, "shell"));
	const refused = new Promise((resolve) =>
		dealer.events.on("disconnect", resolve),
	);
	await dealer.send([Buffer.alloc(257 * 2 ** 20)]);
	await refused;
	dealer.close();
	const grown = (await megabytes()) - before;
	assert.ok(grown < 250, `grown by ${grown} MB`);
	await assertAlive();
});

test("a replayed message runs once", async () => {
	await kernel.run("var replays = 0");
	const content = { code: "replays++", silent: true };
	const frames = request("execute_request", content);
	const dealer = new Dealer({ linger: 0 });
	dealer.connect(address(kernel.client.connection, "shell"));
	await dealer.send(frames);
	await dealer.send(frames);
	await dealer.receive();
	assert.equal(await firstAnswer(dealer), "kernel_info_reply");
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
	const heartbeat = new Request({ linger: 0 });
	heartbeat.connect(address(connection, "hb"));
	await heartbeat.send("ping");
	assert.equal(String(await heartbeat.receive()), "ping");
	heartbeat.close();
	await assertAlive();
});

test("the heartbeat and control answer while a cell is busy", async () => {
	const { code, release } = busyCell("answered");
	const ask = async () => {
		const heartbeat = new Request({ linger: 0 });
		heartbeat.connect(address(kernel.client.connection, "hb"));
		await heartbeat.send("ping");
		await heartbeat.receive();
		heartbeat.close();
		const channel = "control";
		await kernel.client.request("kernel_info_request", {}, { channel });
		release();
	};
	let asked: Promise<void> | undefined;
	const { reply } = await kernel.client.execute(code, {
		onPublish: ({ header }) => {
			if (header.msg_type === "stream") asked ??= ask();
		},
	});
	await asked;
	assert.equal(reply.status, "ok");
});

test("a client hears of the end of a kernel", async () => {
	const cell = kernel.run("await new Promise(() => {})");
	kernel.client.process.kill("SIGKILL");
	await assert.rejects(cell, /exited \(SIGKILL\)/);
	await assert.rejects(kernel.run("1"), /exited/);
});
