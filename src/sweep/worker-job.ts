import { hostname } from "node:os";
import { slurmJob } from "../runs/holder.js";

/** Where a worker runs, in the words of what has started it. */
export interface WorkerJob {
	readonly host: string;
	/** Slurm's job with its place in the array, or the process. */
	readonly job: string;
	/** How often Slurm has begun the job anew. */
	readonly attempt: number;
	/** Whether Slurm runs it. */
	readonly isSlurm: boolean;
}

/** Where this process runs, as its environment says it. */
export function workerJob(): WorkerJob {
	const { job, attempt = 0 } = slurmJob();
	const name = job ?? `process ${process.pid}`;
	const isSlurm = job !== undefined;
	return { host: hostname(), job: name, attempt, isSlurm };
}
