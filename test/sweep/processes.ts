/** An executor for tests: each job is a process of its own, which is known to this module's process alone. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Executor, Job, SubmitRequest } from "../../src/sweep/executor.js";

const worker = fileURLToPath(
	new URL("../../src/sweep/worker.js", import.meta.url),
);

/** A worker that was started, and its exit code once it has ended: a signal's name where one ended it. */
export interface Started {
	readonly child: ChildProcess;
	readonly ended: Promise<number | string>;
}

/** Starts the worker of a job of a sweep. */
export function startWorker(
	folder: string,
	[submission, index]: readonly [number, number],
	environment: Readonly<Record<string, string>> = {},
): Started {
	const log = openSync(join(folder, "logs", `${submission}_${index}.log`), "a");
	const child = spawn(
		process.execPath,
		[worker, folder, `${submission}`, `${index}`],
		{
			stdio: ["ignore", log, log],
			env: { ...process.env, ROBUST_TRANSFER_THREADS: "2", ...environment },
		},
	);
	closeSync(log);
	const ended = new Promise<number | string>((resolve) => {
		child.on("exit", (code, signal) => resolve(code ?? signal ?? "?"));
	});
	return { child, ended };
}

/** Runs jobs as processes of their own, all at once or, as it is told, not at all. */
export function processes(
	settings: Partial<Executor> & { readonly begins?: boolean } = {},
) {
	const jobs: Job[] = [];
	const workers: Started[] = [];
	const requests: SubmitRequest[] = [];
	const { begins = true, ...rest } = settings;
	const executor: Executor = {
		name: "processes",
		async submit(request) {
			requests.push(request);
			const { folder, submission } = request;
			return Array.from({ length: request.jobs }, (_, index) => {
				const id = `${submission}_${index}`;
				const at = jobs.push({ id, submission, index, state: "pending" }) - 1;
				if (!begins) return id;
				jobs[at] = { ...(jobs[at] as Job), state: "running" };
				const worker = startWorker(folder, [submission, index]);
				workers.push(worker);
				worker.ended.then((code) => {
					jobs[at] = {
						...(jobs[at] as Job),
						state: "ended",
						...(code !== 0 && { reason: `exit ${code}` }),
					};
				});
				return id;
			});
		},
		jobs: async () => [...jobs],
		async cancel(_, ids) {
			for (const id of ids) {
				const at = jobs.findIndex((job) => job.id === id);
				jobs[at] = {
					...(jobs[at] as Job),
					state: "ended",
					reason: "CANCELLED",
				};
			}
		},
		...rest,
	};
	return {
		executor,
		requests,
		jobs,
		/** Waits for all workers, and gives their exit codes. */
		ended: () => Promise.all(workers.map(({ ended }) => ended)),
	};
}
