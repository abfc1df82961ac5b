import type { Task } from "../tasks/task.js";
import { checkTask } from "../tasks/task-identity.js";
import { checkRunTask } from "../train/check-run-task.js";
import type { Run } from "../train/run.js";
import type { EvaluateOptions } from "./evaluate-options.js";

/** Throws where a run cannot be scored on a task: it is not finished, or of another one. */
export function checkRun(
	run: Run,
	task: Task,
	{
		unfinished = false,
		average = true,
	}: Pick<EvaluateOptions, "unfinished" | "average"> = {},
): void {
	checkTask(task);
	if (!run.finished && !unfinished)
		throw new Error(
			`the run ${run.id} is not finished: call finetune again, which goes on with it, or score it as it is with evaluate(run, task, { unfinished: true })`,
		);
	if (!average && !run.record.recipe.average)
		throw new Error(
			`the run ${run.id} has no average of its weights beside the last ones: leave \`average\` out`,
		);
	checkRunTask(run, task);
}
