import type { Random } from "../../../src/index.js";
import type { Plain } from "../tensors.js";
import {
	axesOf,
	axisOf,
	chance,
	type NumbersOptions,
	numbers,
	pick,
	shapeOf,
} from "./draw.js";
import { argumentOf, largestOf, logSoftmaxOf } from "./row-oracles.js";
import type { Draw } from "./trial.js";

interface ReductionOptions extends NumbersOptions {
	readonly dtypes?: readonly Plain["dtype"][];
	readonly differentiable?: boolean;
	/** The name of the attribute with the axes. */
	readonly name?: string;
	/** Whether there is a result for no elements; JavaScript has some for all, NumPy for few. */
	readonly empty?: boolean;
}

const numeric = ["float32", "float32", "float32", "int32"] as const;

const reduction =
	({
		dtypes = numeric,
		differentiable = true,
		name = "axis",
		empty = true,
		...options
	}: ReductionOptions = {}): Draw =>
	(random) => {
		const dtype = pick(random, dtypes);
		const shape = shapeOf(random, { empty });
		return {
			inputs: { x: numbers(random, shape, dtype, options) },
			attributes: {
				[name]: axesOf(random, shape.length),
				keepDims: chance(random, 0.5),
			},
			...(differentiable && dtype === "float32" && { differentiable: ["x"] }),
		};
	};

const argument =
	(sign: 1 | -1): Draw =>
	(random) => {
		const shape = shapeOf(random, { least: 1, empty: false });
		const dtype = pick(random, numeric);
		const x = numbers(random, shape, dtype, { odd: 0.5 });
		const axis = axisOf(random, shape.length);
		const expected = {
			because: "JavaScript passes over NaN, NumPy and PyTorch find it",
			results: () => [argumentOf(x, axis, sign)],
		};
		return { inputs: { x }, attributes: { axis }, expected };
	};

const softmax: Draw = (random) => {
	const shape = shapeOf(random, { least: 1, most: 4 });
	return {
		inputs: { logits: numbers(random, shape) },
		attributes: { dim: shape.length - 1 },
		differentiable: ["logits"],
	};
};

const logSoftmax: Draw = (random) => {
	const shape = shapeOf(random, { least: 1, most: 4, empty: false });
	const logits = numbers(random, shape);
	const expected = {
		because: "there is no JavaScript kernel",
		results: () => [logSoftmaxOf(logits)],
	};
	const attributes = { axis: shape.length - 1 };
	return { inputs: { logits }, attributes, expected };
};

const cumsum: Draw = (random) => {
	const shape = shapeOf(random, { least: 1 });
	const dtype = pick(random, numeric);
	return {
		inputs: { x: numbers(random, shape, dtype) },
		attributes: {
			axis: axisOf(random, shape.length),
			exclusive: chance(random, 0.5),
			reverse: chance(random, 0.5),
		},
		...(dtype === "float32" && { differentiable: ["x"] }),
	};
};

const topK: Draw = (random) => {
	const shape = shapeOf(random, { least: 1, most: 4, empty: false });
	const k = random.integer(1, (shape.at(-1) as number) + 1);
	const range = { low: -9, high: 9 };
	const sorted = true;
	if (chance(random, 0.3)) {
		const x = numbers(random, shape, "int32", range);
		return { inputs: { x }, attributes: { k, sorted } };
	}
	const x = numbers(random, shape, "float32", { ...range, odd: 0.6 });
	const expected = {
		because: "JavaScript puts NaN anywhere, PyTorch before all numbers",
		results: () => largestOf(x, k),
	};
	return { inputs: { x }, attributes: { k, sorted }, expected };
};

function batchNorm(random: Random) {
	const shape = shapeOf(random, { least: 4, most: 4 });
	const channels = [shape.at(-1) as number];
	const plain = (low: number, high: number) =>
		numbers(random, channels, "float32", { low, high, odd: 0 });
	const inputs = {
		x: numbers(random, shape),
		mean: plain(-1, 1),
		variance: plain(0.5, 2),
		...(chance(random, 0.7) && { offset: plain(-1, 1) }),
		...(chance(random, 0.7) && { scale: plain(0.5, 2) }),
	};
	const isWhole = "offset" in inputs && "scale" in inputs;
	return {
		inputs,
		attributes: { varianceEpsilon: 1e-3 },
		...(isWhole && { differentiable: Object.keys(inputs) }),
	};
}

const segmentSum: Draw = (random) => {
	const shape = shapeOf(random, { least: 1, most: 4, empty: false });
	const numSegments = random.integer(1, 5);
	const dtype = pick(random, ["float32", "float32", "int32"] as const);
	const range = { low: -1, high: numSegments };
	const inputs = {
		x: numbers(random, shape, dtype, { odd: 0 }),
		segmentIds: numbers(random, shape.slice(0, 1), "int32", range),
	};
	const attributes = { numSegments };
	if (dtype === "float32") return { inputs, attributes, differentiable: ["x"] };
	const expected = {
		because: "JavaScript turns whole numbers into floats",
		results: (javascript: () => readonly Plain[]) =>
			javascript().map((plain) => ({ ...plain, dtype })),
	};
	return { inputs, attributes, expected };
};

const quantifier = reduction({
	dtypes: ["bool"],
	differentiable: false,
	empty: false,
});

/** Reductions, and what is built on them. */
export const reductionDraws: Readonly<Record<string, Draw>> = {
	All: quantifier,
	Any: quantifier,
	ArgMax: argument(1),
	ArgMin: argument(-1),
	Cumsum: cumsum,
	FusedBatchNorm: batchNorm,
	LogSoftmax: logSoftmax,
	Max: reduction({ name: "reductionIndices", odd: 0.5, empty: false }),
	Mean: reduction(),
	Min: reduction({ odd: 0.5, empty: false }),
	Prod: reduction({ low: 0.8, high: 1.2 }),
	Softmax: softmax,
	Sum: reduction({ dtypes: ["float32", "float32", "int32", "bool"] }),
	TopK: topK,
	UnsortedSegmentSum: segmentSum,
};
