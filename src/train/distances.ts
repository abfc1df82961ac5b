import { familyOf } from "../backbones/families.js";
import { toFloat32 } from "../checkpoint/tensor.js";
import { type Model, modelStateDict } from "./model.js";

/** The values of weights by their names. */
export type WeightValues = ReadonlyMap<string, Float32Array>;

/** A copy of the weights that are trained, statistics left out. */
export const valuesOf = (model: Model): WeightValues =>
	new Map(
		Object.entries(modelStateDict(model)).flatMap(([name, tensor]) =>
			model.params[name]?.trainable
				? [[name, toFloat32(tensor).slice()] as const]
				: [],
		),
	);

/** Which part of the network a weight is of; a family that knows no stages has one, its backbone. */
function partOf(name: string, { backbone, head }: Model): string {
	if (name in head) return "head";
	const { architecture } = backbone;
	const family = familyOf(architecture);
	if (!family.stageOf) return "backbone";
	const stage = family.stageOf(name, architecture);
	if (stage === undefined) return "backbone";
	return stage === 0 ? "stem" : `stage ${stage}`;
}

/**
 * How far the weights of a model are from where they began, part by part: the norm of the move by that of the beginning.
 * A part that began at zero is left out.
 */
export function distances(
	model: Model,
	initial: WeightValues,
): Readonly<Record<string, number>> {
	const sums = new Map<string, { moved: number; began: number }>();
	for (const [name, now] of valuesOf(model)) {
		const before = initial.get(name) as Float32Array;
		const part = partOf(name, model);
		const sum = sums.get(part) ?? { moved: 0, began: 0 };
		now.forEach((value, i) => {
			sum.moved += (value - (before[i] as number)) ** 2;
			sum.began += (before[i] as number) ** 2;
		});
		sums.set(part, sum);
	}
	return Object.fromEntries(
		[...sums].flatMap(([part, { moved, began }]) =>
			began > 0 ? [[`distance: ${part}`, Math.sqrt(moved / began)]] : [],
		),
	);
}
