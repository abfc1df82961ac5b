import { Session } from "node:inspector";
import { shared } from "../runtime/interrupts.js";

const calm = 500;
const hurried = 50;
const watchful = 0.6;
const warning = 0.8;
const fatal = 0.94;

/** What the watch does when the heap fills. */
export interface HeapWarden {
	/** Shows a text in the cell that runs. */
	warn(text: string): void;
	/** Ends the cell that runs, with a text that says why. */
	stop(reason: string): void;
}

const gigabytes = (bytes: number) => (bytes / 2 ** 30).toFixed(1);

/**
 * Watches how full the main thread's JavaScript heap is while a cell runs.
 *
 * A heap that is full ends the whole process without a word. So the cell says when it is nearly full,
 * and is ended, where that is possible, just before.
 */
export class HeapWatch {
	#session: Session | undefined;
	#timer: NodeJS.Timeout | undefined;
	#isWarned = false;
	/** How full it was when the cell began. */
	#first: number | undefined;

	constructor(
		readonly memory: Int32Array,
		readonly limit: number,
		readonly warden: HeapWarden,
	) {}

	/** A cell begins. */
	begin(): void {
		this.end();
		this.#timer = setTimeout(() => this.#look(), calm);
	}

	/** No cell runs any more. */
	end(): void {
		clearTimeout(this.#timer);
		this.#timer = undefined;
		this.#session?.disconnect();
		this.#session = undefined;
		this.#isWarned = false;
		this.#first = undefined;
	}

	#look(): void {
		if (Atomics.load(this.memory, shared.running) === 0) {
			this.end();
			return;
		}
		const session = this.#session ?? new Session();
		if (!this.#session) session.connectToMainThread();
		this.#session = session;
		session.post("Runtime.getHeapUsage", (_, usage) => {
			if (this.#session !== session) return;
			const { usedSize = 0 } = (usage ?? {}) as { usedSize?: number };
			const share = usedSize / this.limit;
			this.#judge(share);
			const pause = share < watchful ? calm : hurried;
			this.#timer = setTimeout(() => this.#look(), pause);
		});
	}

	#judge(share: number): void {
		this.#first ??= share;
		const used = `${gigabytes(share * this.limit)} of ${gigabytes(this.limit)} GB`;
		const advice =
			"Let go of what is not needed, or start Jupyter with NODE_OPTIONS=--max-old-space-size=<megabytes>";
		if (share >= warning && !this.#isWarned) {
			this.#isWarned = true;
			this.warden.warn(
				`The JavaScript heap is ${Math.round(100 * share)} % full (${used}); when it is full, the kernel ends and all variables are lost. ${advice}.\n`,
			);
		}
		// what earlier cells filled, this one may still empty
		if (share >= fatal && this.#first < warning) {
			this.warden.stop(
				`the cell was ended because it had filled the JavaScript heap (${used}). ${advice}`,
			);
		}
	}
}
