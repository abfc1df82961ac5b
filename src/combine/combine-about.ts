import type { Architecture } from "../backbones/architectures.js";
import { headless, paramsOf } from "../backbones/backbone.js";
import { familyOf } from "../backbones/families.js";
import type { NamedTensors } from "../checkpoint/tensor.js";
import type { Task } from "../tasks/task.js";
import {
	disposeModel,
	loadModel,
	type Model,
	modelStateDict,
} from "../train/model.js";
import { makePredictor } from "../train/predictor.js";
import type { Recipe } from "../train/recipe.js";
import { scoreOn } from "../train/score.js";
import type { CombineAbout } from "./combination.js";
import { fisherOf } from "./fisher.js";
import { reEstimate } from "./re-estimate.js";

/** Tells the layers that are no part of the backbone, whether its task uses features or feature maps. */
function headFilter(net: Architecture): (name: string) => boolean {
	const forms = familyOf(net).dense
		? [headless(net), headless(net, "pyramid")]
		: [headless(net)];
	const own = new Set(forms.flatMap((form) => Object.keys(paramsOf(form))));
	return (name) => !own.has(name);
}

/** What rules can do with weights of an architecture; throws, where they need a task, without one. */
export function combineAbout(
	architecture: Architecture,
	{
		task,
		recipe,
		signal,
	}: {
		readonly task: Task | undefined;
		readonly recipe: Recipe;
		readonly signal: AbortSignal | undefined;
	},
): CombineAbout {
	const known = task as Task;
	async function withModel<Result>(
		tensors: NamedTensors,
		work: (model: Model) => Promise<Result>,
	): Promise<Result> {
		const model = loadModel(architecture, known, tensors);
		try {
			return await work(model);
		} finally {
			disposeModel(model);
		}
	}
	return {
		isHead: headFilter(architecture),
		score: (tensors, metric) =>
			withModel(tensors, async (model) => {
				const predictor = makePredictor(known, model, []);
				const data = known.heldOut as NonNullable<Task["heldOut"]>;
				try {
					return await scoreOn(known, predictor, { data, metric, signal });
				} finally {
					predictor.dispose();
				}
			}),
		reEstimated: (tensors, batches) =>
			withModel(tensors, async (model) => {
				await reEstimate(model, known, { recipe, batches, signal });
				return modelStateDict(model);
			}),
		fisher: async (member, options) =>
			withModel(await member.read(), (model) =>
				fisherOf(model, known, { ...options, signal }),
			),
	};
}
