import * as tf from "@tensorflow/tfjs";
import type { Architecture } from "../backbones/architectures.js";
import {
	type Backbone,
	backbone,
	backboneOf,
	headless,
	paramsOf,
	untrainedBackbone,
	weightsOf,
} from "../backbones/backbone.js";
import {
	checkParams,
	drawParams,
	exportParams,
	loadParams,
} from "../backbones/state-dict.js";
import { type NamedTensors, toFloat32 } from "../checkpoint/tensor.js";
import type { ParamSpecs, Params } from "../nn/params.js";
import type { Task } from "../tasks/task.js";

/** A backbone without its classifier, and the layers of a task on top of it. */
export interface Model {
	readonly backbone: Backbone;
	readonly head: ParamSpecs;
	/** The weights of both, by their names in the state_dict. */
	readonly params: Params;
}

/** What a model adds to a backbone, and of what it makes use. */
type Head = Pick<Task, "headParams" | "uses">;

/** All weights that a model can train, and those of the task's layers. */
export function trainableSpecs(
	source: Backbone,
	task: Head,
): { readonly all: ParamSpecs; readonly head: ParamSpecs } {
	const trainable = (specs: ParamSpecs): ParamSpecs =>
		Object.fromEntries(
			Object.entries(specs).filter(([, { statistic }]) => !statistic),
		);
	const head = trainable(task.headParams(source));
	const own = trainable(paramsOf(headless(source.architecture, task.uses)));
	return { all: { ...own, ...head }, head };
}

/** A copy of the backbone with new layers for the task, drawn with the seed. */
export function newModel(source: Backbone, task: Head, seed: number): Model {
	const net = headless(source.architecture, task.uses);
	const copy = backbone(net, weightsOf(source));
	const head = task.headParams(copy);
	return {
		backbone: copy,
		head,
		params: { ...copy.params, ...drawParams(head, seed) },
	};
}

/** Throws one error that lists all that does not fit a model, in the backbone and in the task's layers. */
function checkModel(
	net: Architecture,
	task: Head,
	tensors: NamedTensors,
): void {
	// Which layers the task adds depends on the sizes of the backbone, not on its weights.
	const sizes = untrainedBackbone(net);
	const head = task.headParams(sizes);
	sizes.dispose();
	checkParams({ ...paramsOf(net), ...head }, tensors);
}

/** A fine-tuned model from its state_dict; throws one error that lists all that does not fit. */
export function loadModel(
	architecture: Architecture,
	task: Head,
	tensors: NamedTensors,
): Model {
	const net = headless(architecture, task.uses);
	const names = new Set(Object.keys(paramsOf(net)));
	const [own, rest] = [true, false].map((wanted) =>
		Object.fromEntries(
			Object.entries(tensors).filter(([name]) => names.has(name) === wanted),
		),
	) as [NamedTensors, NamedTensors];
	let copy: Backbone | undefined;
	try {
		copy = backbone(net, own);
		const head = task.headParams(copy);
		const params = { ...copy.params, ...loadParams(head, rest) };
		return { backbone: copy, head, params };
	} catch (error) {
		copy?.dispose();
		checkModel(net, task, tensors);
		throw error;
	}
}

/** A model that computes with other values; those of weights may be tensors of which gradients are taken. */
export const withParams = (
	{ backbone: { architecture } }: Model,
	params: Params,
): Pick<Model, "backbone" | "params"> => ({
	backbone: backboneOf(architecture, params),
	params,
});

/** Another model with the same values. */
export function copyOfModel(model: Model, task: Head): Model {
	const { architecture } = model.backbone;
	return loadModel(architecture, task, modelStateDict(model));
}

/** Gives variables the values of the tensors of their names; throws where one has none of its shape. */
export function assignParams(params: Params, values: NamedTensors): void {
	for (const [name, variable] of Object.entries(params)) {
		const tensor = values[name];
		if (!tensor || !tf.util.arraysEqual([...tensor.shape], variable.shape))
			throw new Error(
				`there are no values for ${name}, of shape [${variable.shape}]`,
			);
		tf.tidy(() =>
			variable.assign(tf.tensor(toFloat32(tensor).slice(), [...tensor.shape])),
		);
	}
}

/** The model whose variables have these values, as a state of training holds them; other tensors are left alone. */
export function modelOfVariables(
	architecture: Architecture,
	task: Head,
	values: NamedTensors,
): Model {
	const source = untrainedBackbone(architecture);
	const model = newModel(source, task, 0);
	source.dispose();
	try {
		assignParams(model.params, values);
		return model;
	} catch (error) {
		disposeModel(model);
		throw error;
	}
}

/** The weights of a model as a state_dict that PyTorch loads. */
export function modelStateDict({
	backbone,
	head,
	params,
}: Model): NamedTensors {
	const specs = { ...paramsOf(backbone.architecture), ...head };
	return exportParams(specs, params);
}

/** Frees the weights. */
export function disposeModel({ params }: Model): void {
	tf.dispose(params);
}
