import type { Random } from "../../../src/index.js";
import type { Plain } from "../tensors.js";
import {
	chance,
	dtypeOf,
	type NumbersOptions,
	numbers,
	pick,
	shapeOf,
	sizeOf,
} from "./draw.js";
import type { Draw } from "./trial.js";

const smooth = (dtype: Plain["dtype"], ...names: string[]) =>
	dtype === "float32" ? { differentiable: names } : {};

/** A function of one tensor; of floats in some range only, where it has one. */
const unary =
	(
		options: NumbersOptions = {},
		{ differentiable = true, floats = false } = {},
	): Draw =>
	(random) => {
		const dtype = floats ? "float32" : dtypeOf(random);
		return {
			inputs: { x: numbers(random, shapeOf(random), dtype, options) },
			...(differentiable && smooth(dtype, "x")),
		};
	};

const flat = { differentiable: false };

/** Two shapes that broadcast, sometimes the same. */
function twoShapes(random: Random): [number[], number[]] {
	const shape = shapeOf(random);
	if (chance(random, 0.4)) return [shape, shape];
	const thinned = (kept: number): number[] =>
		shape
			.slice(random.integer(0, shape.length + 1))
			.map((length) => (chance(random, kept) ? length : 1));
	return chance(random, 0.5) ? [shape, thinned(0.7)] : [thinned(0.7), shape];
}

interface BinaryOptions {
	readonly a?: NumbersOptions;
	readonly b?: NumbersOptions;
	readonly dtypes?: readonly Plain["dtype"][];
	readonly differentiable?: "always" | "same shape" | "never";
}

const anyType = ["float32", "float32", "int32", "bool"] as const;
const numeric = ["float32", "float32", "int32"] as const;

/** A function of two tensors with broadcasting. */
const binary =
	({
		a,
		b,
		dtypes = numeric,
		differentiable = "never",
	}: BinaryOptions = {}): Draw =>
	(random) => {
		const [left, right] = twoShapes(random);
		const dtype = pick(random, dtypes);
		const isDifferentiable =
			differentiable === "always" ||
			(differentiable === "same shape" && `${left}` === `${right}`);
		return {
			inputs: {
				a: numbers(random, left, dtype, a),
				b: numbers(random, right, dtype, b),
			},
			...(isDifferentiable && smooth(dtype, "a", "b")),
		};
	};

const comparison = binary({ dtypes: anyType });
const logical = binary({ dtypes: ["bool"] });

const cast: Draw = (random) => {
	const dtype = pick(random, ["float32", "int32", "bool"] as const);
	const from = dtypeOf(random);
	// What C does with a NaN and numbers beyond the range, in a cast to int32, differs between processors.
	const odd = dtype === "int32" ? 0 : 0.3;
	return {
		inputs: { x: numbers(random, shapeOf(random), from, { odd }) },
		attributes: { dtype },
	};
};

const select: Draw = (random) => {
	const shape = shapeOf(random);
	const dtype = dtypeOf(random);
	return {
		inputs: {
			condition: numbers(random, shape, "bool"),
			t: numbers(random, shape, dtype),
			e: numbers(random, shape, dtype),
		},
		...smooth(dtype, "t", "e"),
	};
};

const selectRows: Draw = (random) => {
	const shape = shapeOf(random, { least: 2 });
	const condition = numbers(random, shape.slice(0, 1), "bool");
	const t = numbers(random, shape);
	const e = numbers(random, shape);
	const row = sizeOf(shape.slice(1));
	const values = t.values.map((x, i) =>
		condition.values[Math.floor(i / row)] ? x : (e.values[i] as number),
	);
	const expected = {
		because: "JavaScript repeats the first element of each row",
		results: () => [{ ...t, values }],
	};
	return { inputs: { condition, t, e }, expected };
};

const addN: Draw = (random) => {
	const shape = shapeOf(random);
	const dtype = pick(random, numeric);
	const count = random.integer(1, 5);
	return {
		inputs: Object.fromEntries(
			Array.from({ length: count }, (_, i) => [
				i,
				numbers(random, shape, dtype),
			]),
		),
	};
};

// By strides, of 0 where an axis is repeated.
function broadcast(x: Plain, shape: readonly number[]): Plain {
	const own = [
		...Array<number>(shape.length - x.shape.length).fill(1),
		...x.shape,
	];
	const values = Array.from({ length: sizeOf(shape) }, (_, index) => {
		let rest = index;
		let place = 0;
		let stride = 1;
		for (let axis = shape.length - 1; axis >= 0; axis--) {
			const length = shape[axis] as number;
			if (own[axis] !== 1) place += (rest % length) * stride;
			stride *= own[axis] as number;
			rest = Math.floor(rest / length);
		}
		return x.values[place] as number;
	});
	return { ...x, shape, values };
}

const broadcastTo: Draw = (random) => {
	const shape = shapeOf(random, { most: 5, empty: false });
	const from = shape.map((length) => (chance(random, 0.6) ? length : 1));
	const lost = chance(random, 0.3) ? random.integer(0, shape.length + 1) : 0;
	const x = numbers(random, from.slice(lost), dtypeOf(random));
	const expected = {
		because: "there is no JavaScript kernel",
		results: () => [broadcast(x, shape)],
	};
	return { inputs: { x }, attributes: { shape }, expected };
};

const prelu: Draw = (random) => {
	const shape = shapeOf(random);
	return {
		inputs: {
			x: numbers(random, shape),
			alpha: numbers(random, shape, "float32", { low: 0.1, high: 0.5 }),
		},
		differentiable: ["x", "alpha"],
	};
};

const eluGrad: Draw = (random) => {
	const shape = shapeOf(random);
	return {
		inputs: {
			dy: numbers(random, shape),
			y: numbers(random, shape, "float32", { low: -0.9, odd: 0 }),
		},
	};
};

const withAttributes =
	(draw: Draw, make: (random: Random) => Record<string, unknown>): Draw =>
	(random) => ({ ...draw(random), attributes: make(random) });

const unit = { low: -0.95, high: 0.95 };
const positive = { low: 0.2, high: 4 };
const apart = { low: 0.5, high: 3 };

/** Elementwise kernels. */
export const elementwiseDraws: Readonly<Record<string, Draw>> = {
	Abs: unary(),
	Acos: unary(unit),
	Acosh: unary({ low: 1.1, high: 4 }),
	Asin: unary(unit),
	Asinh: unary(),
	Atan: unary(),
	Atanh: unary(unit),
	Ceil: unary(),
	Cos: unary(),
	Cosh: unary(),
	Elu: unary({}, { floats: true }),
	Erf: unary({}, { floats: true }),
	Exp: unary(),
	Expm1: unary(),
	Floor: unary(),
	IsFinite: unary({}, flat),
	IsInf: unary({}, flat),
	IsNan: unary({}, flat),
	Log: unary(positive),
	Log1p: unary({ low: -0.5, high: 4 }),
	LogicalNot: (random) => ({
		inputs: { x: numbers(random, shapeOf(random), "bool") },
	}),
	Neg: unary(),
	Reciprocal: unary(positive),
	Relu: unary(),
	Relu6: unary({ low: -3, high: 9 }),
	Round: unary(),
	Rsqrt: unary(positive),
	Selu: unary({}, { floats: true }),
	Sigmoid: unary({}, { floats: true }),
	// A NaN has no sign: NaN in NumPy and TensorFlow, and here; 0 in JavaScript and PyTorch.
	Sign: unary({ odd: 0 }),
	Sin: unary(),
	Sinh: unary(),
	Softplus: unary({}, { floats: true }),
	Sqrt: unary(positive),
	Square: unary(),
	Tan: unary(unit),
	Tanh: unary({}, { floats: true }),
	ClipByValue: withAttributes(unary(), (random) => {
		const clipValueMin = random.uniform(-2, 1);
		return { clipValueMin, clipValueMax: clipValueMin + random.uniform(0, 2) };
	}),
	LeakyRelu: withAttributes(unary({}, { floats: true }), (random) => ({
		alpha: random.uniform(0.01, 0.5),
	})),
	Step: withAttributes(unary({}, flat), (random) => ({
		alpha: pick(random, [0, 0.25, 1]),
	})),
	Cast: cast,
	BroadcastTo: broadcastTo,
	AddN: addN,
	Add: binary({ differentiable: "always" }),
	Sub: binary({ differentiable: "always" }),
	Multiply: binary({ differentiable: "always" }),
	RealDiv: binary({ b: apart, differentiable: "always" }),
	FloorDiv: binary({ a: { odd: 0 }, b: { ...apart, odd: 0 } }),
	Maximum: binary({ differentiable: "same shape" }),
	Minimum: binary({ differentiable: "same shape" }),
	SquaredDifference: binary({ differentiable: "same shape" }),
	// 1 to the power of NaN is 1 in C, NumPy and PyTorch, and NaN in JavaScript.
	Pow: binary({
		a: positive,
		b: { odd: 0 },
		dtypes: ["float32"],
		differentiable: "always",
	}),
	Equal: comparison,
	NotEqual: comparison,
	Greater: comparison,
	GreaterEqual: comparison,
	Less: comparison,
	LessEqual: comparison,
	LogicalAnd: logical,
	LogicalOr: logical,
	Prelu: prelu,
	Select: (random) =>
		chance(random, 0.7) ? select(random) : selectRows(random),
	EluGrad: eluGrad,
};
