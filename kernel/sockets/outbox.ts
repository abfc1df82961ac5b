import type { Content, Header } from "../protocol/message.js";

/** A message on its way from the main thread to a socket; its content is JSON already. */
export interface Outgoing {
	readonly channel: "shell" | "iopub" | "stdin" | "control";
	readonly type: string;
	readonly identities: readonly Uint8Array[];
	readonly parent: Header | Record<string, never>;
	readonly metadata: Content;
	readonly content: string;
	readonly buffers: readonly Uint8Array[];
}

/** A piece of standard output on its way to the publisher. */
export interface StreamPiece {
	readonly name: "stdout" | "stderr";
	readonly text: string;
	readonly parent: Header | Record<string, never>;
}

/** A socket that takes one send at a time, as ZeroMQ's do. */
export interface SendingSocket {
	send(frames: Uint8Array[]): Promise<void>;
}

/** Sends on one socket strictly one after another. */
export class Outbox {
	#last: Promise<void> = Promise.resolve();

	constructor(
		readonly socket: SendingSocket,
		readonly failed: (error: unknown) => void,
	) {}

	send(frames: Uint8Array[]): Promise<void> {
		this.#last = this.#last
			.then(() => this.socket.send(frames))
			.catch(this.failed);
		return this.#last;
	}

	/** Resolves when everything sent so far has left. */
	flushed(): Promise<void> {
		return this.#last;
	}
}

const delay = 15;
const pieceLimit = 1 << 20;

/** Joins successive pieces of one stream into fewer messages, without reordering anything. */
export class StreamJoiner {
	#name: StreamPiece["name"] = "stdout";
	#parent: StreamPiece["parent"] = {};
	#texts: string[] = [];
	#length = 0;
	#timer: NodeJS.Timeout | undefined;

	constructor(readonly publish: (piece: StreamPiece) => void) {}

	add({ name, text, parent }: StreamPiece): void {
		const isSame = name === this.#name && parent.msg_id === this.#parent.msg_id;
		if (!isSame) this.flush();
		this.#name = name;
		this.#parent = parent;
		this.#texts.push(text);
		this.#length += text.length;
		if (this.#length >= pieceLimit) this.flush();
		else this.#timer ??= setTimeout(() => this.flush(), delay);
	}

	/** Publishes what has gathered; called before any other message leaves. */
	flush(): void {
		clearTimeout(this.#timer);
		this.#timer = undefined;
		if (this.#texts.length === 0) return;
		const text = this.#texts.join("");
		this.#texts = [];
		this.#length = 0;
		this.publish({ name: this.#name, text, parent: this.#parent });
	}
}
