import type { NamedTensors } from "../checkpoint/tensor.js";
import { runFiles } from "../runs/run-folder.js";
import { writeWeights } from "../runs/weights-file.js";
import type { WeightValues } from "./distances.js";
import { type Model, modelStateDict } from "./model.js";
import { variedNames } from "./recipe-variation.js";
import type { RunRecord } from "./run.js";
import type { TrainStep } from "./train-step.js";
import { removeState, type TrainingState } from "./training-state.js";

/** A run while it is being trained. */
export interface Training {
	readonly record: RunRecord;
	readonly folder: string;
	/** As it is trained. */
	readonly model: Model;
	/** What the run ends with: an average of its weights, where the recipe has one. */
	readonly result: Model;
	/** The weights that it began with; none where nobody looks. */
	readonly initial: WeightValues;
	readonly trainStep: TrainStep;
	readonly state: TrainingState;
}

/** What to say where a run has diverged. */
export function explainDivergence(
	{ recipe }: RunRecord,
	step: number,
	what: string,
): Error {
	const advice = [
		`a lower learning rate than ${recipe.learningRate}`,
		...(recipe.warmUp ? ["a longer warmUp"] : ["a warmUp"]),
		...(recipe.gradientClip === null
			? ["a gradientClip, such as 1"]
			: ["a smaller gradientClip"]),
		...variedNames(recipe).map((name) => `the same without ${name}`),
	];
	return new Error(
		`${what} at step ${step}: the run is stopped, and what it learned is lost. Try ${advice.join(", or ")}`,
	);
}

function checkFinite({ record, state }: Training, tensors: NamedTensors): void {
	for (const [name, { data }] of Object.entries(tensors)) {
		const isSound = (data as Float32Array).every(Number.isFinite);
		if (!isSound)
			throw explainDivergence(
				record,
				state.standing.step,
				`${name} is not finite`,
			);
	}
}

/** Saves what a run has learned; throws where it is not finite. */
export function saveResult(training: Training): void {
	const { record, folder, model, result, state } = training;
	const tensors = state.best ?? modelStateDict(result);
	checkFinite(training, tensors);
	if (result !== model) {
		const last = modelStateDict(model);
		checkFinite(training, last);
		writeWeights(runFiles(folder).last, last, { run: record.id });
	}
	writeWeights(runFiles(folder).weights, tensors, { run: record.id });
	removeState(folder);
}
