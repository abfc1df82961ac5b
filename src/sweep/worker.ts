/**
 * Works on the cells of a job: `node worker.js <sweep folder> <submission> <job>`.
 *
 * Ends with 0 where they are done or in the hands of others, 75 where what is unfinished was saved since a signal asked for
 * it, 1 where something failed.
 */
import { WorkerStopped } from "./worker-stopped.js";

const controller = new AbortController();

// Heard from the first moment on: loading the rest takes a while.
for (const signal of ["SIGUSR2", "SIGTERM", "SIGINT"] as const)
	if (signal !== "SIGUSR2" || process.platform !== "win32")
		process.on(signal, () => controller.abort(new WorkerStopped(signal)));

const { runJob } = await import("./run-job.js");
process.exit(await runJob(process.argv.slice(2), controller.signal));
