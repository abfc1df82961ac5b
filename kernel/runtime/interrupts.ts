import { runInThisContext } from "node:vm";
import type { Cell } from "./cell.js";

/** Thrown into a cell that the user stops. */
export class Interrupted extends Error {
	override readonly name = "Interrupted";
	constructor() {
		super("the cell was interrupted");
	}
}

/** What runs on behalf of which cell, and the last interrupt it has seen. */
export interface Context {
	readonly cell: Cell;
	/** The last interrupt that it has seen. */
	seen: number;
	/** The same for loops, which compare this; another number where each turn is to call `stop`. */
	epoch: number;
	/** Aborted when the cell is interrupted. */
	readonly abort: AbortController;
}

/** The outcome of an awaited value and the context that waited for it. */
export interface Settled {
	readonly context: Context;
	readonly value?: unknown;
	readonly failure?: { readonly error: unknown };
}

/** Words of the memory that main thread and socket thread share. */
export const shared = {
	/** Counts interrupts. */
	interrupts: 0,
	/** Not 0 while the kernel's own code must not be terminated. */
	critical: 1,
	/** Not 0 once async hooks are on: terminating would then abort the process (Node before 24). */
	hooks: 2,
	/** Wakes the main thread when an input reply has arrived. */
	input: 3,
	/** Bytes on their way from the main thread to the sockets. */
	backlog: 4,
	/** Not 0 once the sockets are closed. */
	closed: 5,
	/** How many things go on that a first interrupt lets end by themselves, such as runs that are being written. */
	held: 6,
	/** Wakes the main thread when a child process that it waits for has ended. */
	child: 7,
	/** Not 0 while cells run. */
	running: 8,
	/** Not 0 once the process was told to end: no cell is begun any more. */
	ending: 9,
	/** Not 0 while a debugger is attached, which has to know of scripts before they run. */
	debugging: 10,
	words: 11,
} as const;

const { setImmediate } = globalThis;

/** Where a loop that calls nothing is paused: the inspector does not stop in the kernel's own files. */
const turn = runInThisContext("(function turn() { debugger; })", {
	filename: "kernel:turn",
}) as () => void;

/** Follows which cell is running and stops it when the shared interrupt counter moves. */
export class Interrupts {
	/** The context of the code that is running now. */
	now: Context;
	/** The context of the cell that is, or was last, executed. */
	executing: Context;
	readonly #waiting = new Map<() => void, Context>();
	/** Those of whom code has the signal. */
	readonly #signalled = new Set<Context>();

	constructor(
		readonly flag: Int32Array,
		idle: Cell,
	) {
		this.now = this.executing = this.contextOf(idle);
	}

	contextOf(cell: Cell): Context {
		const seen = Atomics.load(this.flag, shared.interrupts);
		return { cell, seen, epoch: seen, abort: new AbortController() };
	}

	/** Makes a context current; one in the background gives way at the end of its turn. */
	enter(context: Context): void {
		this.now = context;
		if (context === this.executing) return;
		this.#acknowledge(context);
		setImmediate(() => {
			this.now = this.executing;
		});
	}

	/** Begins things later on behalf of what runs now. */
	onBehalf(): (work: () => Promise<void>) => void {
		const context = this.now;
		return (work) => {
			this.enter(context);
			void work();
		};
	}

	#acknowledge(context: Context): void {
		context.seen = Atomics.load(this.flag, shared.interrupts);
		context.epoch = context.seen;
	}

	/** Where there has been an interrupt, acknowledges and throws it; otherwise the loop that called goes on. */
	stop(): void {
		if (!this.#hasSeen(this.now)) {
			this.#acknowledge(this.now);
			throw new Interrupted();
		}
		if (Number.isNaN(this.now.epoch)) turn();
	}

	#hasSeen({ seen }: Context): boolean {
		return Atomics.load(this.flag, shared.interrupts) === seen;
	}

	/** Makes loops call `stop` at each turn, or no more: the inspector pauses code where it calls something. */
	slow(isSlow: boolean): void {
		for (const context of new Set([this.now, this.executing]))
			context.epoch = isSlow ? Number.NaN : context.seen;
	}

	/** Counts what a first interrupt does not terminate; returns how many there are then. */
	hold(change: number): number {
		const held = Math.max(Atomics.load(this.flag, shared.held) + change, 0);
		Atomics.store(this.flag, shared.held, held);
		return held;
	}

	/** Rejects every await of the executing cell. */
	cancel(): void {
		this.executing.abort.abort(new Interrupted());
		for (const [settle, context] of this.#waiting) {
			if (context === this.executing) settle();
		}
	}

	wait(value: unknown): Promise<Settled> {
		const context = this.now;
		return new Promise((resolve) => {
			const settle = (outcome: Omit<Settled, "context">) => {
				this.#waiting.delete(cancel);
				resolve({ context, ...outcome });
			};
			const cancel = () => settle({ failure: { error: new Interrupted() } });
			this.#waiting.set(cancel, context);
			Promise.resolve(value).then(
				(result) => settle({ value: result }),
				(error: unknown) => settle({ failure: { error } }),
			);
			if (!this.#hasSeen(context)) cancel();
		});
	}

	resume({ context, value, failure }: Settled): unknown {
		this.enter(context);
		this.stop();
		if (failure) throw failure.error;
		return value;
	}

	/** The signal that an interrupt of the code that runs now aborts. */
	signal(): AbortSignal {
		this.#signalled.add(this.now);
		return this.now.abort.signal;
	}

	/** Interrupts all that has asked for a signal, in the background too. */
	cancelAll(): void {
		for (const { abort } of this.#signalled) abort.abort(new Interrupted());
		this.#signalled.clear();
		this.cancel();
	}

	/** What comes of a value, or the interrupt that comes before. */
	async outcome(value: unknown): Promise<unknown> {
		const { failure, value: result } = await this.wait(value);
		if (failure) throw failure.error;
		return result;
	}

	/** Iterates for `for await`, so that waiting for the next item can be interrupted. */
	async *iterate(
		items: AsyncIterable<unknown> | Iterable<unknown>,
	): AsyncGenerator<unknown> {
		const iterator =
			(items as AsyncIterable<unknown>)[Symbol.asyncIterator]?.() ??
			(items as Iterable<unknown>)[Symbol.iterator]();
		let ended = false;
		let stopped = false;
		const get = async (promise: unknown) => {
			try {
				return this.resume(await this.wait(promise));
			} catch (error) {
				stopped = true;
				throw error;
			}
		};
		try {
			while (true) {
				const result = (await get(iterator.next())) as IteratorResult<unknown>;
				ended = result.done ?? false;
				if (ended) return result.value;
				yield await get(result.value);
			}
		} finally {
			const closing = ended ? undefined : iterator.return?.();
			if (stopped) Promise.resolve(closing).catch(() => {});
			else await closing;
		}
	}
}
