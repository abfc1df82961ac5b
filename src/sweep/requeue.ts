import { execFile } from "node:child_process";

const patienceMilliseconds = 60_000;

/**
 * Asks Slurm to run a job of its own once more; what comes of it is not waited for to be right: the call may be ended by the
 * requeue that it causes, and where it fails a new submission sends the cells again.
 */
export const requeue = (job: string): Promise<string | undefined> =>
	new Promise((resolve) => {
		const options = { timeout: patienceMilliseconds };
		const child = execFile("scontrol", ["requeue", job], options, (error) =>
			resolve(error?.message),
		);
		child.stdin?.on("error", () => {});
	});
