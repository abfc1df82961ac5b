import {
	setTimeout as delay,
	setImmediate as nextTurn,
} from "node:timers/promises";
import { shared } from "../runtime/interrupts.js";

/** Milliseconds that what runs has to come to its end. */
export interface EndingLimits {
	/** Of what is held: a step of training may take long, and is saved after it. */
	readonly held: number;
	/** Of all else, and of what a cell does once nothing is held any more. */
	readonly rest: number;
}

/** Two minutes: clients that wait less kill the process themselves, and without one nobody else would. */
const usualLimits: EndingLimits = { held: 120_000, rest: 3000 };

const glance = 20;

/**
 * Stops what runs as an interrupt does, and waits, not for ever, until that and what is held have come to their end.
 *
 * From then on no cell begins, and an interrupt terminates nothing that is held.
 */
export async function endWork(
	memory: Int32Array,
	stop: () => void,
	limits = usualLimits,
): Promise<void> {
	const isHeld = () => Atomics.load(memory, shared.held) > 0;
	const isRunning = () => Atomics.load(memory, shared.running) !== 0;
	Atomics.store(memory, shared.ending, 1);
	stop();
	let [waited, sinceHeld] = [0, 0];
	while (isHeld() || isRunning()) {
		if (waited > limits.held || sinceHeld > limits.rest) return;
		await delay(glance);
		waited += glance;
		sinceHeld = isHeld() ? 0 : sinceHeld + glance;
	}
	// what they said last has been posted to this thread, and is read before the next turn
	await nextTurn();
}
