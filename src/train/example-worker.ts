/** The job of a thread that prepares examples ahead of training. */

import { type Owned, owned } from "../parallel/arrays.js";
import type { Job } from "../parallel/pool.js";
import type { Example, TaskSource } from "../tasks/task.js";
import { makeTask } from "../tasks/task-source.js";
import { exampleMaker } from "./examples.js";

/** What a thread is told first. */
export interface ExampleSettings {
	readonly source: TaskSource;
	readonly seed: number;
	readonly batchSize: number;
	/** How much of the training set it may keep in memory. */
	readonly mostBytes: number;
}

/** Consecutive positions of training. */
export interface Span {
	readonly first: number;
	readonly count: number;
}

export async function startJob({
	source,
	...settings
}: ExampleSettings): Promise<Job<Span, Owned<Example<unknown>[]>>> {
	const task = await makeTask(source);
	const exampleAt = exampleMaker(task, settings);
	return {
		run: ({ first, count }) =>
			owned(Array.from({ length: count }, (_, i) => exampleAt(first + i))),
		transfer: ({ buffers }) => buffers,
	};
}
