import { constants } from "node:os";

interface SignalWatcher {
	onsignal: () => void;
	start(signal: number): number;
	unref(): void;
}

interface SignalBinding {
	readonly Signal: new () => SignalWatcher;
}

/** By which a process is told to end: by its client, its system, or the terminal that it began in. */
export const endingSignals = ["SIGTERM", "SIGHUP"] as const;

/**
 * Calls back on SIGINT, in a worker thread, even while the main thread is in a busy loop.
 *
 * Node offers signals to the main thread only, whose handlers wait for its event loop; the watcher
 * underneath works in every thread. Returns false where this Node does not give it out, as from 24 on.
 */
export const onInterruptSignal = (callback: () => void) =>
	onSignal("SIGINT", callback);

/** Calls back on a signal as `onInterruptSignal` does. */
export function onSignal(
	signal: "SIGINT" | (typeof endingSignals)[number],
	callback: () => void,
): boolean {
	const { binding } = process as unknown as {
		binding?: (name: string) => SignalBinding;
	};
	(process as { noDeprecation?: boolean }).noDeprecation = true;
	try {
		const { Signal } = binding?.("signal_wrap") ?? {};
		if (!Signal) return false;
		const watcher = new Signal();
		watcher.onsignal = callback;
		watcher.unref();
		return watcher.start(constants.signals[signal]) === 0;
	} catch {
		return false;
	}
}

const isAlive = (pid: number) => {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === "EPERM";
	}
};

/**
 * Calls back when the process that started the kernel is gone.
 *
 * One that has ended, and that nobody has asked what became of it, still has its id: its children have another parent by then.
 */
export function onParentDeath(callback: () => void): void {
	const parent = Number(process.env.JPY_PARENT_PID) || 0;
	if (parent <= 1 || !isAlive(parent)) return;
	const isChild = process.ppid === parent;
	const timer = setInterval(() => {
		if (isAlive(parent) && (!isChild || process.ppid === parent)) return;
		clearInterval(timer);
		callback();
	}, 1000);
	timer.unref();
}
