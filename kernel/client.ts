import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { Dealer, Subscriber } from "zeromq";
import { kernelCommand } from "./kernelspec.js";
import { lastWords } from "./last-words.js";
import {
	address,
	type Connection,
	createConnection,
} from "./protocol/connection.js";
import {
	type Content,
	createHeader,
	Decoder,
	encode,
	type Message,
} from "./protocol/message.js";

/** How to start a kernel. */
export interface ClientOptions {
	/** Working folder of the kernel: that of the notebook. */
	readonly folder?: string;
	readonly env?: NodeJS.ProcessEnv;
	/** The command for a connection file; ours unless told otherwise. */
	readonly command?: (connectionFile: string) => string[];
	/** Milliseconds to wait for the kernel to answer while its process lives; ten minutes unless told otherwise. */
	readonly patience?: number;
	/** Where the process's own standard error goes. */
	readonly stderr?: "ignore" | "inherit" | "pipe";
}

/** What an execute_request led to. */
export interface Execution {
	/** Content of the execute_reply. */
	readonly reply: Content;
	/** Everything published for the request, `busy` and `idle` included, in order. */
	readonly published: readonly Message[];
}

interface Pending {
	readonly published: Message[];
	reply?: Message;
	isIdle: boolean;
	readonly resolve: (result: { reply: Message; published: Message[] }) => void;
	readonly reject: (error: Error) => void;
	readonly onPublish: ((message: Message) => void) | undefined;
	readonly onInput: ((request: Content) => string) | undefined;
}

class EarlyExit extends Error {}

type ShellChannel = "shell" | "control";

/** Starts a kernel and speaks the Jupyter protocol with it over its sockets. */
export class KernelClient {
	readonly session = randomUUID();
	readonly #decoder: Decoder;
	readonly #sockets: Record<ShellChannel | "stdin", Dealer>;
	readonly #iopub = new Subscriber({ receiveHighWaterMark: 0 });
	readonly #pending = new Map<string, Pending>();
	readonly #sending = new Map<string, Promise<void>>();
	readonly process: ChildProcess;
	readonly #remove: () => void;
	#ended: Error | undefined;
	/** Sees every published message, those that answer no request of ours included. */
	onPublish: (message: Message) => void = () => {};

	private constructor(
		readonly connection: Connection,
		child: ChildProcess,
		{
			remove,
			isShown,
		}: { readonly remove: () => void; readonly isShown: boolean },
	) {
		this.process = child;
		this.#remove = remove;
		this.#decoder = new Decoder(connection.key);
		const routingId = this.session;
		const limits = { sendHighWaterMark: 0, receiveHighWaterMark: 0, linger: 0 };
		const dealer = () => new Dealer({ ...limits, routingId });
		this.#sockets = { shell: dealer(), control: dealer(), stdin: dealer() };
		for (const channel of ["shell", "control", "stdin"] as const) {
			this.#sockets[channel].connect(address(connection, channel));
			void this.#listen(this.#sockets[channel], (m) => this.#onReply(m));
		}
		this.#iopub.connect(address(connection, "iopub"));
		this.#iopub.subscribe();
		void this.#listen(this.#iopub, (message) => this.#onIopub(message));
		void lastWords(child, isShown).then((words) =>
			this.#fail(new Error(`the kernel has exited (${words})`)),
		);
	}

	/** Starts a kernel process and waits until it answers. */
	static async start(options: ClientOptions = {}): Promise<KernelClient> {
		try {
			return await KernelClient.#launch(options);
		} catch (error) {
			// another program may have taken one of the ports meanwhile
			if (!(error instanceof EarlyExit)) throw error;
			return KernelClient.#launch(options);
		}
	}

	static async #launch(options: ClientOptions): Promise<KernelClient> {
		const { folder = process.cwd(), env = {}, patience = 600_000 } = options;
		const { command = kernelCommand, stderr = "inherit" } = options;
		const { path, connection, remove } = await createConnection();
		const [program = "", ...args] = command(path);
		const child = spawn(program, args, {
			cwd: folder,
			env: { ...process.env, JPY_PARENT_PID: String(process.pid), ...env },
			stdio: ["ignore", "ignore", stderr === "ignore" ? "ignore" : "pipe"],
			// Ctrl-C in a terminal is for the client, which sends what the kernel can answer at any time
			detached: process.platform !== "win32",
		});
		const client = new KernelClient(connection, child, {
			remove,
			isShown: stderr === "inherit",
		});
		await client.#untilReady(patience).catch((error: unknown) => {
			client.kill();
			throw error;
		});
		return client;
	}

	/** Asks for kernel_info until an answer and a published status have come. */
	async #untilReady(patience: number): Promise<void> {
		const end = Date.now() + patience;
		while (true) {
			const asked = this.request("kernel_info_request", {});
			const waited = new Promise<undefined>((resolve) =>
				setTimeout(resolve, 500),
			);
			const answer = await Promise.race([asked.catch(() => undefined), waited]);
			if (answer) return;
			if (this.process.exitCode !== null || this.process.signalCode) {
				throw new EarlyExit("the kernel exited before it answered");
			}
			if (Date.now() > end) {
				throw new Error(`the kernel did not answer in ${patience / 1000} s`);
			}
		}
	}

	async #listen(
		socket: Dealer | Subscriber,
		handle: (message: Message) => void,
	): Promise<void> {
		for await (const frames of socket) {
			const message = this.#decoder.decode(frames);
			if (message) handle(message);
		}
	}

	#onReply(message: Message): void {
		const pending = this.#pending.get(message.parent.msg_id ?? "");
		if (message.header.msg_type === "input_request") {
			const value = pending?.onInput?.(message.content);
			if (value !== undefined)
				void this.#send("stdin", "input_reply", { value });
			return;
		}
		if (!pending) return;
		pending.reply = message;
		this.#settle(pending);
	}

	#onIopub(message: Message): void {
		this.onPublish(message);
		const pending = this.#pending.get(message.parent.msg_id ?? "");
		if (!pending) return;
		pending.published.push(message);
		pending.onPublish?.(message);
		pending.isIdle ||= message.content.execution_state === "idle";
		this.#settle(pending);
	}

	#settle({ reply, isIdle, published, resolve }: Pending): void {
		if (reply && isIdle) resolve({ reply, published });
	}

	#fail(error: Error): void {
		this.#ended ??= error;
		for (const { reject } of this.#pending.values()) reject(error);
		this.#pending.clear();
	}

	async #send(
		channel: ShellChannel | "stdin",
		type: string,
		content: Content,
	): Promise<string> {
		const header = createHeader(type, this.session);
		const frames = encode(
			{
				header,
				content,
				identities: [],
				parent: {},
				metadata: {},
				buffers: [],
			},
			this.connection.key,
		);
		const before = this.#sending.get(channel) ?? Promise.resolve();
		const sent = before.then(() => this.#sockets[channel].send(frames));
		const settled = sent.catch(() => {});
		this.#sending.set(channel, settled);
		return header.msg_id;
	}

	/** Sends a request; resolves when its reply and its `idle` have both come. */
	request(
		type: string,
		content: Content,
		options: {
			readonly channel?: ShellChannel;
			readonly onPublish?: (message: Message) => void;
			readonly onInput?: (request: Content) => string;
		} = {},
	): Promise<{ reply: Message; published: Message[] }> {
		const { channel = "shell", onPublish, onInput } = options;
		if (this.#ended) return Promise.reject(this.#ended);
		return new Promise((resolve, reject) => {
			void this.#send(channel, type, content).then((id) => {
				const done = <T>(settle: (value: T) => void) => {
					return (value: T) => {
						this.#pending.delete(id);
						settle(value);
					};
				};
				this.#pending.set(id, {
					published: [],
					isIdle: false,
					resolve: done(resolve),
					reject: done(reject),
					onPublish,
					onInput,
				});
			});
		});
	}

	/** Runs one cell. */
	async execute(
		code: string,
		options: {
			readonly content?: Content;
			readonly onPublish?: (message: Message) => void;
			readonly onInput?: (request: Content) => string;
		} = {},
	): Promise<Execution> {
		const { content = {}, ...rest } = options;
		const request = {
			code,
			silent: false,
			store_history: true,
			user_expressions: {},
			allow_stdin: options.onInput !== undefined,
			stop_on_error: true,
			...content,
		};
		const done = await this.request("execute_request", request, rest);
		return { reply: done.reply.content, published: done.published };
	}

	/** Interrupts the running cell. */
	async interrupt(): Promise<void> {
		await this.request("interrupt_request", {}, { channel: "control" });
	}

	/** Ends the kernel gently, and by force when it does not end within three minutes: it waits two for a run to be saved. */
	async shutdown(): Promise<void> {
		if (this.process.exitCode === null && !this.process.signalCode) {
			const exited = once(this.process, "exit");
			void this.#send("control", "shutdown_request", { restart: false });
			const timer = setTimeout(() => this.process.kill("SIGKILL"), 180_000);
			await exited;
			clearTimeout(timer);
		}
		this.#close();
	}

	/** Ends the kernel at once. */
	kill(): void {
		this.process.kill("SIGKILL");
		this.#close();
	}

	#close(): void {
		for (const socket of Object.values(this.#sockets)) socket.close();
		this.#iopub.close();
		this.#fail(new Error("the client is closed"));
		this.#remove();
	}
}
