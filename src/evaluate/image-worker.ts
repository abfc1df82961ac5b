/** The job of a thread that prepares test images ahead of the forward pass. */

import { type Owned, owned } from "../parallel/arrays.js";
import type { Job } from "../parallel/pool.js";
import type { Task, TaskSource } from "../tasks/task.js";
import { makeTask } from "../tasks/task-source.js";
import { findCondition, type SentCondition } from "./published/sent.js";
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

/** Some images of a cell, by their places in the test set. */
export interface ImageSpan extends Pick<Condition, "severity"> {
	/** Null for clean. */
	readonly corruption: SentCondition | null;
	readonly places: readonly number[];
}

/** Prepares some test images of a task. */
export function spanJob(
	task: Task,
	settings: Omit<ImageSettings, "source" | "mostBytes"> &
		Partial<Pick<ImageSettings, "mostBytes">>,
): Job<ImageSpan, Owned<TestImage<unknown>[]>> {
	const imageAt = testImages(task, settings);
	return {
		async run({ corruption, severity, places }) {
			const applied = corruption && (await findCondition(corruption));
			const condition = { applied, severity };
			return owned(places.map((place) => imageAt(place, condition)));
		},
		transfer: ({ buffers }) => buffers,
	};
}

export const startJob = async ({ source, ...settings }: ImageSettings) =>
	spanJob(await makeTask(source), settings);
