/** The job of a thread that prepares test images ahead of the forward pass. */

import { type Owned, owned } from "../parallel/arrays.js";
import type { Job } from "../parallel/pool.js";
import type { TaskSource } from "../tasks/task.js";
import { makeTask } from "../tasks/task-source.js";
import {
	type Condition,
	type Corrupting,
	type TestImage,
	testImages,
} from "./test-image.js";

/** What a thread is told first. */
export interface ImageSettings extends Corrupting {
	readonly source: TaskSource;
	/** How much of the test set it may keep in memory. */
	readonly mostBytes: number;
}

/** Consecutive images of a cell. */
export interface ImageSpan extends Condition {
	readonly first: number;
	readonly count: number;
}

export async function startJob({
	source,
	...settings
}: ImageSettings): Promise<Job<ImageSpan, Owned<TestImage<unknown>[]>>> {
	const imageAt = testImages(await makeTask(source), settings);
	return {
		run: ({ first, count, ...condition }) =>
			owned(
				Array.from({ length: count }, (_, i) => imageAt(first + i, condition)),
			),
		transfer: ({ buffers }) => buffers,
	};
}
