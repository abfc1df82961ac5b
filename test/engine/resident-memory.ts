import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

// Node's own garbage collector, which its command line would show otherwise.
setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** The bytes of memory that the process holds, those of native code among them. */
export function resident(): number {
	collect();
	return process.memoryUsage.rss();
}

/** The bytes that JavaScript holds. */
export function live(): number {
	collect();
	const { heapUsed, arrayBuffers } = process.memoryUsage();
	return heapUsed + arrayBuffers;
}

/**
 * The bytes by which the process grows in every round of some work at least.
 *
 * What leaks grows in each of them; what the allocator and other threads do comes and goes.
 */
export function leastGrowth(rounds: number, work: () => void): number {
	let least = Infinity;
	for (let round = 0; round < rounds; round++) {
		const before = resident();
		work();
		least = Math.min(least, resident() - before);
	}
	return least;
}
