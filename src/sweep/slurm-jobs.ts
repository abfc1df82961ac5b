import type { Job } from "./executor.js";
import { readComment } from "./slurm-script.js";

const fields = ["ArrayJobID", "ArrayTaskID", "State", "Reason", "exit_code"];

/** The option of `squeue` for what is read of a job: one field after the other, each ended by a bar. */
export const jobFormat = `--Format=${[...fields, "NodeList", "comment"]
	.map((field) => `${field}:|`)
	.join(",")}`;

const pending = new Set([
	...["PENDING", "CONFIGURING", "REQUEUED", "REQUEUE_FED", "REQUEUE_HOLD"],
	...["SPECIAL_EXIT", "RESV_DEL_HOLD"],
]);

const ended = new Set([
	...["BOOT_FAIL", "CANCELLED", "COMPLETED", "DEADLINE", "FAILED"],
	...["NODE_FAIL", "OUT_OF_MEMORY", "PREEMPTED", "REVOKED", "TIMEOUT"],
]);

/** A job that could not be begun is kept in the queue for someone to release: until then it is over. */
const heldForever = /^launch.failed.requeued.held$/i;

/** Whether a job stays in the queue, and never runs by itself. */
export const isHeld = ({ state, reason }: Job): boolean =>
	state === "ended" && heldForever.test(reason ?? "");

/** What is not known to have ended may be at work. */
function stateOf(state: string, reason: string): Job["state"] {
	if (ended.has(state)) return "ended";
	if (!pending.has(state)) return "running";
	return heldForever.test(reason) ? "ended" : "pending";
}

/** Signals of Linux are numbered so far; beyond are Slurm's own errors. */
const lastSignal = 31;

/** How a job ended that failed, by the status in which its script left: `exit 7`, `signal 9`. */
function failed(reason: string, status: number): string {
	const signal = status & 127;
	if (signal > lastSignal) return reason;
	if (signal > 0) return `signal ${signal}`;
	return status === 0 ? reason : `exit ${status >> 8}`;
}

/** Why a job waits or how it ended, as Slurm puts it; undefined where there is nothing to say. */
function reasonOf(
	state: string,
	given: string,
	status: number,
): string | undefined {
	const reason = given === "None" || given === "" ? undefined : given;
	if (pending.has(state)) return reason ?? state;
	if (state === "COMPLETED" || state === "RUNNING") return undefined;
	return state === "FAILED" ? failed(reason ?? state, status) : state;
}

/**
 * The jobs of a sweep from what `squeue` prints, each line as `jobFormat` asks for it.
 *
 * Of jobs that were cancelled before they began Slurm keeps one line without an index, which is left out. Throws where
 * a job is called like those of the sweep and is none.
 */
export function readJobs(text: string): Job[] {
	const lines = text.split("\n").filter((line) => line.trim() !== "");
	return lines.flatMap((line): Job[] => {
		const [
			array = "",
			task = "",
			word = "",
			given = "",
			status,
			node,
			comment,
		] = line.split("|").map((field) => field.trim());
		const state = stateOf(word, given);
		if (task === "N/A" && state === "ended") return [];
		const id = `${array}_${task}`;
		const place = readComment(comment ?? "");
		if (!place || !/^\d+$/.test(task))
			throw new Error(
				`job ${id} of Slurm is called like those of the sweep, and was not sent by it: its comment is "${comment}"`,
			);
		const { submission, from } = place;
		const index = from + Number(task);
		const reason = reasonOf(word, given, Number(status));
		return [
			{
				...{ id, submission, index, state },
				...(node && { node }),
				...(reason !== undefined && { reason }),
			},
		];
	});
}
