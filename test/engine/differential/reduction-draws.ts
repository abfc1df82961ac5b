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
import type { Draw } from "./trial.js";

interface ReductionOptions extends NumbersOptions {
	readonly dtypes?: readonly Plain["dtype"][];
	readonly differentiable?: boolean;
	/** The name of the attribute with the axes. */
	readonly name?: string;
}

const numeric = ["float32", "float32", "float32", "int32"] as const;

const reduction =
	({
		dtypes = numeric,
		differentiable = true,
		name = "axis",
		...options
	}: ReductionOptions = {}): Draw =>
	(random) => {
		const dtype = pick(random, dtypes);
		const shape = shapeOf(random);
		return {
			inputs: { x: numbers(random, shape, dtype, options) },
			attributes: {
				[name]: axesOf(random, shape.length),
				keepDims: chance(random, 0.5),
			},
			...(differentiable && dtype === "float32" && { differentiable: ["x"] }),
		};
	};

const argument: Draw = (random) => {
	const shape = shapeOf(random, { least: 1 });
	const dtype = pick(random, numeric);
	return {
		inputs: { x: numbers(random, shape, dtype, { odd: 0.5 }) },
		attributes: { axis: axisOf(random, shape.length) },
	};
};

const softmax =
	(name: string): Draw =>
	(random) => {
		const shape = shapeOf(random, { least: 1, most: 4 });
		return {
			inputs: { logits: numbers(random, shape) },
			attributes: { [name]: shape.length - 1 },
			differentiable: ["logits"],
		};
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
	const length = shape.at(-1) as number;
	return {
		inputs: {
			x: numbers(random, shape, pick(random, numeric), {
				odd: 0.5,
				low: -9,
				high: 9,
			}),
		},
		attributes: { k: random.integer(1, length + 1), sorted: true },
	};
};

function batchNorm(random: Random) {
	const shape = shapeOf(random, { least: 4, most: 4 });
	const channels = [shape.at(-1) as number];
	const plain = (low: number, high: number) =>
		numbers(random, channels, "float32", { low, high, odd: 0.1 });
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
	const shape = shapeOf(random, { least: 1, most: 4 });
	const numSegments = random.integer(1, 5);
	const dtype = pick(random, ["float32", "float32", "int32"] as const);
	return {
		inputs: {
			x: numbers(random, shape, dtype, { odd: 0 }),
			segmentIds: numbers(random, shape.slice(0, 1), "int32", {
				low: -1,
				high: numSegments,
			}),
		},
		attributes: { numSegments },
		...(dtype === "float32" && { differentiable: ["x"] }),
	};
};

const quantifier = reduction({ dtypes: ["bool"], differentiable: false });

/** Reductions, and what is built on them. */
export const reductionDraws: Readonly<Record<string, Draw>> = {
	All: quantifier,
	Any: quantifier,
	ArgMax: argument,
	ArgMin: argument,
	Cumsum: cumsum,
	FusedBatchNorm: batchNorm,
	LogSoftmax: softmax("axis"),
	Max: reduction({ name: "reductionIndices", odd: 0.5 }),
	Mean: reduction(),
	Min: reduction({ odd: 0.5 }),
	Prod: reduction({ low: 0.8, high: 1.2 }),
	Softmax: softmax("dim"),
	Sum: reduction({ dtypes: ["float32", "float32", "int32", "bool"] }),
	TopK: topK,
	UnsortedSegmentSum: segmentSum,
};
