import { isDeepStrictEqual } from "node:util";
import type { Task } from "../tasks/task.js";
import {
	changeNames,
	checkTask,
	concernOf,
	taskIdentity,
} from "../tasks/task-identity.js";
import type { Run } from "./run.js";

/** What was written as JSON comes back without what is undefined. */
const written = (value: unknown): unknown =>
	value === undefined ? undefined : JSON.parse(JSON.stringify(value));

/** Throws where the network of a run is not that of the task, which was changed. */
function checkNetwork({ id, record }: Pick<Run, "id" | "record">, task: Task) {
	const { changes: given = {}, code } = taskIdentity(task, "network");
	const own = record.task.changes ?? {};
	const keys = new Set([...Object.keys(own), ...Object.keys(given)]);
	for (const key of keys) {
		if (concernOf(key) !== "network") continue;
		if (isDeepStrictEqual(own[key], given[key])) continue;
		const say = (changes: typeof own) =>
			key in changes
				? `changed by "${changeNames({ changes: { [key]: changes[key] ?? [] } }).join(", ")}"`
				: "unchanged";
		throw new Error(
			`the run ${id} has the task's ${key} ${say(own)}, and this task has it ${say(given)}: make the task as it was for the run${key in own && key in given ? "; the text of the change has become another" : ""}`,
		);
	}
	if (
		record.format === undefined ||
		record.task.code?.network === code?.network
	)
		return;
	throw new Error(
		`the run ${id} was trained with another text of ${task.name}'s network (forward, headParams, padded or uses) than it has now: make the task as it was for the run, or fine-tune again`,
	);
}

/** Throws where the network of a run is not that of a task, or sees its images otherwise. */
export function checkRunTask(
	{ id, record }: Pick<Run, "id" | "record">,
	task: Task,
): void {
	checkTask(task);
	const { name, inputSize, normalization, settings } = record.task;
	if (name !== task.name)
		throw new Error(`the run ${id} is of the task ${name}, not ${task.name}`);
	if (inputSize !== task.inputSize)
		throw new Error(
			`the run ${id} was trained on images of ${inputSize} pixels, not ${task.inputSize}: make the task with that inputSize`,
		);
	const conditions = {
		// Runs of early versions do not say how their images were normalized.
		normalization: [normalization ?? task.normalization, task.normalization],
		settings: [settings, task.settings],
	};
	for (const [what, [own, given]] of Object.entries(conditions))
		if (!isDeepStrictEqual(written(own), written(given)))
			throw new Error(
				`the run ${id} was trained with the ${what} ${JSON.stringify(own)}, not ${JSON.stringify(given)}: make the task with the same`,
			);
	checkNetwork({ id, record }, task);
}
