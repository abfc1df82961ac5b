import { fileURLToPath } from "node:url";
import type { Own } from "../own.js";
import type { Executor } from "./executor.js";
import { slurmExecutor } from "./slurm-executor.js";
import { checkSlurmOptions, type SlurmOptions } from "./slurm-options.js";

/** Each job is this script. */
const worker = fileURLToPath(new URL("./worker.js", import.meta.url));

/**
 * Runs the cells of a sweep as jobs of Slurm, for which nothing but Slurm's own programs has to be there.
 *
 * A job that comes near its time limit, is preempted or loses its node is requeued, and goes on where its run was saved.
 * Throws where an option is unknown, missing or ill-formed.
 */
export function slurm(options: SlurmOptions): Own<Executor, SlurmOptions> {
	checkSlurmOptions(options);
	return {
		name: "slurm",
		options,
		source: { module: import.meta.url, name: slurm.name },
		make: (settings) => slurmExecutor(settings, worker),
	};
}
