import { availableParallelism, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import { type Checks, checkOptions } from "../check/check-options.js";
import { number, whole } from "../check/checks.js";
import type { Own } from "../own.js";
import type { Executor } from "./executor.js";
import { localExecutor } from "./local-executor.js";

/** How the cells of a sweep share this machine. */
export interface LocalOptions {
	/**
	 * Workers at once; by default one for each core, and no more than have 2 GiB of memory each. Name fewer for large
	 * networks, and 1 for a graphics card.
	 */
	readonly atOnce?: number;
	/** Threads of each worker; by default the cores divided by `atOnce`. */
	readonly threads?: number;
	/**
	 * Cells of one worker, which share what is prepared of the test images; by default up to 4, and as many for each
	 * worker as for the others.
	 */
	readonly cellsPerJob?: number;
	/** How long a canceled job may take to save before it is killed; 60 by default. */
	readonly graceSeconds?: number;
}

const checks: Checks<LocalOptions> = {
	atOnce: whole({ from: 1 }),
	threads: whole({ from: 1 }),
	cellsPerJob: whole({ from: 1 }),
	graceSeconds: number({ from: 0 }),
};

const worker = fileURLToPath(new URL("./worker.js", import.meta.url));
const workerBytes = 2 * 2 ** 30;

/** One worker for each core, as far as the memory goes. */
function defaultAtOnce(): number {
	const fit = Math.floor(totalmem() / workerBytes);
	return Math.max(1, Math.min(availableParallelism(), fit));
}

const mostCells = 4;

/** As many jobs as keep all workers busy to the end, with few cells in each: what fails or is slow keeps few others waiting. */
const shared =
	(atOnce: number) =>
	(cells: number): number => {
		const rounds = Math.ceil(cells / (atOnce * mostCells));
		return Math.max(1, Math.ceil(cells / (atOnce * rounds)));
	};

function executorOf({
	atOnce = defaultAtOnce(),
	threads = Math.max(1, Math.floor(availableParallelism() / atOnce)),
	cellsPerJob,
	graceSeconds = 60,
}: LocalOptions): Executor {
	const command = [process.execPath, worker];
	const settings = { atOnce, threads, graceSeconds, command };
	return {
		...localExecutor(settings),
		cellsPerJob: cellsPerJob ?? shared(atOnce),
	};
}

/**
 * Runs the cells of a sweep on this machine, in several processes at once, each with its share of the cores.
 *
 * They are run by a process that goes on when the notebook is closed, and ends with the last of them. It has no port;
 * what it knows is in the sweep's folder. Where it is killed, workers that have begun go on, and another submission takes
 * up the rest. Throws where an option is unknown or ill-formed.
 */
export function local(options: LocalOptions = {}): Own<Executor, LocalOptions> {
	checkOptions("local", options, checks);
	return {
		name: "local",
		options,
		source: { module: import.meta.url, name: local.name },
		make: executorOf,
	};
}
