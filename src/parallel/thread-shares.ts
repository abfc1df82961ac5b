import { threadCount } from "../thread-count.js";
import type { PoolOptions } from "./pool.js";

/** How images are dealt out to threads. */
export interface ThreadShares extends Required<PoolOptions> {
	/** Images of one message: many small ones, or a single large one. */
	readonly chunk: number;
}

const messageBytes = 2 ** 20;
const mostBytes = 2 ** 28;
// Each has the engine in memory, for the sake of the task's other parts.
const mostWorkers = 8;

/** One less than there are cores, from 1 to 8. */
export const defaultWorkers = (): number =>
	Math.min(Math.max(threadCount() - 1, 1), mostWorkers);

/** Throws unless the number of threads is left out or a whole number, 0 for none. */
export function checkWorkers(workers: number | undefined): void {
	if (workers === undefined || (Number.isInteger(workers) && workers >= 0))
		return;
	throw new RangeError(
		`workers must be a whole number of threads, not ${workers}`,
	);
}

/**
 * Deals out images such that two batches are on their way, or more where there are many threads or `leadBytes` hold more,
 * but no more than 256 MiB.
 */
export function sharesOf(
	workers: number,
	{
		batchSize,
		imageBytes,
		leadBytes = 0,
	}: {
		batchSize: number;
		imageBytes: number;
		/** So much may be made ahead, that threads catch up in easy stretches with what is slow. */
		leadBytes?: number;
	},
): ThreadShares {
	const atOnce = Math.floor(messageBytes / imageBytes);
	const chunk = Math.min(Math.max(atOnce, 1), batchSize);
	const twice = Math.max(Math.ceil(batchSize / chunk), workers) * 2 + 1;
	const wanted = Math.max(twice, Math.floor(leadBytes / (imageBytes * chunk)));
	const most = Math.floor(mostBytes / (imageBytes * chunk));
	const inFlight = Math.max(Math.min(wanted, most), 2);
	return { workers, chunk, inFlight, waiting: Math.ceil(inFlight / workers) };
}
