import { adoptChildren } from "./child-processes.js";
import { Comms } from "./comms.js";
import { Probe, scriptsOf } from "./debug/probe.js";
import { bundleOf } from "./display/bundle.js";
import { PlotlyCarrier } from "./display/plotly-carrier.js";
import { installGlobals, isShown } from "./globals.js";
import { History } from "./history.js";
import { inspect } from "./language/assist.js";
import { complete } from "./language/complete.js";
import { completeness } from "./language/is-complete.js";
import type { Content, Header, Message } from "./protocol/message.js";
import { runCell } from "./run-cell.js";
import { type Cell, cellOf, createCell, parentOf } from "./runtime/cell.js";
import type { Executor } from "./runtime/executor.js";
import { shared } from "./runtime/interrupts.js";
import { rawStack } from "./runtime/stack.js";
import { captureStreams } from "./runtime/streams.js";
import { TensorCensus } from "./runtime/tensors.js";
import type { Failure } from "./runtime/traceback.js";
import { warnOnce } from "./runtime/warnings.js";
import type { ToMain } from "./sockets/channel.js";
import type { Link } from "./sockets/link.js";
import { ShownValues } from "./values.js";

interface Queued {
	readonly message: Message;
	/** Set when an earlier request failed and this one is to be dropped. */
	isAborted: boolean;
}

/** Answers requests: one cell at a time, everything else as it comes. */
export class Kernel {
	readonly #history = new History();
	readonly #values = new ShownValues();
	readonly #comms: Comms;
	readonly #tensors: TensorCensus;
	readonly #plotly: PlotlyCarrier;
	readonly #queue: Queued[] = [];
	#count = 0;
	#isRunning = false;
	#isAborting = false;
	/** The execute_request being run, which may be asked for input. */
	#request: Message | undefined;

	constructor(
		readonly link: Link,
		readonly executor: Executor,
		readonly info: Content,
		/** Ends the process, which cells cannot. */
		readonly exit: (code: number) => never,
	) {
		this.#comms = new Comms((type, content, envelope) =>
			link.publish(type, content, { parent: this.#parent(), ...envelope }),
		);
		this.#tensors = new TensorCensus(executor.interrupts);
		this.#plotly = new PlotlyCarrier(link);
	}

	/** The header that output made now belongs to. */
	#parent(): Header | Record<string, never> {
		return parentOf(this.executor.interrupts.now.cell);
	}

	/** Takes over the streams, the globals and the requests. */
	start(): void {
		const { link, executor } = this;
		captureStreams((name, text) =>
			link.stream({ name, text, parent: this.#parent() }),
		);
		this.#tensors.watch();
		this.#values.install();
		installGlobals({
			publish: (type, content) =>
				this.#plotly.publish(type, content, this.#parent()),
			ask: (message, password) => this.#ask(message, password),
			comms: this.#comms,
			onBehalf: () => this.executor.interrupts.onBehalf(),
			failureOf: (thrown) => this.executor.failureOf(thrown),
			signal: () => this.executor.interrupts.signal(),
			hold: (change) => this.executor.interrupts.hold(change),
			execution: () => this.executor.interrupts.now,
		});
		new Probe(executor).install();
		executor.arm = (cell, modules) => link.arm(scriptsOf(cell, modules));
		adoptChildren(link, executor.interrupts);
		warnOnce(() => this.executor.interrupts.now);
		link.endOnSignals();
		process.on("unhandledRejection", (reason) => this.#stray(reason));
		process.on("uncaughtException", (error) => this.#stray(error));
		link.receive((message) => this.#receive(message));
	}

	/** Shows an error that no cell caught below the cell it came from. */
	#stray(thrown: unknown): void {
		const stack = thrown instanceof Error ? rawStack(thrown) : "";
		const file = /In\[[^\]]*\]#\d+/.exec(stack)?.[0];
		const cell = file === undefined ? undefined : cellOf(file);
		const { traceback } = this.executor.failureOf(thrown);
		const parent = cell ? parentOf(cell) : this.#parent();
		const text = `${traceback.join("\n")}\n`;
		this.link.stream({ name: "stderr", text, parent });
	}

	#ask(message: string, password: boolean): string {
		const request = this.#request;
		if (request?.content.allow_stdin !== true) {
			throw new Error(
				"this client cannot answer questions (allow_stdin is false)",
			);
		}
		return this.link.ask(request, message, password);
	}

	#receive(message: ToMain): void {
		if (message.kind === "request") this.#dispatch(message.message);
		if (message.kind === "drained") this.#isAborting = false;
		if (message.kind === "terminated") this.executor.terminated(message.reason);
		if (message.kind === "ending") this.executor.interrupts.cancelAll();
		if (message.kind === "interrupt") {
			this.link.alive();
			this.executor.interrupts.cancel();
		}
		if (message.kind === "shutdown") this.exit(0);
	}

	#dispatch(message: Message): void {
		if (message.header.msg_type === "execute_request") {
			this.#queue.push({ message, isAborted: this.#isAborting });
			void this.#work();
			return;
		}
		this.#status("busy", message.header);
		try {
			this.#answer(message);
		} finally {
			this.#status("idle", message.header);
		}
	}

	#status(state: "busy" | "idle", parent: Header): void {
		this.link.publish("status", { execution_state: state }, { parent });
	}

	#answer(message: Message): void {
		const { content } = message;
		const { compiler } = this.executor;
		const answers: Record<string, (() => Content) | undefined> = {
			kernel_info_request: () => this.info,
			complete_request: () => complete(compiler, content),
			inspect_request: () => inspect(compiler, content),
			is_complete_request: () => ({
				...completeness(String(content.code ?? "")),
			}),
			history_request: () => this.#history.reply(content),
			comm_info_request: () => this.#comms.info(content),
		};
		const answer = answers[message.header.msg_type];
		try {
			if (answer) {
				this.link.reply(message, this.executor.protect(answer));
			} else if (message.header.msg_type.startsWith("comm_")) {
				this.#comms.receive(message);
			}
		} catch (error) {
			const failure = this.executor.failureOf(error);
			if (answer) this.link.reply(message, { status: "error", ...failure });
			else this.#stray(error);
		}
	}

	async #work(): Promise<void> {
		if (this.#isRunning) return;
		this.#isRunning = true;
		for (let next = this.#queue.shift(); next; next = this.#queue.shift()) {
			const { message, isAborted } = next;
			this.#status("busy", message.header);
			const { flag } = this.executor.interrupts;
			if (isAborted || Atomics.load(flag, shared.ending) !== 0) {
				// without a count, by which clients would take it for a cell that has run
				this.link.reply(message, { status: "aborted" });
			} else {
				Atomics.store(flag, shared.running, 1);
				await this.#execute(message).catch((error: unknown) =>
					this.#fail(message, error),
				);
			}
			this.#status("idle", message.header);
		}
		// whoever ends the process waits for it: all that the cells had to say is on its way
		Atomics.store(this.executor.interrupts.flag, shared.running, 0);
		this.#isRunning = false;
	}

	/** Ends a cell that the kernel itself has failed at. */
	#fail(message: Message, error: unknown): void {
		const failure = this.executor.failureOf(error);
		this.link.publish("error", { ...failure }, { parent: message.header });
		const execution_count = this.#count;
		this.link.reply(message, { status: "error", execution_count, ...failure });
	}

	async #execute(message: Message): Promise<void> {
		const { code, silent, store_history, stop_on_error } = message.content;
		const isSilent = silent === true;
		const isStored = !isSilent && store_history !== false;
		const text = String(code ?? "");
		if (isStored) this.#count++;
		const execution_count = this.#count;
		const parent = message.header;
		if (isStored) {
			this.#history.add(execution_count, text);
			this.#values.addInput(execution_count, text);
		}
		if (!isSilent) {
			const input = { code: text, execution_count };
			this.link.publish("execute_input", input, { parent });
		}
		this.#request = message;
		this.#plotly.begin(message);
		const cell = createCell(`In[${execution_count}]`, text, parent);
		const { failure, payload } = await this.#runCell(cell, { isSilent });
		if (failure) {
			this.link.publish("error", { ...failure }, { parent });
			if (stop_on_error !== false) this.#abortQueue();
			const error = { status: "error", execution_count, ...failure };
			this.link.reply(message, error);
			return;
		}
		const user_expressions = await this.#evaluate(message);
		this.link.reply(message, {
			status: "ok",
			execution_count,
			payload,
			user_expressions,
		});
	}

	/** Drops what is queued and what arrives until the sockets have nothing more in hand. */
	#abortQueue(): void {
		for (const queued of this.#queue) queued.isAborted = true;
		this.#isAborting = true;
		this.link.drain();
	}

	/** Runs a cell and shows its value. */
	async #runCell(
		cell: Cell,
		{ isSilent }: { readonly isSilent: boolean },
	): Promise<{ readonly failure?: Failure; readonly payload: Content[] }> {
		const { end, payload, ...outcome } = await runCell(cell, {
			executor: this.executor,
			tensors: () => this.#tensors.report(),
			confirm: (question) =>
				/^\s*y(es)?\s*$/i.test(this.#ask(`${question} [y/N] `, false)),
			forgetOutputs: () => this.#values.clear(),
		});
		if ("failure" in outcome) return { ...outcome, payload };
		const failure = isSilent
			? undefined
			: await this.#show(outcome.value, cell);
		end();
		return { ...(failure ? { failure } : {}), payload };
	}

	/** Publishes the value of a cell's last expression. */
	async #show(value: unknown, cell: Cell): Promise<Failure | undefined> {
		const { executing } = this.executor.interrupts;
		if (value === undefined || isShown(value, executing)) return undefined;
		const shown = await this.executor.guard(() => bundleOf(value));
		if ("failure" in shown) return shown.failure;
		const count = this.#count;
		this.#values.addOutput(count, value);
		const text = shown.value.data["text/plain"];
		if (typeof text === "string") this.#history.addOutput(count, text);
		const result = { ...shown.value, execution_count: count, transient: {} };
		this.#plotly.publish("execute_result", result, parentOf(cell));
		return undefined;
	}

	/** Evaluates the user_expressions of an execute_request. */
	async #evaluate(message: Message): Promise<Content> {
		const wanted = (message.content.user_expressions ?? {}) as Content;
		const results: Content = {};
		for (const [name, expression] of Object.entries(wanted)) {
			const source = String(expression);
			const cell = createCell(`In[${this.#count}]`, source, message.header);
			this.executor.begin(cell);
			const outcome = await this.executor.run(cell, `(${source})`);
			const shown =
				"failure" in outcome
					? outcome
					: await this.executor.guard(() => bundleOf(outcome.value));
			results[name] =
				"failure" in shown
					? { status: "error", ...shown.failure }
					: { status: "ok", ...shown.value };
		}
		return results;
	}
}
