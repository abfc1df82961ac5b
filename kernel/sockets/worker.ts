/** The socket thread: owns the five sockets, so that they live on while a cell keeps the main thread busy. */
import { StringDecoder } from "node:string_decoder";
import { setTimeout as delay } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { Publisher, Router } from "zeromq";
import { Debugging } from "../debug/debugging.js";
import { address, channels } from "../protocol/connection.js";
import {
	type Content,
	createHeader,
	Decoder,
	encode,
	type Header,
	type Message,
} from "../protocol/message.js";
import { shared } from "../runtime/interrupts.js";
import type { SocketSetup, ToMain, ToSockets } from "./channel.js";
import { Children } from "./children.js";
import { endWork } from "./end-work.js";
import { HeapWatch } from "./heap-watch.js";
import { Interrupter } from "./interrupter.js";
import {
	endingSignals,
	onInterruptSignal,
	onParentDeath,
	onSignal,
} from "./lifetime.js";
import { Outbox, type Outgoing, StreamJoiner } from "./outbox.js";
import { waitPatiently } from "./patience.js";

const {
	connection,
	session,
	kernelInfo,
	memory,
	input,
	children: results,
	heapLimit,
} = workerData as SocketSetup;
const main = parentPort!;
const tell = (message: ToMain) => main.postMessage(message);
const decoder = new Decoder(connection.key);
const limits = { sendHighWaterMark: 0, linger: 1000 };
const router = (maxMessageSize: number) =>
	new Router({ ...limits, maxMessageSize });
const sockets = {
	shell: router(256 * 2 ** 20),
	control: router(256 * 2 ** 20),
	stdin: router(256 * 2 ** 20),
	iopub: new Publisher(limits),
	// a router rather than a reply socket: it has no state that a wrong message could upset
	hb: router(2 ** 20),
};

const lost = () => {};
const outboxes = {
	shell: new Outbox(sockets.shell, lost),
	control: new Outbox(sockets.control, lost),
	stdin: new Outbox(sockets.stdin, lost),
	iopub: new Outbox(sockets.iopub, lost),
};

function send(outgoing: Outgoing): Promise<void> {
	const { channel, type, content } = outgoing;
	const header = createHeader(type, session);
	return outboxes[channel].send(
		encode({ ...outgoing, header, content }, connection.key),
	);
}

function post(
	channel: Outgoing["channel"],
	type: string,
	content: Content,
	{ parent = {}, identities = [Buffer.from(type)] }: Partial<Outgoing> = {},
): Promise<void> {
	const body = JSON.stringify(content);
	const rest = { parent, identities, metadata: {}, buffers: [] };
	return send({ channel, type, content: body, ...rest });
}

const joiner = new StreamJoiner(({ name, text, parent }) => {
	const identities = [Buffer.from(`stream.${name}`)];
	void post("iopub", "stream", { name, text }, { parent, identities });
});

function release(bytes: number): void {
	Atomics.sub(memory, shared.backlog, bytes);
	Atomics.notify(memory, shared.backlog);
}

/** The header of the request whose cell runs. */
let running: Outgoing["parent"] = {};

const interrupter = new Interrupter(memory, (kind, reason) => {
	if (kind === "interrupt") {
		tell({ kind });
		children.interrupt();
	} else tell({ kind, ...(reason ? { reason } : {}) });
	answerInput(null);
});

const heap = new HeapWatch(memory, heapLimit, {
	warn: (text) => joiner.add({ name: "stderr", text, parent: running }),
	stop: (reason) => interrupter.terminateNow(reason),
});

const children = new Children(
	memory,
	(name, chunk, { parent }) => {
		const text = decoders[name].write(Buffer.from(chunk));
		joiner.add({ name, text, parent: parent as Outgoing["parent"] });
	},
	(result) => {
		joiner.flush();
		results.postMessage(result);
	},
);
const decoders = {
	stdout: new StringDecoder("utf8"),
	stderr: new StringDecoder("utf8"),
};

function answerInput(value: string | null): void {
	input.postMessage(value);
	Atomics.store(memory, shared.input, 1);
	Atomics.notify(memory, shared.input);
}

main.on("message", (message: ToSockets) => {
	if (message.kind === "alive") interrupter.alive();
	if (message.kind === "interrupt") interrupter.interrupt();
	if (message.kind === "drain") setImmediate(() => tell({ kind: "drained" }));
	if (message.kind === "quit") void close();
	if (message.kind === "end") void end();
	if (message.kind === "arm") {
		void debugging.arm(message.scripts).finally(() => tell({ kind: "armed" }));
	}
	if (message.kind === "child") children.run(message.request);
	if (message.kind === "stream") {
		joiner.add(message.piece);
		release(message.piece.text.length);
	}
	if (message.kind === "send") {
		joiner.flush();
		if (message.message.type === "execute_input") {
			running = message.message.parent;
			heap.begin();
		}
		const bytes = message.message.content.length;
		void send(message.message).then(() => release(bytes));
	}
});

/** Sends what is left and closes the sockets, without which ending this thread would abort the process. */
async function close(): Promise<void> {
	joiner.flush();
	await Promise.all(Object.values(outboxes).map((box) => box.flushed()));
	for (const socket of Object.values(sockets)) socket.close();
	await Promise.all(reading);
	// ZeroMQ lets go of its handles soon, and says nothing when it has
	await delay(100);
	Atomics.store(memory, shared.closed, 1);
	Atomics.notify(memory, shared.closed);
}

/** Stops what runs and waits until runs in training are saved. */
async function saveFirst(): Promise<void> {
	await debugging.stop();
	await endWork(memory, () => {
		tell({ kind: "ending" });
		interrupter.interruptOnce();
	});
}

let saved: Promise<void> | undefined;
let stopped: Promise<void> | undefined;

/** Saves what runs, answers whoever asked for the end, and ends the process. */
async function end(
	answer: () => Promise<void> = async () => {},
): Promise<void> {
	saved ??= saveFirst();
	await saved;
	await answer();
	stopped ??= stop();
	return stopped;
}

/** Ends the process, by force when the main thread does not do it. */
async function stop(): Promise<void> {
	heap.end();
	await close();
	tell({ kind: "shutdown" });
	waitPatiently(1500, () => process.kill(process.pid, "SIGKILL"));
}

const debugging = new Debugging(memory, (event, parent) => {
	joiner.flush();
	void post("iopub", "debug_event", event, { parent });
});

const controlReplies: Record<
	string,
	((content: Content, parent: Header) => Content | Promise<Content>) | undefined
> = {
	kernel_info_request: () => kernelInfo,
	usage_request: async () => (await import("./usage.js")).usage(),
	debug_request: (content, parent) => debugging.answer(content, parent),
	interrupt_request() {
		debugging.resume();
		interrupter.interrupt();
		return { status: "ok" };
	},
	shutdown_request: ({ restart }) => ({
		status: "ok",
		restart: restart === true,
	}),
};

/** Answers on the control socket at once, whatever the main thread is doing. */
async function control(
	message: Message,
	channel: "control" | "shell" = "control",
): Promise<void> {
	const type = message.header.msg_type;
	const answer = controlReplies[type];
	if (!answer) return;
	const parent = message.header;
	const { identities } = message;
	joiner.flush();
	void post("iopub", "status", { execution_state: "busy" }, { parent });
	const respond = async () => {
		const content = await answer(message.content, parent);
		const reply = type.replace("_request", "_reply");
		void post(channel, reply, content, { parent, identities });
		if (type === "shutdown_request") {
			void post("iopub", reply, content, { parent });
		}
		void post("iopub", "status", { execution_state: "idle" }, { parent });
	};
	if (type === "shutdown_request") await end(respond);
	else await respond();
}

const reading: Promise<void>[] = [];

/** Reads a socket until it is closed; an error of one message ends neither the socket nor the thread. */
async function read(
	socket: Router,
	handle: (frames: Buffer[]) => unknown,
): Promise<void> {
	while (!socket.closed) {
		try {
			for await (const frames of socket) await handle(frames);
		} catch {}
	}
}

function receive(
	channel: "shell" | "control" | "stdin",
	handle: (message: Message) => void,
): void {
	const loop = read(sockets[channel], (frames) => {
		const message = decoder.decode(frames);
		if (message) handle(message);
	});
	reading.push(loop);
}

function start(): void {
	void post("iopub", "status", { execution_state: "starting" });
	receive("shell", (message) => {
		const isShutdown = message.header.msg_type === "shutdown_request";
		if (isShutdown) void control(message, "shell");
		else tell({ kind: "request", channel: "shell", message });
	});
	receive("control", (message) => void control(message));
	receive("stdin", ({ header, content }) => {
		if (header.msg_type !== "input_reply") return;
		answerInput(String(content.value ?? ""));
	});
	reading.push(read(sockets.hb, (frames) => sockets.hb.send(frames)));
	for (const signal of endingSignals) onSignal(signal, () => void end());
	onParentDeath(() => void end());
}

try {
	for (const channel of channels) {
		await sockets[channel].bind(address(connection, channel));
	}
	start();
	const hearsSignals = onInterruptSignal(() => interrupter.interrupt());
	tell({ kind: "ready", hearsSignals });
} catch (error) {
	await close();
	tell({ kind: "failed", reason: (error as Error).message });
}
