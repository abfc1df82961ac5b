/** A job for the tests of the pool: squares numbers, slowly or not at all. */
import type { Job } from "../../src/parallel/pool.js";

/** What a worker of the tests is told first. */
export interface Settings {
	/** How many milliseconds even numbers take; odd ones take none. */
	readonly delay: number;
	/** A number that is refused, and one that ends its worker. */
	readonly refused?: number;
	readonly fatal?: number;
}

export function startJob({
	delay,
	refused,
	fatal,
}: Settings): Job<number, Uint8Array> {
	if (delay < 0) throw new Error("cannot start");
	return {
		async run(input) {
			if (input === refused) throw new RangeError(`${input} is refused`);
			if (input === fatal) process.exit(3);
			if (input % 2 === 0 && delay > 0) {
				await new Promise((resolve) => setTimeout(resolve, delay));
			}
			return Uint8Array.of(input * input);
		},
		transfer: (output) => [output.buffer as ArrayBuffer],
	};
}
