import type {
	Architecture,
	ArchitectureName,
} from "../backbones/architectures.js";
import { fromOpenMmlab } from "../backbones/open-mmlab.js";
import { resolveArchitecture } from "../backbones/resolve-architecture.js";
import { type Checks, checkOptions } from "../check/check-options.js";
import { required, text, textOr, thing } from "../check/checks.js";
import { readCheckpoint } from "../checkpoint/read.js";
import { stateDict } from "../checkpoint/state-dict.js";
import type { NamedTensors } from "../checkpoint/tensor.js";
import type { Task } from "../tasks/task.js";
import { checkRecipe } from "./check-recipe.js";
import { describeImported } from "./describe-run.js";
import { disposeModel, loadModel, modelStateDict } from "./model.js";
import { placeOf } from "./place-of.js";
import type { Recipe } from "./recipe.js";
import type { Run } from "./run.js";
import { wholeRun } from "./whole-run.js";

/** What the weights are of: architecture, recipe and name of the run. */
export interface ImportRunOptions {
	/** Of the backbone. */
	readonly architecture: Architecture | ArchitectureName;
	/** What it was fine-tuned with, as far as is known: rows are grouped by it. */
	readonly recipe: Recipe;
	/** What the run calls the backbone, such as `resnet50/regular`; by default its architecture. */
	readonly name?: string;
	/** Where runs are kept, each in a folder of its own; `runs` by default. */
	readonly folder?: string;
}

const checks: Checks<ImportRunOptions> = {
	architecture: required(textOr(text, thing("an architecture"))),
	recipe: required(thing("a recipe")),
	name: text,
	folder: text,
};

/**
 * Makes a finished run of weights that were fine-tuned elsewhere, so that they can be evaluated like any
 * other: those of the study's released detectors and segmenters, say.
 *
 * `weights` is a file that `readCheckpoint` reads, or a state_dict: the task's layers by their names, those of
 * the backbone by theirs, with or without `backbone.` before them, or those of others that its family knows, such
 * as mmdetection's of a Swin Transformer. Called again with the same content it returns the run. Choose the engine first. Throws
 * one error that lists all weights that are missing, left over or of another shape.
 */
export async function importRun<Target, Prediction>(
	task: Task<Target, Prediction>,
	weights: string | NamedTensors,
	options: ImportRunOptions,
): Promise<Run> {
	checkOptions("importRun", options, checks);
	const { recipe, name, folder = "runs" } = options;
	checkRecipe(recipe, task);
	const architecture = resolveArchitecture("importRun", options.architecture);
	const tensors = fromOpenMmlab(
		typeof weights === "string"
			? stateDict(
					await readCheckpoint(weights, {
						only: (tensor) => !tensor.startsWith("optimizer/"),
					}),
				)
			: weights,
		architecture,
	);
	const model = loadModel(architecture, task, tensors);
	const loaded = modelStateDict(model);
	disposeModel(model);
	const { record, folder: own } = placeOf(
		folder,
		describeImported(loaded, task, {
			architecture,
			recipe,
			...(name !== undefined && { name }),
		}),
	);
	return wholeRun(own, async () => ({ record, tensors: loaded }));
}
