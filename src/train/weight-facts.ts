import * as tf from "@tensorflow/tfjs";
import type { NameFilter } from "../backbones/groups.js";
import type { ParamSpecs } from "../nn/params.js";

/** What is known of a weight besides its values. */
export interface WeightFacts {
	/** In the state_dict. */
	readonly name: string;
	/** Whether it is of the task's own layers. */
	readonly isHead: boolean;
	/** In PyTorch's order of axes. */
	readonly shape: readonly number[];
	/** Where each of PyTorch's axes is in the tensor, whose order is TensorFlow.js's. */
	readonly axes: readonly number[];
}

const inOrder = (count: number): number[] =>
	Array.from({ length: count }, (_, axis) => axis);

/** The facts of weights by their specifications. */
export function factsBySpecs(
	specs: ParamSpecs,
	isHead: NameFilter,
): (name: string) => WeightFacts {
	return (name) => {
		const spec = specs[name];
		if (!spec) throw new Error(`the model has no weight "${name}"`);
		const { shape, view = shape, axes } = spec;
		const places = inOrder(view.length);
		return {
			...{ name, isHead: isHead(name), shape },
			axes: axes ? places.map((axis) => axes.indexOf(axis)) : places,
		};
	};
}

/** The facts of a weight of which nothing but its tensor is known. */
export const plainFacts = (
	name: string,
	{ shape }: tf.Tensor,
): WeightFacts => ({
	name,
	isHead: false,
	shape,
	axes: inOrder(shape.length),
});

/** The axes along which a row goes, one output channel; a vector is one row. */
const alongRows = (facts: WeightFacts, rank: number): number[] =>
	facts.shape.length < 2
		? inOrder(rank)
		: inOrder(rank).filter((axis) => axis !== facts.axes[0]);

/** The sum over each row, with axes of length 1 where there were others. */
export const rowSums = (x: tf.Tensor, facts: WeightFacts): tf.Tensor =>
	tf.sum(x, alongRows(facts, x.rank), true);

/** The shape of the sums over rows of a tensor of some shape. */
export function shapeOfRows(
	shape: readonly number[],
	facts: WeightFacts,
): number[] {
	const along = alongRows(facts, shape.length);
	return shape.map((length, axis) => (along.includes(axis) ? 1 : length));
}
