import { on, once } from "node:events";
import {
	MessageChannel,
	type MessagePort,
	receiveMessageOnPort,
	Worker,
} from "node:worker_threads";
import type { ScriptInfo } from "../debug/cell-path.js";
import { contentText } from "../protocol/json.js";
import type { Content, Header, Message } from "../protocol/message.js";
import { Interrupted, shared } from "../runtime/interrupts.js";
import type { SocketSetup, ToMain, ToSockets } from "./channel.js";
import type { ChildRequest, ChildResult } from "./children.js";
import { endingSignals } from "./lifetime.js";
import type { Outgoing, StreamPiece } from "./outbox.js";

const backlogLimit = 16 * 2 ** 20;

/** What a message carries besides its type and content. */
export interface Envelope {
	readonly parent?: Header | Record<string, never>;
	readonly metadata?: Content;
	readonly buffers?: readonly Uint8Array[];
}

/** The main thread's end of the sockets. */
export class Link {
	readonly #worker: Worker;
	readonly #input: MessagePort;
	readonly #children: MessagePort;

	readonly memory: Int32Array;

	/** Starts the socket thread. */
	constructor(setup: Omit<SocketSetup, "input" | "children">) {
		this.memory = setup.memory;
		const { port1, port2 } = new MessageChannel();
		this.#input = port1;
		const results = new MessageChannel();
		this.#children = results.port1;
		this.#worker = new Worker(new URL("./worker.js", import.meta.url), {
			workerData: {
				...setup,
				input: port2,
				children: results.port2,
			} satisfies SocketSetup,
			transferList: [port2, results.port2],
		});
	}

	/** Resolves once the sockets are bound and interrupts are heard; rejects when they cannot be. */
	async ready(): Promise<void> {
		const [message] = (await once(this.#worker, "message")) as [ToMain];
		if (message.kind === "failed") {
			throw new Error(`cannot open the sockets: ${message.reason}`);
		}
		if (message.kind !== "ready" || message.hearsSignals) return;
		// heard when the main thread gets back to its event loop only
		process.on("SIGINT", () => this.#post({ kind: "interrupt" }));
	}

	receive(handle: (message: ToMain) => void): void {
		this.#worker.on("message", handle);
	}

	#post(message: ToSockets): void {
		this.#worker.postMessage(message);
	}

	/** Waits, blocking, while the socket thread has too much to send. */
	#reserve(bytes: number): void {
		Atomics.add(this.memory, shared.backlog, bytes);
		while (true) {
			const backlog = Atomics.load(this.memory, shared.backlog);
			if (backlog <= Math.max(backlogLimit, bytes)) return;
			Atomics.wait(this.memory, shared.backlog, backlog, 100);
		}
	}

	#send(
		channel: Outgoing["channel"],
		type: string,
		content: Content,
		envelope: Envelope & { readonly identities: readonly Uint8Array[] },
	): void {
		const body = contentText(content);
		this.#reserve(body.length);
		const { identities, parent = {}, metadata = {}, buffers = [] } = envelope;
		this.#post({
			kind: "send",
			message: {
				channel,
				type,
				identities,
				parent,
				metadata,
				content: body,
				buffers,
			},
		});
	}

	/** Publishes to every client. */
	publish(type: string, content: Content, envelope: Envelope = {}): void {
		const identities = [Buffer.from(type)];
		this.#send("iopub", type, content, { ...envelope, identities });
	}

	/** Answers a request. */
	reply(request: Message, content: Content): void {
		const type = request.header.msg_type.replace("_request", "_reply");
		const { identities, header } = request;
		this.#send("shell", type, content, { identities, parent: header });
	}

	/** Publishes a piece of standard output. */
	stream(piece: StreamPiece): void {
		this.#reserve(piece.text.length);
		this.#post({ kind: "stream", piece });
	}

	/** Tells the socket thread that the interrupt has been seen. */
	alive(): void {
		this.#post({ kind: "alive" });
	}

	/** Asks for a `drained` message, which comes after every request received so far. */
	drain(): void {
		this.#post({ kind: "drain" });
	}

	/** Waits, blocking, until the sockets have sent everything and are closed. */
	close(): void {
		this.#post({ kind: "quit" });
		Atomics.wait(this.memory, shared.closed, 0, 10_000);
	}

	/** Tells the debugger of code that is about to run; resolves when it has set its breakpoints. */
	async arm(scripts: readonly ScriptInfo[]): Promise<void> {
		this.#post({ kind: "arm", scripts });
		for await (const [message] of on(this.#worker, "message")) {
			if ((message as ToMain).kind === "armed") return;
		}
	}

	/** Runs a child process on the socket thread, blocking until it has ended. */
	runChild(request: ChildRequest): ChildResult {
		while (receiveMessageOnPort(this.#children)) {}
		Atomics.store(this.memory, shared.child, 0);
		this.#post({ kind: "child", request });
		Atomics.wait(this.memory, shared.child, 0);
		const answer = receiveMessageOnPort(this.#children);
		return answer?.message as ChildResult;
	}

	/** Saves what runs and ends the process when a signal says so. */
	endOnSignals(): void {
		for (const signal of endingSignals)
			process.on(signal, () => this.#post({ kind: "end" }));
	}

	/** Asks the client that sent a request for a line of text, blocking until it comes. */
	ask(request: Message, prompt: string, password: boolean): string {
		while (receiveMessageOnPort(this.#input)) {}
		Atomics.store(this.memory, shared.input, 0);
		const { identities, header } = request;
		const envelope = { identities, parent: header };
		this.#send("stdin", "input_request", { prompt, password }, envelope);
		Atomics.wait(this.memory, shared.input, 0);
		const answer = receiveMessageOnPort(this.#input) as
			| { message: string | null }
			| undefined;
		if (typeof answer?.message !== "string") throw new Interrupted();
		return answer.message;
	}
}
