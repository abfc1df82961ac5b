import { setImmediate as nextTurn } from "node:timers/promises";
import type { Task } from "../tasks/task.js";
import { batchMaker } from "./batch.js";
import { exampleMaker } from "./examples.js";
import { isInRhythm } from "./length.js";
import type { RunRecord } from "./run.js";
import type { TrainStep } from "./train-step.js";

/** Makes those measurements of a run that are due before an update, on the batches that come next. */
export async function measure<Target>(
	task: Task<Target, unknown>,
	{
		record,
		trainStep,
		signal,
		step: first,
	}: {
		readonly record: RunRecord;
		readonly trainStep: TrainStep;
		readonly signal: AbortSignal | undefined;
		/** Updates made so far. */
		readonly step: number;
	},
): Promise<void> {
	const { recipe } = record;
	const { batchSize } = recipe;
	const images = record.task.trainImages;
	const epoch = Math.ceil(images / batchSize);
	for (const measurement of trainStep.measurements) {
		const { every } = measurement;
		const isDue = every
			? isInRhythm(first, every, { batchSize, images })
			: first === 0;
		if (!isDue) continue;
		const batches = measurement.batches(epoch);
		const exampleAt = exampleMaker(task, recipe);
		const makeBatch = batchMaker(task, recipe);
		const measuring = measurement.begin();
		try {
			for (let step = first; step < first + batches; step++) {
				await nextTurn();
				signal?.throwIfAborted();
				const examples = Array.from({ length: batchSize }, (_, i) =>
					exampleAt(step * batchSize + i),
				);
				measuring.see((part) => makeBatch(examples, { step, part }), {
					step,
					share: 1 / batches,
				});
			}
		} finally {
			measuring.end();
		}
	}
}
