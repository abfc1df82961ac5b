import * as tf from "@tensorflow/tfjs";
import type { Image } from "../image/image.js";
import type { Task } from "../tasks/task.js";
import type { Run } from "../train/run.js";
import { checkRun } from "./check-run.js";
import { inputOf, loadPredictor } from "./predictor.js";

/**
 * What a finished run makes of images, in their own coordinates: one prediction each.
 *
 * They are prepared as test images of the task are, not corrupted. Choose the engine first. Throws where
 * the run is not finished or of another task, or its weights are damaged.
 */
export async function predict<Target, Prediction>(
	run: Run,
	task: Task<Target, Prediction>,
	images: readonly Image[],
): Promise<Prediction[]> {
	checkRun(run, task);
	const predictor = await loadPredictor(run, task);
	const batchSize = Math.min(task.testBatchSize ?? 64, images.length);
	const predictions: Prediction[] = [];
	try {
		for (let start = 0; start < images.length; start += batchSize) {
			const some = images.slice(start, start + batchSize);
			const prepared = some.map((given) => ({
				image: task.prepare(given),
				given,
			}));
			const { shown, ...tensors } = inputOf(task, prepared, batchSize);
			predictions.push(...predictor.predict({ ...tensors, shown }));
			tf.dispose(Object.values(tensors));
		}
		return predictions;
	} finally {
		predictor.dispose();
	}
}
