import { hostname } from "node:os";

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

/** What the environment says of where this process runs. */
export function workerJob(environment = process.env): WorkerJob {
	const {
		SLURM_JOB_ID: single,
		SLURM_ARRAY_JOB_ID: array,
		SLURM_ARRAY_TASK_ID: task,
		SLURM_RESTART_COUNT: restarts = "0",
	} = environment;
	const job = array && task ? `${array}_${task}` : single;
	return {
		host: hostname(),
		job: job ?? `process ${process.pid}`,
		attempt: Number(restarts) || 0,
		isSlurm: job !== undefined,
	};
}
