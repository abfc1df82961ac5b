/** The body of the thread that moves on all claims of a process, whatever keeps its main thread busy. */
import { parentPort } from "node:worker_threads";
import type { BeatMessage } from "./beats.js";
import { moveOn, type Place } from "./claim-folder.js";

const port = parentPort;
if (!port) throw new Error("beat-worker.js runs in a worker thread only");

const held = new Map<string, { place: Place; timer: NodeJS.Timeout }>();

function drop(token: string): void {
	clearInterval(held.get(token)?.timer);
	held.delete(token);
}

function beat(place: Place): void {
	let isHeld = true;
	try {
		isHeld = moveOn(place);
	} catch {
		// What the disk refuses now it may do at the next beat; where it does not, another takes over.
	}
	if (isHeld) return;
	drop(place.token);
	port?.postMessage(place.token);
}

port.on("message", ({ place, milliseconds }: BeatMessage) => {
	drop(place.token);
	if (milliseconds === undefined) return;
	const timer = setInterval(beat, milliseconds, place);
	held.set(place.token, { place, timer });
});
