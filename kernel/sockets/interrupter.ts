import { Session } from "node:inspector";
import { shared } from "../runtime/interrupts.js";
import { waitPatiently } from "./patience.js";

const patience = 800;
const retry = 100;

/**
 * Stops the main thread in three steps.
 *
 * The shared counter stops loops of cells at once; a message cancels what cells await; and when
 * the main thread has not answered for 0.8 seconds (it is inside a library), its JavaScript is
 * terminated, unless that would hit the kernel's own code or a process with async hooks; what is
 * held, such as a step of training, is terminated at the second interrupt only, and not at all once the
 * process ends, which waits for it.
 */
export class Interrupter {
	#cancel = () => {};
	#isWaiting = false;
	/** There has been another interrupt before the main thread answered the first. */
	#insists = false;
	#session: Session | undefined;

	constructor(
		readonly memory: Int32Array,
		readonly tell: (kind: "interrupt" | "terminated", reason?: string) => void,
	) {}

	/** Ends whatever the main thread does at once, where that harms nothing else. */
	terminateNow(reason: string): void {
		if (!this.#isProtected()) this.#post(reason);
	}

	interrupt(): void {
		Atomics.add(this.memory, shared.interrupts, 1);
		this.tell("interrupt");
		this.#insists = this.#isWaiting;
		this.#isWaiting = true;
		this.#terminateAfter(patience);
	}

	/** Interrupts unless that has been done and not been answered yet: a second time would insist. */
	interruptOnce(): void {
		if (!this.#isWaiting) this.interrupt();
	}

	/** The main thread has answered. */
	alive(): void {
		this.#isWaiting = false;
		this.#insists = false;
		this.#cancel();
		this.#session?.disconnect();
		this.#session = undefined;
	}

	#terminateAfter(milliseconds: number): void {
		this.#cancel();
		this.#cancel = waitPatiently(milliseconds, () => this.#terminate());
	}

	#isProtected(): boolean {
		const isSet = (word: number) => Atomics.load(this.memory, word) !== 0;
		const isHeld = isSet(shared.held);
		return (
			isSet(shared.critical) ||
			isSet(shared.hooks) ||
			(isHeld && (!this.#insists || isSet(shared.ending)))
		);
	}

	#terminate(): void {
		const isProtected = this.#isProtected();
		this.#terminateAfter(isProtected ? retry : patience);
		if (!isProtected) this.#post();
	}

	#post(reason?: string): void {
		if (!this.#session) {
			this.#session = new Session();
			this.#session.connectToMainThread();
		}
		this.#session.post("Runtime.terminateExecution", () =>
			this.tell("terminated", reason),
		);
	}
}
