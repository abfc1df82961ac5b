import type { NamedAttrMap, TensorInfo } from "@tensorflow/tfjs";

/** What a kernel is called with. */
export interface KernelCall {
	readonly inputs: Readonly<Record<string, TensorInfo | undefined>>;
	readonly attrs: NamedAttrMap;
	/** The kinds of padding that tfjs-node's source lets through, where it refuses others. */
	readonly paddings: readonly string[];
	readonly valuesOf: (tensor: TensorInfo) => ArrayLike<unknown>;
}

type Refusal = (
	kernel: string,
	tensors: readonly TensorInfo[],
	call: KernelCall,
) => string | undefined | false;

const words = (text: string): ReadonlySet<string> =>
	new Set(text.trim().split(/\s+/));

// TensorFlow's core/ops/math_ops.cc, nn_ops.cc and array_ops.cc say which types an operation takes,
// and the registrations of its CPU kernels which of these it has.
const floatsOnly = words(`
	Acos Acosh Asin Asinh Atan Atan2 Atanh AvgPool AvgPoolGrad Ceil Conv2D Conv2DBackpropFilter
	Conv2DBackpropInput Cos Cosh DepthwiseConv2dNative DepthwiseConv2dNativeBackpropFilter
	DepthwiseConv2dNativeBackpropInput Elu EluGrad Erf Exp Expm1 Floor FusedBatchNorm FusedConv2D IsFinite
	IsInf IsNan LeakyRelu Log Log1p Reciprocal ResizeBilinearGrad Rsqrt Selu Sigmoid Sin Sinh Softmax
	Softplus Sqrt Tan Tanh
`);
const numbersOnly = words(`
	Abs Add AddN BatchMatMul Cumprod Cumsum Einsum FloorDiv Greater GreaterEqual Less LessEqual Max MaxPool
	MaxPoolGrad Maximum Mean Min Minimum Mod Multiply Neg Pow Prod RealDiv Relu Relu6 ResizeBilinear Round
	Sign Square SquaredDifference Sub Sum TopK UnsortedSegmentSum
`);
const boolsOnly = words("All Any LogicalAnd LogicalNot LogicalOr");
const ofOneType = words(`
	Add AddN Atan2 BatchMatMul Concat Einsum Equal FloorDiv Greater GreaterEqual Less LessEqual Maximum
	Minimum Mod Multiply NotEqual Pack Pow RealDiv SquaredDifference Sub
`);
const mostDimensions: Readonly<Record<string, number>> = {
	MirrorPad: 5,
	PadV2: 8,
	Reverse: 8,
	Slice: 8,
	StridedSlice: 8,
	Tile: 7,
	Transpose: 8,
};

/** The kind of padding that TensorFlow.js makes of what an operation was given. */
function paddingOf(pad: unknown): string {
	if (typeof pad === "string") return pad.toUpperCase();
	if (typeof pad === "number") return pad === 0 ? "VALID" : "NUMBER";
	return (pad as number[][]).flat().every((one) => one === 0)
		? "VALID"
		: "EXPLICIT";
}

const paddings: Refusal = (kernel, _, { attrs, ...call }) => {
	if (attrs.pad === undefined || kernel === "MirrorPad") return undefined;
	const explicit = /^Fused(Depthwise)?Conv2D$/.test(kernel) ? ["EXPLICIT"] : [];
	const allowed =
		call.paddings.length > 0 ? call.paddings : ["VALID", "SAME", ...explicit];
	const padding = paddingOf(attrs.pad);
	return !allowed.includes(padding) && `padding ${padding}`;
};

const types: Refusal = (kernel, tensors) => {
	const found = tensors.map(({ dtype }) => dtype);
	const takes = (allowed: readonly string[]) =>
		found.every((dtype) => allowed.includes(dtype));
	const all = `${found.join(", ")}`;
	if (floatsOnly.has(kernel) && !takes(["float32"])) return `${all}: floats`;
	if (numbersOnly.has(kernel) && !takes(["float32", "int32", "complex64"]))
		return `${all}: numbers`;
	if (boolsOnly.has(kernel) && !takes(["bool"])) return `${all}: truths`;
	return ofOneType.has(kernel) && new Set(found).size > 1 && `types ${all}`;
};

const selected: Refusal = (kernel, _, { inputs }) =>
	kernel === "Select" &&
	inputs.t?.dtype !== inputs.e?.dtype &&
	`types ${inputs.t?.dtype} and ${inputs.e?.dtype}`;

const dimensions: Refusal = (kernel, [x]) => {
	const most = mostDimensions[kernel];
	const rank = x?.shape.length ?? 0;
	return most !== undefined && rank > most && `${rank} dimensions`;
};

/** Whether all indices are from `low` to below `size`. */
function areWithin(
	{ valuesOf }: KernelCall,
	tensor: TensorInfo,
	[low, size]: readonly [number, number],
): boolean {
	return Array.from(valuesOf(tensor) as ArrayLike<number>).every(
		(index) => index >= low && index < size,
	);
}

const indices: Refusal = (kernel, _, call) => {
	const { inputs, attrs } = call;
	const { x, indices, segmentIds } = inputs;
	if (kernel === "GatherV2") {
		const size = x!.shape[attrs.axis as number] as number;
		return !areWithin(call, indices!, [0, size]) && "an index out of range";
	}
	// negative ids are left out, as everywhere
	const most = attrs.numSegments as number;
	return (
		kernel === "UnsortedSegmentSum" &&
		!areWithin(call, segmentIds!, [Number.NEGATIVE_INFINITY, most]) &&
		"a segment out of range"
	);
};

const layouts: Refusal = (kernel, _, { attrs }) =>
	/Conv|Pool/.test(kernel) &&
	attrs.dataFormat !== undefined &&
	!["NHWC", "NDHWC"].includes(attrs.dataFormat as string) &&
	`data format ${attrs.dataFormat}`;

const samplings: Refusal = (kernel, _, { attrs }) =>
	(kernel === "Multinomial" &&
		attrs.normalized === true &&
		"normalized logits") ||
	(/^Resize/.test(kernel) &&
		attrs.alignCorners === true &&
		attrs.halfPixelCenters === true &&
		"aligned corners of half pixels");

const refusals: readonly Refusal[] = [
	paddings,
	types,
	selected,
	dimensions,
	indices,
	layouts,
	samplings,
];

/** Why tfjs-node, or the TensorFlow under it, refuses a call, or undefined where it does not. */
export function refusalOf(
	kernel: string,
	tensors: readonly TensorInfo[],
	call: KernelCall,
): string | undefined {
	for (const refusal of refusals) {
		const reason = refusal(kernel, tensors, call);
		if (reason) return reason;
	}
	return undefined;
}
