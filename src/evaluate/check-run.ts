import { isDeepStrictEqual } from "node:util";
import type { Task } from "../tasks/task.js";
import type { Run } from "../train/run.js";

/** What was written as JSON comes back without what is undefined. */
const written = (value: unknown): unknown =>
	value === undefined ? undefined : JSON.parse(JSON.stringify(value));

/** Throws where a run cannot be scored on a task: it is not finished, or of another one. */
export function checkRun({ id, finished, record }: Run, task: Task): void {
	const { name, inputSize, normalization, settings } = record.task;
	if (!finished)
		throw new Error(
			`the run ${id} is not finished: call finetune again, which goes on with it`,
		);
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
}
