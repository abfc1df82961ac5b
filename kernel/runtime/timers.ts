import { type Context, type Interrupts, shared } from "./interrupts.js";

type Callback = (...args: unknown[]) => void;
type Timer = (callback: Callback, ...rest: unknown[]) => unknown;

/** Makes timers run their callbacks on behalf of the cell that set them. */
export function followTimers(interrupts: Interrupts): void {
	const globals = globalThis as unknown as Record<string, Timer>;
	for (const name of ["setTimeout", "setInterval", "setImmediate"]) {
		const original = globals[name]!;
		const follow = (callback: Callback, ...rest: unknown[]) => {
			const context: Context = interrupts.now;
			const run = (...args: unknown[]) => {
				// what is held, such as a run that is being saved, goes on
				const isHeld = Atomics.load(interrupts.flag, shared.held) > 0;
				if (context.abort.signal.aborted && !isHeld) return;
				const before = interrupts.now;
				interrupts.enter(context);
				try {
					callback(...args);
				} finally {
					interrupts.now = before;
				}
			};
			return original(typeof callback === "function" ? run : callback, ...rest);
		};
		Object.defineProperties(follow, Object.getOwnPropertyDescriptors(original));
		globals[name] = follow;
	}
}
