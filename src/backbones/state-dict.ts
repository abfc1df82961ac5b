import * as tf from "@tensorflow/tfjs";
import {
	type NamedTensor,
	type NamedTensors,
	numbersPerElement,
	toFloat32,
} from "../checkpoint/tensor.js";
import {
	initialValues,
	makeParam,
	type ParamSpecs,
	type Params,
	param,
	paramValues,
} from "../nn/params.js";

const derived = /\.(num_batches_tracked|relative_position_index|attn_mask)$/;

/** Whether a name is that of a counter that nothing reads, or of a table that follows from the sizes. */
export const isDerived = (name: string): boolean => derived.test(name);

const list = (title: string, names: readonly string[]): string =>
	names.length > 0 ? `\n${title} (${names.length}): ${names.join(", ")}` : "";

/** Throws one error that tells everything in which the tensors differ from the weights of the model. */
export function checkParams(
	specs: ParamSpecs,
	tensors: NamedTensors,
	isIgnored: (name: string) => boolean = () => false,
): void {
	const missing: string[] = [];
	const misshapen: string[] = [];
	const complex: string[] = [];
	for (const [name, { shape, optional }] of Object.entries(specs)) {
		const tensor = tensors[name];
		if (tensor === undefined) {
			if (!optional) missing.push(name);
		} else if (!tf.util.arraysEqual([...tensor.shape], [...shape])) {
			misshapen.push(`${name} is [${tensor.shape}], not [${shape}]`);
		} else if (numbersPerElement(tensor.dtype) > 1) complex.push(name);
	}
	const extra = Object.keys(tensors).filter(
		(name) => !Object.hasOwn(specs, name) && !isIgnored(name),
	);
	if (missing.length + misshapen.length + complex.length + extra.length === 0)
		return;
	throw new Error(
		`the checkpoint does not fit the model:${list("missing", missing)}${list("not in the model", extra)}${list("of another shape", misshapen)}${list("complex", complex)}`,
	);
}

/**
 * Turns a state_dict into the variables of a model, in TensorFlow.js's layout.
 *
 * `isIgnored` names what may be left over. Throws one error that lists all missing, extra and misshapen
 * tensors.
 */
export function loadParams(
	specs: ParamSpecs,
	tensors: NamedTensors,
	{ isIgnored = (_name: string): boolean => false } = {},
): Params {
	checkParams(specs, tensors, isIgnored);
	const params: Params = {};
	for (const [name, spec] of Object.entries(specs)) {
		const tensor = tensors[name];
		const values = tensor ? toFloat32(tensor) : initialValues(name, spec, 0);
		params[name] = makeParam(spec, values);
	}
	return params;
}

/** Draws the variables of a model before training; the same seed gives the same values everywhere. */
export function drawParams(specs: ParamSpecs, seed: number): Params {
	return Object.fromEntries(
		Object.entries(specs).map(([name, spec]) => [
			name,
			makeParam(spec, initialValues(name, spec, seed)),
		]),
	);
}

/** Turns the variables of a model back into a state_dict: float32, PyTorch's layout. */
export function exportParams(specs: ParamSpecs, params: Params): NamedTensors {
	const tensors: Record<string, NamedTensor> = {};
	for (const [name, spec] of Object.entries(specs)) {
		const data = paramValues(param(params, name), spec);
		tensors[name] = { dtype: "float32", shape: [...spec.shape], data };
	}
	return tensors;
}
