/** The job of a thread that prepares examples ahead of training. */

import { type CodeSource, findCode, type Own } from "../own.js";
import { type Owned, owned } from "../parallel/arrays.js";
import type { Job } from "../parallel/pool.js";
import type { Example, TaskSource } from "../tasks/task.js";
import { makeTask } from "../tasks/task-source.js";
import { exampleMaker } from "./examples.js";
import type { Augment, NamedAugment } from "./recipe.js";

/** An augmentation as a thread is told of it: one of one's own by where its `make` is. */
export type SentAugment =
	| NamedAugment
	| {
			readonly name: string;
			readonly options?: unknown;
			readonly source: CodeSource;
	  };

/** What a thread is told first. */
export interface ExampleSettings {
	readonly source: TaskSource;
	/** Those of single images. */
	readonly augment: readonly SentAugment[];
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

/** The augmentation that a thread was told of. */
async function received(sent: SentAugment): Promise<Augment> {
	if (!("source" in sent)) return sent;
	const make = (await findCode(sent.source)) as Own<never>["make"];
	return { ...sent, make };
}

export async function startJob({
	source,
	augment: sent,
	...settings
}: ExampleSettings): Promise<Job<Span, Owned<Example<unknown>[]>>> {
	const task = await makeTask(source);
	const augment = await Promise.all(sent.map(received));
	const exampleAt = exampleMaker(task, { ...settings, augment });
	return {
		run: ({ first, count }) =>
			owned(Array.from({ length: count }, (_, i) => exampleAt(first + i))),
		transfer: ({ buffers }) => buffers,
	};
}
