import { randomUUID } from "node:crypto";
import { jsonValue } from "./display/mime.js";
import type { Content, Header, Message } from "./protocol/message.js";

/** A two-way channel between a cell and a widget in the client. */
export interface Comm {
	readonly id: string;
	readonly target: string;
	send(data: Content, buffers?: readonly Uint8Array[]): void;
	close(data?: Content): void;
	onMessage: (data: Content, buffers: readonly Uint8Array[]) => void;
	onClose: (data: Content) => void;
}

type Publish = (
	type: string,
	content: Content,
	envelope?: {
		readonly buffers?: readonly Uint8Array[];
		readonly metadata?: Content;
		/** What it answers; else it belongs to the cell that runs. */
		readonly parent?: Header;
	},
) => void;

/** The open comms and the targets that clients may open. */
export class Comms {
	readonly #open = new Map<string, Comm>();
	readonly #targets = new Map<string, (comm: Comm, data: Content) => void>();

	#received: Header | undefined;

	constructor(readonly send: Publish) {}

	readonly publish: Publish = (type, content, envelope) =>
		this.send(type, content, {
			...(this.#received ? { parent: this.#received } : {}),
			...envelope,
		});

	#create(id: string, target: string): Comm {
		const comm: Comm = {
			id,
			target,
			send: (data, buffers) => {
				jsonValue(data, "the data of a comm");
				const content = { comm_id: id, data };
				this.publish("comm_msg", content, buffers ? { buffers } : {});
			},
			close: (data = {}) => {
				jsonValue(data, "the data of a comm");
				if (!this.#open.delete(id)) return;
				this.publish("comm_close", { comm_id: id, data });
			},
			onMessage: () => {},
			onClose: () => {},
		};
		this.#open.set(id, comm);
		return comm;
	}

	/** Opens a comm to the client's target of that name. */
	open(
		target: string,
		data: Content = {},
		{
			id = randomUUID(),
			metadata = {},
		}: { readonly id?: string; readonly metadata?: Content } = {},
	): Comm {
		jsonValue(data, "the data of a comm");
		const comm = this.#create(id, target);
		const content = { comm_id: id, target_name: target, data };
		this.publish("comm_open", content, { metadata });
		return comm;
	}

	/** Accepts comms that clients open to a target. */
	register(target: string, opened: (comm: Comm, data: Content) => void): void {
		this.#targets.set(target, opened);
	}

	/** Answers a comm_info_request. */
	info({ target_name: wanted }: Content): Content {
		const comms = [...this.#open.values()]
			.filter(({ target }) => !wanted || target === wanted)
			.map(({ id, target }) => [id, { target_name: target }]);
		return { status: "ok", comms: Object.fromEntries(comms) };
	}

	/** Handles comm_open, comm_msg and comm_close from the client, which knows an answer by what it answers. */
	receive(message: Message): void {
		this.#received = message.header;
		try {
			this.#handle(message);
		} finally {
			this.#received = undefined;
		}
	}

	#handle({ header, content, buffers }: Message): void {
		const id = String(content.comm_id);
		const data = (content.data ?? {}) as Content;
		if (header.msg_type === "comm_open") {
			const opened = this.#targets.get(String(content.target_name));
			if (opened) opened(this.#create(id, String(content.target_name)), data);
			else this.publish("comm_close", { comm_id: id, data: {} });
		}
		const comm = this.#open.get(id);
		if (header.msg_type === "comm_msg") comm?.onMessage(data, buffers);
		if (header.msg_type === "comm_close" && comm) {
			this.#open.delete(id);
			comm.onClose(data);
		}
	}
}
