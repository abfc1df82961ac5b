import * as tf from "@tensorflow/tfjs";
import { bool, integer, normal, type Plain, uniform } from "./tensors.js";

/** A function of tensors, the inputs to try it on, and whether its gradients are compared too. */
export interface Case {
	readonly name: string;
	readonly inputs: readonly Plain[];
	readonly fn: (...inputs: never[]) => tf.Tensor | tf.Tensor[];
	readonly gradient?: boolean;
	/** Left to the JavaScript kernels on purpose. */
	readonly javascript?: boolean;
	/** Why WebGPU does not come close. */
	readonly notOnWebgpu?: string;
	/** How TensorFlow differs, besides the padding that it refuses. */
	readonly notOnTensorFlow?: string;
}

type T = tf.Tensor;
type T4 = tf.Tensor4D;

interface Unary {
	readonly fn: (x: T) => T;
	readonly input?: Plain;
	readonly notOnWebgpu?: string;
}

const reassociates = "its compilers may reorder sums, which loses small x";

const unaryFloat: Record<string, Unary> = {
	abs: { fn: tf.abs },
	acos: { fn: tf.acos, input: uniform([3, 5], -0.9, 0.9) },
	asin: { fn: tf.asin, input: uniform([3, 5], -0.9, 0.9) },
	atan: { fn: tf.atan },
	acosh: { fn: tf.acosh, input: uniform([3, 5], 1.1, 4) },
	asinh: { fn: tf.asinh },
	atanh: { fn: tf.atanh, input: uniform([3, 5], -0.9, 0.9) },
	ceil: { fn: tf.ceil },
	clip: { fn: (x) => tf.clipByValue(x, -0.5, 0.7) },
	cos: { fn: tf.cos },
	cosh: { fn: tf.cosh },
	elu: { fn: tf.elu },
	erf: { fn: tf.erf },
	exp: { fn: tf.exp },
	expm1: { fn: tf.expm1 },
	"expm1 of tiny numbers": {
		fn: tf.expm1,
		input: normal([4, 4], { scale: 1e-6 }),
		notOnWebgpu: reassociates,
	},
	floor: { fn: tf.floor },
	leakyRelu: { fn: (x) => tf.leakyRelu(x, 0.1) },
	log: { fn: tf.log, input: uniform([3, 5], 0.1, 4) },
	log1p: { fn: tf.log1p, input: uniform([3, 5], -0.5, 4) },
	"log1p of tiny numbers": {
		fn: tf.log1p,
		input: normal([4, 4], { scale: 1e-6 }),
		notOnWebgpu: reassociates,
	},
	logSigmoid: { fn: tf.logSigmoid },
	neg: { fn: tf.neg },
	reciprocal: { fn: tf.reciprocal, input: uniform([3, 5], 0.3, 4) },
	relu: { fn: tf.relu },
	relu6: { fn: tf.relu6, input: normal([5, 7], { scale: 6 }) },
	rsqrt: { fn: tf.rsqrt, input: uniform([3, 5], 0.1, 4) },
	selu: { fn: tf.selu },
	sigmoid: { fn: tf.sigmoid },
	sin: { fn: tf.sin },
	sinh: { fn: tf.sinh },
	softplus: { fn: tf.softplus },
	sqrt: { fn: tf.sqrt, input: uniform([3, 5], 0.1, 4) },
	square: { fn: tf.square },
	tan: { fn: tf.tan, input: uniform([3, 5], -1, 1) },
	tanh: { fn: tf.tanh },
};

const unaryCases: Case[] = [
	...Object.entries(unaryFloat).map(([name, { fn, input, ...rest }]) => ({
		name,
		inputs: [input ?? normal([3, 5, 2])],
		fn: fn as Case["fn"],
		gradient: !["ceil", "floor"].includes(name),
		...rest,
	})),
	{
		name: "relu of a scalar",
		inputs: [normal([])],
		fn: tf.relu,
		gradient: true,
	},
	{
		name: "round to even",
		inputs: [
			{ shape: [5], dtype: "float32", values: [0.5, 1.5, 2.5, -0.5, 1.2] },
		],
		fn: tf.round,
	},
	{
		name: "sign",
		inputs: [{ shape: [3], dtype: "float32", values: [-2, 0, 3] }],
		fn: tf.sign,
	},
	{
		name: "step",
		inputs: [
			{ shape: [5], dtype: "float32", values: [-2, 0, 3, 1e-30, -1e-30] },
		],
		fn: (x: T) => tf.step(x),
	},
	{
		name: "isNaN, isInf, isFinite",
		inputs: [
			{
				shape: [4],
				dtype: "float32",
				values: [Number.NaN, Infinity, -Infinity, 1],
			},
		],
		fn: (x: T) => [tf.isNaN(x), tf.isInf(x), tf.isFinite(x)],
	},
	{
		name: "prelu",
		inputs: [normal([2, 3, 4]), uniform([4], 0.1, 0.5)],
		fn: (x: T, a: T) => tf.prelu(x, a),
		gradient: true,
	},
	{
		name: "cast to int32",
		inputs: [normal([7], { scale: 4 })],
		fn: (x: T) => tf.cast(x, "int32"),
	},
	{
		name: "cast bool to float32",
		inputs: [bool([7])],
		fn: (x: T) => tf.cast(x, "float32"),
	},
	{
		name: "cast float32 to bool",
		inputs: [{ shape: [3], dtype: "float32", values: [0, -1, 0.5] }],
		fn: (x: T) => tf.cast(x, "bool"),
	},
	{ name: "logicalNot", inputs: [bool([7])], fn: (x: T) => tf.logicalNot(x) },
	{
		name: "abs of no elements",
		inputs: [normal([0, 3])],
		fn: tf.abs,
		javascript: true,
	},
];

const shapesOfTwo: [number[], number[]][] = [
	[
		[3, 4],
		[3, 4],
	],
	[[2, 3, 4], [4]],
	[
		[2, 1, 4],
		[3, 1],
	],
	[[5], []],
	[[1], [2, 3]],
];

const binaryFloat: Record<string, (a: T, b: T) => T> = {
	add: tf.add,
	div: tf.div,
	maximum: tf.maximum,
	minimum: tf.minimum,
	mul: tf.mul,
	squaredDifference: tf.squaredDifference,
	sub: tf.sub,
};

// TensorFlow.js's own gradients of these do not sum over broadcast axes.
const sameShapeGradients = new Set(["maximum", "minimum", "squaredDifference"]);

const comparisons: Record<string, (a: T, b: T) => T> = {
	equal: tf.equal,
	greater: tf.greater,
	greaterEqual: tf.greaterEqual,
	less: tf.less,
	lessEqual: tf.lessEqual,
	notEqual: tf.notEqual,
};

const binaryCases: Case[] = [
	...Object.entries(binaryFloat).flatMap(([name, fn]) =>
		shapesOfTwo.map(([a, b]) => ({
			name: `${name} [${a}] [${b}]`,
			inputs: [normal(a), uniform(b, 0.5, 2, 1)],
			fn: fn as Case["fn"],
			gradient: !sameShapeGradients.has(name) || `${a}` === `${b}`,
		})),
	),
	...Object.entries(comparisons).flatMap(([name, fn]) => [
		{
			name,
			inputs: [integer([4, 3], 0, 3), integer([3], 0, 3, 1)],
			fn: fn as Case["fn"],
		},
		{
			name: `${name} of float32`,
			inputs: [normal([4, 3]), normal([4, 3], { seed: 1 })],
			fn: fn as Case["fn"],
		},
	]),
	{
		name: "add of int32",
		inputs: [integer([4, 3], -9, 9), integer([3], -9, 9)],
		fn: tf.add,
	},
	{
		name: "mul of int32",
		inputs: [integer([4, 3], -9, 9), integer([1], -9, 9)],
		fn: tf.mul,
	},
	{
		name: "maximum of int32",
		inputs: [integer([4, 3], -9, 9), integer([4, 1], -9, 9)],
		fn: tf.maximum,
	},
	{
		name: "floorDiv",
		notOnTensorFlow: "its quotients are floats, those of JavaScript int32",
		inputs: [normal([9], { scale: 9 }), uniform([9], 1, 3)],
		fn: tf.floorDiv,
	},
	{
		name: "pow",
		inputs: [uniform([3, 4], 0.2, 3), normal([4])],
		fn: (a: T, b: T) => tf.pow(a, b),
		gradient: true,
	},
	{
		name: "logicalAnd, logicalOr",
		inputs: [bool([4, 3]), bool([3], 1)],
		fn: (a: T, b: T) => [tf.logicalAnd(a, b), tf.logicalOr(a, b)],
	},
	{
		name: "where",
		inputs: [bool([3, 4]), normal([3, 4]), normal([3, 4], { seed: 1 })],
		fn: (c: T, a: T, b: T) => tf.where(c, a, b),
		gradient: true,
	},
	{
		name: "addN",
		inputs: [
			normal([3, 4]),
			normal([3, 4], { seed: 1 }),
			normal([3, 4], { seed: 2 }),
		],
		fn: (...all: T[]) => tf.addN(all),
		gradient: true,
	},
	{
		name: "broadcastTo",
		inputs: [normal([3, 1, 2])],
		fn: (x: T) => tf.broadcastTo(x, [2, 3, 4, 2]),
		gradient: true,
	},
];

const axesToReduce: (number | number[] | undefined)[] = [
	undefined,
	0,
	-1,
	[0, 1],
	[0, 2],
	[1],
];
const reductionsOf: Record<
	string,
	(x: T, axis: number | number[] | undefined, keepDims: boolean) => T
> = {
	max: (x, axis, keep) => tf.max(x, axis, keep),
	mean: (x, axis, keep) => tf.mean(x, axis, keep),
	min: (x, axis, keep) => tf.min(x, axis, keep),
	prod: (x, axis, keep) => tf.prod(x, axis, keep),
	sum: (x, axis, keep) => tf.sum(x, axis, keep),
};

const reductionCases: Case[] = [
	...Object.entries(reductionsOf).flatMap(([name, fn]) =>
		axesToReduce.map((axis, i) => ({
			name: `${name} over ${axis ?? "everything"}`,
			inputs: [normal([3, 4, 5])],
			fn: (x: T) => fn(x, axis, i % 2 === 0),
			gradient: name !== "prod",
		})),
	),
	{
		name: "sum of a tall matrix",
		inputs: [normal([1024, 3])],
		fn: (x: T) => tf.sum(x, 0),
		gradient: true,
	},
	{
		name: "mean over an image",
		inputs: [normal([2, 32, 32, 3])],
		fn: (x: T) => tf.mean(x, [0, 1, 2]),
		gradient: true,
	},
	{
		name: "sum of int32",
		inputs: [integer([3, 4], -9, 9)],
		fn: (x: T) => tf.sum(x, 1),
	},
	{
		name: "sum of an axis of length 1",
		inputs: [normal([3, 1, 2])],
		fn: (x: T) => tf.sum(x, 1),
		gradient: true,
	},
	{
		name: "any, all",
		inputs: [bool([4, 3])],
		fn: (x: T) => [tf.any(x, 1), tf.all(x, 0, true)],
	},
	{
		name: "argMax, argMin",
		inputs: [normal([4, 5, 3])],
		fn: (x: T) => [tf.argMax(x, 1), tf.argMin(x, -1)],
	},
	{
		name: "softmax",
		inputs: [normal([4, 7])],
		fn: (x: T) => tf.softmax(x),
		gradient: true,
	},
	{
		name: "logSoftmax",
		inputs: [normal([4, 7], { scale: 9 })],
		fn: (x: T) => tf.logSoftmax(x),
		gradient: true,
	},
	{
		name: "logSumExp",
		inputs: [normal([4, 7])],
		fn: (x: T) => tf.logSumExp(x, 1),
		gradient: true,
	},
	{
		name: "cumsum",
		inputs: [normal([4, 7])],
		fn: (x: T) => [tf.cumsum(x, 1), tf.cumsum(x, 0, true, true)],
	},
	{
		name: "topk",
		inputs: [normal([4, 9])],
		fn: (x: T) => {
			const { values, indices } = tf.topk(x, 3);
			return [values, indices];
		},
	},
	{
		name: "moments",
		inputs: [normal([4, 5, 6, 3], { shift: 2 })],
		fn: (x: T) => {
			const { mean, variance } = tf.moments(x, [0, 1, 2]);
			return [mean, variance];
		},
		gradient: true,
	},
	{
		name: "batchNorm",
		inputs: [
			normal([2, 3, 4, 5]),
			normal([5]),
			uniform([5], 0.5, 2),
			normal([5], { seed: 1 }),
			normal([5], { seed: 2 }),
		],
		fn: (
			x: T4,
			m: tf.Tensor1D,
			v: tf.Tensor1D,
			o: tf.Tensor1D,
			s: tf.Tensor1D,
		) => tf.batchNorm(x, m, v, o, s, 1e-5),
		gradient: true,
	},
	{
		name: "batchNorm without scale and offset",
		inputs: [normal([2, 5]), normal([5]), uniform([5], 0.5, 2)],
		fn: (x: tf.Tensor2D, m: tf.Tensor1D, v: tf.Tensor1D) =>
			tf.batchNorm(x, m, v),
	},
];

const matrixCases: Case[] = [
	{
		name: "matMul",
		inputs: [normal([3, 4]), normal([4, 5])],
		fn: (a: T, b: T) => tf.matMul(a, b),
		gradient: true,
	},
	{
		name: "matMul, left transposed",
		inputs: [normal([4, 3]), normal([4, 5])],
		fn: (a: T, b: T) => tf.matMul(a, b, true, false),
		gradient: true,
	},
	{
		name: "matMul, right transposed",
		inputs: [normal([3, 4]), normal([5, 4])],
		fn: (a: T, b: T) => tf.matMul(a, b, false, true),
		gradient: true,
	},
	{
		name: "matMul, both transposed",
		inputs: [normal([4, 3]), normal([5, 4])],
		fn: (a: T, b: T) => tf.matMul(a, b, true, true),
		gradient: true,
	},
	{
		name: "matMul of batches",
		inputs: [normal([2, 6, 3, 4]), normal([2, 6, 4, 5])],
		fn: (a: T, b: T) => tf.matMul(a, b),
		gradient: true,
	},
	{
		name: "matMul of a batch and a matrix",
		inputs: [normal([6, 3, 4]), normal([4, 5])],
		fn: (a: T, b: T) => tf.matMul(a, b),
	},
	{
		name: "matMul of a batch and a transposed matrix",
		inputs: [normal([6, 3, 4]), normal([1, 5, 4])],
		fn: (a: T, b: T) => tf.matMul(a, b, false, true),
	},
	{
		name: "dot of a row and a column",
		inputs: [normal([1, 9]), normal([9, 1])],
		fn: (a: T, b: T) => tf.matMul(a, b),
		gradient: true,
	},
	{
		name: "fused matMul",
		inputs: [normal([3, 4]), normal([4, 5]), normal([5])],
		fn: (a: T, b: T, bias: T) =>
			tf.fused.matMul({ a, b, bias, activation: "relu" }),
		gradient: true,
	},
];

/** Cases that are not about images; those stand in `image-cases.ts`. */
export const cases: readonly Case[] = [
	...unaryCases,
	...binaryCases,
	...reductionCases,
	...matrixCases,
];
