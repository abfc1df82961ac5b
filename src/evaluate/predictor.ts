import { findArchitecture } from "../backbones/architecture-form.js";
import type { NamedTensors } from "../checkpoint/tensor.js";
import { runFiles } from "../runs/run-folder.js";
import { readWeights } from "../runs/weights-file.js";
import type { Task } from "../tasks/task.js";
import { averagePrefix } from "../train/average.js";
import {
	disposeModel,
	loadModel,
	type Model,
	modelOfVariables,
} from "../train/model.js";
import { makePredictor, type Predictor } from "../train/predictor.js";
import type { Run } from "../train/run.js";
import { readState } from "../train/training-state.js";
import { type Adaptation, makeAdapter } from "./adaptation.js";

/** A model of a run, ready to predict. */
export interface RunPredictor<Prediction> extends Predictor<Prediction> {
	readonly run: Run;
	/** Updates made, where the run is not finished. */
	readonly step?: number;
	/** Begins anew: what it adapted to is forgotten. */
	reset?(): void;
	/** Frees the weights too. */
	dispose(): void;
}

/** Which weights of a run. */
interface Weights {
	/** The average of a run that ends with one, or its last weights. */
	readonly average: boolean;
}

/** The averages of a saved state in place of the weights. */
const withAverages = (tensors: NamedTensors): NamedTensors => ({
	...tensors,
	...Object.fromEntries(
		Object.entries(tensors).flatMap(([name, tensor]) =>
			name.startsWith(averagePrefix)
				? [[name.slice(averagePrefix.length), tensor] as const]
				: [],
		),
	),
});

/** The model of a run, or as it is in the last saved state of one that is not finished. */
async function loadRun(
	{ folder, finished, record }: Run,
	task: Task,
	{ average }: Weights,
): Promise<{ readonly model: Model; readonly step?: number }> {
	const architecture = await findArchitecture(record.backbone.architecture);
	if (!finished) {
		const { tensors: all, standing } = await readState(folder);
		const tensors = average ? withAverages(all) : all;
		const model = modelOfVariables(architecture, task, tensors);
		return { model, step: standing.step };
	}
	const { tensors } = await readWeights(
		runFiles(folder)[average ? "weights" : "last"],
		"remove it to fine-tune the run anew; its results stay",
	);
	return { model: loadModel(architecture, task, tensors) };
}

/** Loads the weights of a run; throws where they are missing, damaged or of another task, or cannot be adapted. */
export async function loadPredictor<Target, Prediction>(
	run: Run,
	task: Task<Target, Prediction>,
	{
		average = true,
		adaptation,
	}: Partial<Weights> & { readonly adaptation?: Adaptation | undefined } = {},
): Promise<RunPredictor<Prediction>> {
	const { model, step } = await loadRun(run, task as Task, { average });
	// Images that are shown one by one vary in size: weights that are part of each graph would fill the memory.
	const isFrozen = task.testBatchSize !== 1;
	try {
		const predictor = adaptation
			? makeAdapter<Prediction>(adaptation, {
					task: task as Task,
					model,
					isFrozen,
				})
			: makePredictor(task, model, isFrozen ? Object.values(model.params) : []);
		return {
			predictSurely: (input) => ({
				predictions: predictor.predict(input),
				confidences: undefined,
			}),
			...predictor,
			run,
			...(step !== undefined && { step }),
			dispose() {
				predictor.dispose();
				disposeModel(model);
			},
		};
	} catch (error) {
		disposeModel(model);
		throw error;
	}
}
