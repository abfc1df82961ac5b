import type { Random } from "../../../src/index.js";
import { chance, numbers, pick, shapeOf } from "./draw.js";
import type { Draw } from "./trial.js";

function leading(random: Random): [number[], number[]] {
	const shape = shapeOf(random, { most: 3 }).map((n) => Math.min(n, 4));
	const ones = shape.map(() => 1);
	return pick(random, [
		[shape, shape],
		[shape, ones],
		[ones, shape],
	] as [number[], number[]][]);
}

const turned = (shape: [number, number], isTurned: boolean): number[] =>
	isTurned ? shape.toReversed() : shape;

function product(random: Random, [left, right]: [number[], number[]]) {
	const length = () => (chance(random, 0.05) ? 0 : random.integer(1, 8));
	const [rows, inner, columns] = [length(), length(), length()];
	const transposeA = chance(random, 0.4);
	const transposeB = chance(random, 0.4);
	return {
		inputs: {
			a: numbers(random, [...left, ...turned([rows, inner], transposeA)]),
			b: numbers(random, [...right, ...turned([inner, columns], transposeB)]),
		},
		attributes: { transposeA, transposeB },
		columns,
	};
}

const batchMatMul: Draw = (random) => {
	const shapes = leading(random);
	const { inputs, attributes } = product(random, shapes);
	const isSame = `${shapes[0]}` === `${shapes[1]}`;
	return {
		inputs,
		attributes,
		...(isSame && { differentiable: ["a", "b"] }),
	};
};

const fusedMatMul: Draw = (random) => {
	const { inputs, attributes, columns } = product(random, [[], []]);
	const activation = pick(random, [
		"linear",
		"relu",
		"relu6",
		"elu",
		"sigmoid",
		"leakyrelu",
		"prelu",
	]);
	const row = () => numbers(random, [columns]);
	return {
		inputs: {
			...inputs,
			...(chance(random, 0.7) && { bias: row() }),
			...(activation === "prelu" && { preluActivationWeights: row() }),
		},
		attributes: { ...attributes, activation, leakyreluAlpha: 0.2 },
	};
};

/** Matrix products. */
export const matrixDraws: Readonly<Record<string, Draw>> = {
	BatchMatMul: batchMatMul,
	_FusedMatMul: fusedMatMul,
};
