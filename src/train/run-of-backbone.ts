import { type Backbone, paramsOf, weightsOf } from "../backbones/backbone.js";
import type { Task } from "../tasks/task.js";
import { describeBackbone } from "./describe-run.js";
import { placeOf } from "./place-of.js";
import type { Run } from "./run.js";
import { wholeRun } from "./whole-run.js";

/** Throws where a backbone lacks the layers of a task, or has them for other classes. */
function checkHead<Target>(
	source: Backbone,
	{ name, headParams, classes }: Task<Target, unknown>,
): void {
	const params = paramsOf(source.architecture);
	for (const [layer, { shape }] of Object.entries(headParams(source))) {
		const own = params[layer]?.shape;
		if (own && String(own) === String(shape)) continue;
		const called = source.name ?? "the backbone";
		throw new Error(
			own
				? `${called} has a head of ${source.architecture.classes} classes, and ${name} has ${classes.length}: it can be scored on its own classes alone; fine-tune it on others`
				: `${called} has no ${layer}, which ${name} adds: load it with its classifier, or fine-tune it, where the task is not classification`,
		);
	}
}

/**
 * A backbone as a finished run of a task, with its own head and nothing fine-tuned; called again with the same weights
 * it returns the run.
 *
 * Throws where it has no head of the task's classes.
 */
export async function runOfBackbone<Target>(
	source: Backbone,
	task: Task<Target, unknown>,
	{ folder, name }: { readonly folder: string; readonly name?: string },
): Promise<Run> {
	const { record, folder: own } = placeOf(
		folder,
		describeBackbone(source, task, name),
	);
	return wholeRun(own, async () => {
		checkHead(source, task);
		return { record, tensors: weightsOf(source) };
	});
}
