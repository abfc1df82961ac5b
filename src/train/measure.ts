import { setImmediate as nextTurn } from "node:timers/promises";
import type { Task } from "../tasks/task.js";
import { batchMaker } from "./batch.js";
import { exampleMaker } from "./examples.js";
import type { RunRecord } from "./run.js";
import type { TrainStep } from "./train-step.js";

/** Makes the measurements of a run, on its first batches, before its first step. */
export async function measure<Target>(
	task: Task<Target, unknown>,
	{
		record,
		trainStep,
		signal,
	}: {
		readonly record: RunRecord;
		readonly trainStep: TrainStep;
		readonly signal: AbortSignal | undefined;
	},
): Promise<void> {
	const { recipe } = record;
	const { batchSize } = recipe;
	const epoch = Math.ceil(record.task.trainImages / batchSize);
	for (const measurement of trainStep.measurements) {
		const batches = measurement.batches(epoch);
		const exampleAt = exampleMaker(task, recipe);
		const makeBatch = batchMaker(task, recipe);
		const measuring = measurement.begin();
		try {
			for (let step = 0; step < batches; step++) {
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
