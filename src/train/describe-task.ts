import type { Task } from "../tasks/task.js";
import { taskIdentity } from "../tasks/task-identity.js";
import { looksAtHeldOut } from "./held-out-step.js";
import type { Recipe } from "./recipe.js";
import type { RunRecord } from "./run.js";

/** What is written down of the data that are held out. */
export const heldOutForm = ({
	heldOut,
}: Pick<Task, "heldOut">): RunRecord["task"]["heldOut"] =>
	heldOut && {
		name: heldOut.name,
		images: heldOut.length,
		...(heldOut.contents !== undefined && { contents: heldOut.contents }),
	};

/** What a run says of its task; without training images, where it was not fine-tuned here. */
export function describeTask(
	task: Task,
	{ watch, consistency, optimizer }: Recipe,
	trainImages: number,
): RunRecord["task"] {
	const { heldOut } = task;
	const isLooking = watch !== undefined || looksAtHeldOut(optimizer);
	const isWatched = isLooking && trainImages > 0;
	return {
		name: task.name,
		miniature: task.miniature,
		metric: String(task.made.parts.metricName),
		classes: task.classes.length,
		inputSize: task.inputSize,
		normalization: task.normalization,
		train: task.train.name,
		// Where nothing was trained here, the training data need not be there.
		...(trainImages > 0 &&
			task.train.contents !== undefined && { contents: task.train.contents }),
		trainImages,
		...(isWatched && heldOut && { heldOut: heldOutForm(task) }),
		...taskIdentity(
			task,
			"network",
			...(trainImages > 0 ? ["training" as const] : []),
			...(trainImages > 0 && (consistency ?? null) !== null
				? ["consistency" as const]
				: []),
			...(isWatched ? ["watching" as const] : []),
		),
		...(task.settings !== undefined && { settings: task.settings }),
	};
}
