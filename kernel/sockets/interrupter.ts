import { Session } from "node:inspector";
import { shared } from "../runtime/interrupts.js";

const patience = 800;
const retry = 100;

/**
 * Stops the main thread in three steps.
 *
 * The shared counter stops loops of cells at once; a message cancels what cells await; and when
 * the main thread has not answered for 0.8 seconds (it is inside a library), its JavaScript is
 * terminated, unless that would hit the kernel's own code or a process with async hooks.
 */
export class Interrupter {
	#timer: NodeJS.Timeout | undefined;
	#session: Session | undefined;

	constructor(
		readonly memory: Int32Array,
		readonly tell: (kind: "interrupt" | "terminated") => void,
	) {}

	interrupt(): void {
		Atomics.add(this.memory, shared.interrupts, 1);
		this.tell("interrupt");
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => this.#terminate(), patience);
	}

	/** The main thread has answered. */
	alive(): void {
		clearTimeout(this.#timer);
		this.#timer = undefined;
		this.#session?.disconnect();
		this.#session = undefined;
	}

	#terminate(): void {
		const isProtected =
			Atomics.load(this.memory, shared.critical) !== 0 ||
			Atomics.load(this.memory, shared.hooks) !== 0;
		this.#timer = setTimeout(
			() => this.#terminate(),
			isProtected ? retry : patience,
		);
		if (isProtected) return;
		if (!this.#session) {
			this.#session = new Session();
			this.#session.connectToMainThread();
		}
		this.#session.post("Runtime.terminateExecution", () =>
			this.tell("terminated"),
		);
	}
}
