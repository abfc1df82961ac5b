import * as tf from "@tensorflow/tfjs";
import { compile } from "../engine/compile.js";
import { normalize } from "../nn/normalize.js";
import type { Shown, Task } from "../tasks/task.js";
import { disposeModel, loadModel } from "../train/model.js";
import { type Run, runFiles } from "../train/run.js";
import { readWeights } from "../train/weights-file.js";

/** A fine-tuned model, ready to predict. */
export interface Predictor<Prediction> {
	readonly run: Run;
	/** One prediction for each image that is shown, of `[images, height, width, 3]` in 0-1. */
	predict(images: tf.Tensor4D, shown: readonly Shown[]): Prediction[];
	dispose(): void;
}

/** Loads the weights of a finished run; throws where they are missing, damaged or of another task. */
export async function loadPredictor<Target, Prediction>(
	run: Run,
	task: Task<Target, Prediction>,
): Promise<Predictor<Prediction>> {
	const { weights } = runFiles(run.folder);
	const { tensors } = await readWeights(
		weights,
		"remove it to fine-tune the run anew; its results stay",
	);
	const { architecture } = run.record.backbone;
	const model = loadModel(architecture, task, tensors);
	const forward = compile(
		(images: tf.Tensor4D) =>
			task.forward(
				model.params,
				model.backbone,
				normalize(images, task.normalization),
			),
		{ frozen: Object.values(model.params) },
	);
	return {
		run,
		predict: (images, shown) => {
			const output = tf.tidy(() => forward(images));
			const predictions = task.predictions(output, shown);
			tf.dispose(output);
			return predictions;
		},
		dispose: () => disposeModel(model),
	};
}
