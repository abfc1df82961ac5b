import type { Image } from "../image/image.js";
import type { Task } from "../tasks/task.js";
import { predictAll } from "../train/predictor.js";
import type { Run } from "../train/run.js";
import { checkRun } from "./check-run.js";
import { loadPredictor } from "./predictor.js";

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
	try {
		return predictAll(task, predictor, images);
	} finally {
		predictor.dispose();
	}
}
