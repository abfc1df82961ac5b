import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { markOf, type ProcessMark } from "../runs/process-mark.js";
import { type LocalRequest, logOf } from "./local-folder.js";

/** Says to a worker how many threads it may use; without it, a process uses all cores. */
export const threadsVariable = "ROBUST_TRANSFER_THREADS";

/** A notebook may itself be a job of Slurm, as which its workers must not take themselves. */
const environment = (threads: number): NodeJS.ProcessEnv => ({
	...Object.fromEntries(
		Object.entries(process.env).filter(
			([name]) => !/^S(LURM|BATCH)_/.test(name),
		),
	),
	[threadsVariable]: String(threads),
});

const howItEnded = (
	code: number | null,
	signal: string | null,
): string | undefined =>
	signal !== null
		? `signal ${signal}`
		: code === 0
			? undefined
			: `exit ${code}`;

/**
 * Starts the worker of a job, its output added to the job's log; calls `ended` with how it ended, unless that was well.
 *
 * Undefined where it cannot be started, of which `ended` is told.
 */
export function startWorker(
	sweep: string,
	{
		submission,
		index,
		threads,
		command: [program = "", ...words],
		cwd,
	}: LocalRequest & { readonly index: number },
	ended: (how: string | undefined) => void,
): ProcessMark | undefined {
	const log = openSync(logOf(sweep, submission, index), "a");
	try {
		const args = [...words, sweep, String(submission), String(index)];
		const child = spawn(program, args, {
			cwd,
			env: environment(threads),
			// Of its own group: what is typed at a terminal does not reach it.
			detached: true,
			stdio: ["ignore", log, log],
		});
		child.once("exit", (code, signal) => ended(howItEnded(code, signal)));
		child.once("error", (error) => ended(`not started: ${error.message}`));
		return child.pid === undefined ? undefined : markOf(child.pid);
	} finally {
		closeSync(log);
	}
}
