import { availableParallelism } from "node:os";

/**
 * How many threads this process is to compute with: what the environment variable `ROBUST_TRANSFER_THREADS` says, or one
 * for each core that it may use.
 *
 * Throws where the variable is no whole number above 0.
 */
export function threadCount(): number {
	const { ROBUST_TRANSFER_THREADS: wanted } = process.env;
	if (!wanted) return availableParallelism();
	const count = Number(wanted);
	if (Number.isInteger(count) && count > 0) return count;
	throw new RangeError(
		`ROBUST_TRANSFER_THREADS must be a whole number of threads, not "${wanted}"`,
	);
}
