import { Worker } from "node:worker_threads";
import type { Place } from "./claim-folder.js";
import { beatMilliseconds } from "./lease.js";

/** What the thread is told: to move a claim on every so many milliseconds, or not any more. */
export interface BeatMessage {
	readonly place: Place;
	readonly milliseconds?: number;
}

let thread: Worker | undefined;

const losses = new Map<string, () => void>();

/** The one thread of the process; it keeps no process alive. */
function beatThread(): Worker {
	if (thread) return thread;
	const begun = new Worker(new URL("./beat-worker.js", import.meta.url), {
		// Options such as --eval, of the program that writes, are not the thread's.
		execArgv: [],
	});
	begun.on("message", (token: string) => losses.get(token)?.());
	// Claims that do not move are lost to others in time; the next one has a new thread.
	begun.on("error", () => {});
	begun.on("exit", () => {
		if (thread === begun) thread = undefined;
	});
	// After the listeners, each of which would keep the process alive.
	begun.unref();
	thread = begun;
	return begun;
}

/**
 * Lets a thread move a claim on while it is held, and returns what ends that.
 *
 * A step of training may keep the main thread busy for longer than a claim may stand still. Calls `onLost` where the
 * claim is found lost, once the main thread has time for it.
 */
export function keepMoving(place: Place, onLost: () => void): () => void {
	const { token } = place;
	losses.set(token, onLost);
	const message: BeatMessage = { place, milliseconds: beatMilliseconds() };
	beatThread().postMessage(message);
	return () => {
		losses.delete(token);
		thread?.postMessage({ place } satisfies BeatMessage);
	};
}
