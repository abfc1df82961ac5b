import { findArchitecture } from "../backbones/architecture-form.js";
import { runFiles } from "../runs/run-folder.js";
import { readWeights } from "../runs/weights-file.js";
import type { Task } from "../tasks/task.js";
import {
	disposeModel,
	loadModel,
	type Model,
	modelOfVariables,
} from "../train/model.js";
import { makePredictor, type Predictor } from "../train/predictor.js";
import type { Run } from "../train/run.js";
import { readState } from "../train/training-state.js";

/** A model of a run, ready to predict. */
export interface RunPredictor<Prediction> extends Predictor<Prediction> {
	readonly run: Run;
	/** Updates made, where the run is not finished. */
	readonly step?: number;
	/** Frees the weights too. */
	dispose(): void;
}

/** The model of a run, or as it is in the last saved state of one that is not finished. */
async function loadRun(
	{ folder, finished, record }: Run,
	task: Task,
): Promise<{ readonly model: Model; readonly step?: number }> {
	const architecture = await findArchitecture(record.backbone.architecture);
	if (!finished) {
		const { tensors, standing } = await readState(folder);
		const model = modelOfVariables(architecture, task, tensors);
		return { model, step: standing.step };
	}
	const { tensors } = await readWeights(
		runFiles(folder).weights,
		"remove it to fine-tune the run anew; its results stay",
	);
	return { model: loadModel(architecture, task, tensors) };
}

/** Loads the weights of a run; throws where they are missing, damaged or of another task. */
export async function loadPredictor<Target, Prediction>(
	run: Run,
	task: Task<Target, Prediction>,
): Promise<RunPredictor<Prediction>> {
	const { model, step } = await loadRun(run, task as Task);
	// Images that are shown one by one vary in size: weights that are part of each graph would fill the memory.
	const frozen = task.testBatchSize === 1 ? [] : Object.values(model.params);
	const predictor = makePredictor(task, model, frozen);
	return {
		run,
		...(step !== undefined && { step }),
		predict: predictor.predict,
		predictSurely: predictor.predictSurely,
		dispose() {
			predictor.dispose();
			disposeModel(model);
		},
	};
}
