import type { Content, Header } from "../protocol/message.js";
import type { DebugAdapter } from "./adapter.js";
import type { DebugRequest } from "./capabilities.js";
import type { ScriptInfo } from "./cell-path.js";

/** The debugger, which is loaded when it is first asked something and costs nothing before. */
export class Debugging {
	#adapter: Promise<DebugAdapter> | undefined;
	/** The last debug_request, to which what the debugger tells belongs. */
	#parent: Header | undefined;

	constructor(
		readonly memory: Int32Array,
		readonly publish: (event: Content, parent: Header) => void,
	) {}

	#load(): Promise<DebugAdapter> {
		this.#adapter ??= import("./adapter.js").then(
			({ DebugAdapter }) =>
				new DebugAdapter(this.memory, (event) => {
					if (this.#parent) this.publish({ ...event }, this.#parent);
				}),
		);
		return this.#adapter;
	}

	/** Answers a debug_request. */
	async answer(content: Content, parent: Header): Promise<Content> {
		this.#parent = parent;
		const request = content as unknown as DebugRequest;
		const adapter = await this.#load();
		const reply = await adapter.answer(request);
		if (request.command === "disconnect") this.#adapter = undefined;
		return { ...reply };
	}

	/** Sets the breakpoints of code that is about to run. */
	async arm(scripts: readonly ScriptInfo[]): Promise<void> {
		const adapter = await this.#adapter;
		// a cell runs without its breakpoints rather than not at all
		await adapter?.arm(scripts).catch(() => {});
	}

	/** Lets the main thread go on, as before it is interrupted. */
	resume(): void {
		void this.#adapter?.then((adapter) => adapter.resume());
	}

	/** Lets go of the main thread for good. */
	async stop(): Promise<void> {
		await this.#adapter?.then((adapter) => adapter.stop());
		this.#adapter = undefined;
	}
}
