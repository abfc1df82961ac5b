/** A task that waits at each update, for so many milliseconds as the environment says: time passes, and cores are idle. */
import type * as tf from "@tensorflow/tfjs";
import { defineTask } from "../../src/tasks/define-task.js";
import type { Task } from "../../src/tasks/task.js";
import { type Recipe, recipes } from "../../src/train/recipe.js";
import { tinyTask } from "../train/tiny-task.js";

/** The environment variable that says how long an update waits, in milliseconds. */
export const pauseVariable = "ROBUST_TRANSFER_TEST_PAUSE";

const nothing = new Int32Array(new SharedArrayBuffer(4));

/** The tiny task, which workers can make anew, and which an update takes a while in. */
export const slowTask = (): Task<number, number, tf.Tensor> =>
	defineTask({
		...tinyTask,
		name: "slow",
		batchTargets(targets) {
			Atomics.wait(nothing, 0, 0, Number(process.env[pauseVariable] ?? 0));
			return tinyTask.batchTargets(targets, { height: 32, width: 32 });
		},
		source: { module: import.meta.url, name: "slowTask", options: {} },
	});

/** So many updates of eight images. */
export const slowRecipe = (steps: number, seed: number): Recipe => ({
	...recipes.cifar10,
	batchSize: 8,
	length: { steps },
	seed,
});

/** What is scored: clean, and two rows corrupted. */
export const slowEvaluate = {
	corruptions: ["contrast"],
	severities: [1, 3],
} as const;
