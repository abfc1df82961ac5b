import type { Graph, Value } from "../graph.js";
import { expand } from "../moves.js";
import type { DType } from "../onnx.js";
import { binary, broadcastShape, cast, scalar, unary, where } from "../ops.js";
import type { Lowering, LoweringTable } from "./lowering.js";

const isFloat = (value: Value | undefined): boolean =>
	value?.dtype === "float32";

/** `y = op(x)` of float32. */
const plain =
	(op: string): Lowering =>
	(graph, { x }) =>
		x && isFloat(x) ? unary(graph, op, x) : undefined;

/** `y = op(a, b)` of two numbers. */
const arithmetic =
	(op: string): Lowering =>
	(graph, { a, b }) =>
		a && b && a.dtype === b.dtype && a.dtype !== "bool"
			? binary(graph, op, a, b)
			: undefined;

const comparison =
	(op: string): Lowering =>
	(graph, { a, b }) =>
		a && b && a.dtype === b.dtype && a.dtype !== "bool"
			? binary(graph, op, a, b, "bool")
			: undefined;

const logical =
	(op: string): Lowering =>
	(graph, { a, b }) =>
		a?.dtype === "bool" && b?.dtype === "bool"
			? binary(graph, op, a, b)
			: undefined;

const notEqual: Lowering = (graph, { a, b }) =>
	a && b && a.dtype === b.dtype
		? unary(graph, "Not", binary(graph, "Equal", a, b, "bool"))
		: undefined;

const squaredDifference: Lowering = (graph, { a, b }) => {
	if (!a || !b || !isFloat(a)) return undefined;
	const difference = binary(graph, "Sub", a, b);
	return binary(graph, "Mul", difference, difference);
};

const floorDivide: Lowering = (graph, { a, b }) =>
	a && b && isFloat(a) && isFloat(b)
		? cast(graph, unary(graph, "Floor", binary(graph, "Div", a, b)), "int32")
		: undefined;

const power: Lowering = (graph, { a, b }) =>
	a && b && isFloat(a) && isFloat(b) ? binary(graph, "Pow", a, b) : undefined;

const addAll: Lowering = (graph, inputs) => {
	const values = Object.values(inputs);
	if (values.some(({ dtype }) => dtype === "bool")) return undefined;
	return values.reduce((sum, value) => binary(graph, "Add", sum, value));
};

const square: Lowering = (graph, { x }) =>
	x && isFloat(x) ? binary(graph, "Mul", x, x) : undefined;

/**
 * 1 where x is positive, else alpha.
 *
 * HardSigmoid is clamp(slope * x, 0, 1): with the steepest slope, one for every normal positive number.
 */
const step: Lowering = (graph, { x }, { alpha }) => {
	if (!x || !isFloat(x)) return undefined;
	// The gradient of relu asks where its input is positive; its output says so too, and is kept anyway.
	const sign = graph.made("Relu", x) ?? x;
	const positive = unary(graph, "HardSigmoid", sign, {
		attributes: { alpha: { float: 3.4e38 }, beta: { float: 0 } },
	});
	const low = alpha as number;
	if (low === 0) return positive;
	const scaled = binary(graph, "Mul", positive, scalar(graph, 1 - low));
	return binary(graph, "Add", scaled, scalar(graph, low));
};

const clip = (graph: Graph, x: Value, low: number, high: number): Value =>
	binary(
		graph,
		"Min",
		binary(graph, "Max", x, scalar(graph, low)),
		scalar(graph, high),
	);

const clipByValue: Lowering = (graph, { x }, { clipValueMin, clipValueMax }) =>
	x && isFloat(x)
		? clip(graph, x, clipValueMin as number, clipValueMax as number)
		: undefined;

const relu6: Lowering = (graph, { x }) =>
	x && isFloat(x) ? clip(graph, x, 0, 6) : undefined;

const reciprocalRoot: Lowering = (graph, { x }) =>
	x && isFloat(x)
		? unary(graph, "Reciprocal", unary(graph, "Sqrt", x))
		: undefined;

/** `log(1 + x)` without losing small x: `x log(u) / (u - 1)` with `u = 1 + x` (Kahan). */
const log1p: Lowering = (graph, { x }) => {
	if (!x || !isFloat(x)) return undefined;
	const one = scalar(graph, 1);
	const u = binary(graph, "Add", x, one);
	const excess = binary(graph, "Sub", u, one);
	const ratio = binary(graph, "Div", unary(graph, "Log", u), excess);
	const same = [one, scalar(graph, Infinity)].map((limit) =>
		binary(graph, "Equal", u, limit, "bool"),
	) as [Value, Value];
	const isItself = binary(graph, "Or", ...same);
	return where(graph, isItself, x, binary(graph, "Mul", x, ratio));
};

/** `exp(x) - 1` without losing small x: `x (u - 1) / log(u)` with `u = exp(x)` (Kahan). */
const expm1: Lowering = (graph, { x }) => {
	if (!x || !isFloat(x)) return undefined;
	const one = scalar(graph, 1);
	const u = unary(graph, "Exp", x);
	const excess = binary(graph, "Sub", u, one);
	const near = binary(
		graph,
		"Div",
		binary(graph, "Mul", x, excess),
		unary(graph, "Log", u),
	);
	const far = binary(graph, "Greater", unary(graph, "Abs", x), one, "bool");
	const lost = binary(graph, "Equal", u, one, "bool");
	return where(graph, lost, x, where(graph, far, excess, near));
};

/** `dy` where y is positive, else `dy (y + 1)`. */
const eluGradient: Lowering = (graph, { dy, y }) => {
	if (!dy || !y) return undefined;
	const slope = binary(
		graph,
		"Add",
		binary(graph, "Min", y, scalar(graph, 0)),
		scalar(graph, 1),
	);
	return binary(graph, "Mul", dy, slope);
};

const leakyRelu: Lowering = (graph, { x }, { alpha }) =>
	x && isFloat(x)
		? unary(graph, "LeakyRelu", x, {
				attributes: { alpha: { float: alpha as number } },
			})
		: undefined;

const preluLowering: Lowering = (graph, { x, alpha }) => {
	if (!x || !alpha || !isFloat(x) || !isFloat(alpha)) return undefined;
	const isBelow = binary(graph, "Less", x, scalar(graph, 0), "bool");
	return where(graph, isBelow, binary(graph, "Mul", alpha, x), x);
};

const select: Lowering = (graph, { condition, t, e }) => {
	if (
		condition?.dtype !== "bool" ||
		!t ||
		!e ||
		t.dtype !== e.dtype ||
		t.dtype === "bool"
	) {
		return undefined;
	}
	const ones = Array<number>(t.shape.length - condition.shape.length).fill(1);
	return where(
		graph,
		graph.reshape(condition, [...condition.shape, ...ones]),
		t,
		e,
	);
};

const castTo: Lowering = (graph, { x }, { dtype }) =>
	x && ["float32", "int32", "bool"].includes(dtype as string)
		? cast(graph, x, dtype as DType)
		: undefined;

const broadcastTo: Lowering = (graph, { x }, { shape }) =>
	x && expand(graph, x, broadcastShape(x.shape, shape as number[]));

const finite: Lowering = (graph, { x }) => {
	if (!x || !isFloat(x)) return undefined;
	const infinite = unary(graph, "IsInf", x, { dtype: "bool" });
	const notANumber = unary(graph, "IsNaN", x, { dtype: "bool" });
	return unary(graph, "Not", binary(graph, "Or", infinite, notANumber));
};

const predicate =
	(op: string): Lowering =>
	(graph, { x }) =>
		x && isFloat(x) ? unary(graph, op, x, { dtype: "bool" }) : undefined;

const logicalNot: Lowering = (graph, { x }) =>
	x?.dtype === "bool" ? unary(graph, "Not", x) : undefined;

// TensorFlow.js kernels whose ONNX operator has the same meaning, under the ONNX name where it differs.
const sameMeaning = [
	...[
		"Abs",
		"Acos",
		"Acosh",
		"Asin",
		"Asinh",
		"Atan",
		"Atanh",
		"Ceil",
		"Cos",
		"Cosh",
		"Elu",
		"Erf",
	],
	...[
		"Exp",
		"Floor",
		"Log",
		"Neg",
		"Reciprocal",
		"Relu",
		"Round",
		"Selu",
		"Sigmoid",
		"Sign",
		"Sin",
	],
	...["Sinh", "Softplus", "Sqrt", "Tan", "Tanh"],
];

/** Elementwise kernels, with broadcasting. */
export const elementwise: LoweringTable = {
	...Object.fromEntries(sameMeaning.map((op) => [op, plain(op)])),
	Add: arithmetic("Add"),
	AddN: addAll,
	BroadcastTo: broadcastTo,
	Cast: castTo,
	ClipByValue: clipByValue,
	EluGrad: eluGradient,
	Equal: comparison("Equal"),
	Expm1: expm1,
	FloorDiv: floorDivide,
	Greater: comparison("Greater"),
	GreaterEqual: comparison("GreaterOrEqual"),
	IsFinite: finite,
	IsInf: predicate("IsInf"),
	IsNan: predicate("IsNaN"),
	LeakyRelu: leakyRelu,
	Less: comparison("Less"),
	LessEqual: comparison("LessOrEqual"),
	Log1p: log1p,
	LogicalAnd: logical("And"),
	LogicalNot: logicalNot,
	LogicalOr: logical("Or"),
	Maximum: arithmetic("Max"),
	Minimum: arithmetic("Min"),
	Multiply: arithmetic("Mul"),
	NotEqual: notEqual,
	Pow: power,
	Prelu: preluLowering,
	RealDiv: (graph, { a, b }) =>
		isFloat(a) ? arithmetic("Div")(graph, { a, b } as never, {}) : undefined,
	Relu6: relu6,
	Rsqrt: reciprocalRoot,
	Select: select,
	Square: square,
	SquaredDifference: squaredDifference,
	Step: step,
	Sub: arithmetic("Sub"),
};
