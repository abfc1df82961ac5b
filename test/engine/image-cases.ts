import * as tf from "@tensorflow/tfjs";
import { groupedConv2d } from "../../src/nn/grouped-conv2d.js";
import type { Case } from "./cases.js";
import { bool, integer, normal } from "./tensors.js";

type T = tf.Tensor;
type T3 = tf.Tensor3D;
type T4 = tf.Tensor4D;

interface ConvolutionCase {
	image: number[];
	filter: number[];
	stride?: number | [number, number];
	pad?: Parameters<typeof tf.conv2d>[3];
	dilation?: number | [number, number];
}

const asymmetric: [
	[number, number],
	[number, number],
	[number, number],
	[number, number],
] = [
	[0, 0],
	[1, 2],
	[0, 3],
	[0, 0],
];

const convolutions: ConvolutionCase[] = [
	{ image: [2, 5, 7, 3], filter: [1, 1, 3, 4] },
	{ image: [2, 5, 7, 16], filter: [1, 1, 16, 4], stride: 2 },
	{ image: [1, 7, 5, 16], filter: [3, 3, 16, 16], pad: "same" },
	{ image: [2, 7, 5, 3], filter: [3, 3, 3, 4], pad: "same" },
	{ image: [2, 8, 8, 17], filter: [3, 3, 17, 18], stride: 2, pad: "same" },
	{ image: [2, 9, 8, 16], filter: [3, 3, 16, 20], stride: 2, pad: 1 },
	{
		image: [1, 11, 9, 16],
		filter: [3, 2, 16, 16],
		stride: [2, 1],
		pad: "valid",
	},
	{ image: [1, 9, 9, 16], filter: [3, 3, 16, 16], pad: asymmetric },
	{ image: [1, 13, 12, 3], filter: [7, 7, 3, 8], stride: 2, pad: 3 },
	{ image: [1, 6, 6, 16], filter: [2, 2, 16, 16], stride: 3, pad: "valid" },
	{ image: [3, 1, 1, 16], filter: [3, 3, 16, 16], pad: "same" },
	{ image: [1, 4, 4, 1], filter: [3, 3, 1, 1], pad: "same" },
	// Large enough for convolutions in blocks of channels, backwards too.
	{ image: [2, 25, 22, 32], filter: [3, 3, 32, 16], pad: "same" },
	{ image: [1, 35, 33, 16], filter: [3, 2, 16, 48], pad: "valid" },
	{ image: [1, 34, 36, 16], filter: [5, 3, 16, 16], pad: asymmetric },
	{ image: [1, 34, 35, 16], filter: [3, 3, 16, 32], stride: 2, pad: 1 },
	// As many images as stand in blocks, for the filter's gradient, and fewer channels than in a block.
	{ image: [16, 9, 8, 3], filter: [3, 3, 3, 16], pad: asymmetric },
	{ image: [16, 13, 12, 5], filter: [7, 7, 5, 16], stride: 2, pad: 3 },
	{
		image: [32, 7, 6, 20],
		filter: [3, 2, 20, 32],
		stride: [2, 1],
		pad: "same",
	},
	// Enough channels for another product in the filter's gradient.
	{ image: [1, 32, 32, 4], filter: [3, 3, 4, 256], pad: "same" },
	// More patches than are multiplied at once, of few channels and of many.
	{ image: [2, 70, 75, 3], filter: [7, 7, 3, 8], stride: 2, pad: 3 },
	{ image: [1, 40, 60, 16], filter: [3, 3, 16, 20], pad: "same" },
	// Few channels, where lines of a window begin and end elsewhere than steps do.
	{ image: [2, 9, 8, 3], filter: [3, 3, 3, 4], pad: asymmetric },
	{ image: [1, 10, 13, 3], filter: [2, 2, 3, 4], stride: 3, pad: "valid" },
	{ image: [1, 11, 10, 2], filter: [3, 4, 2, 5], stride: [1, 3], pad: 1 },
];

const dilated: ConvolutionCase[] = [
	{ image: [1, 9, 8, 3], filter: [3, 3, 3, 4], pad: "same", dilation: [2, 1] },
	{ image: [1, 22, 21, 16], filter: [3, 3, 16, 32], pad: "same", dilation: 2 },
	{ image: [1, 9, 9, 16], filter: [3, 3, 16, 16], pad: "same", dilation: 2 },
	{
		image: [1, 9, 11, 3],
		filter: [3, 3, 3, 4],
		pad: "valid",
		dilation: [2, 3],
	},
];

const describe = ({
	image,
	filter,
	stride = 1,
	pad = "valid",
	dilation = 1,
}: ConvolutionCase): string =>
	`[${image}] * [${filter}], stride ${stride}, pad ${pad}, dilation ${dilation}`;

const convolutionCases: Case[] = [
	...[...convolutions, ...dilated].map((one) => ({
		name: `conv2d ${describe(one)}`,
		inputs: [normal(one.image), normal(one.filter, { seed: 1 })],
		fn: (x: T4, w: T4) =>
			tf.conv2d(
				x,
				w,
				one.stride ?? 1,
				one.pad ?? "valid",
				"NHWC",
				one.dilation ?? 1,
			),
		gradient: !one.dilation,
	})),
	...[
		{
			image: [2, 7, 6, 5],
			filter: [3, 3, 5, 1],
			stride: 1,
			pad: "same" as const,
			dilation: 1,
		},
		{
			image: [1, 9, 8, 4],
			filter: [3, 3, 4, 2],
			stride: 2,
			pad: 1,
			dilation: 1,
		},
		{
			image: [2, 15, 9, 8],
			filter: [7, 7, 8, 1],
			stride: 1,
			pad: "same" as const,
			dilation: 1,
		},
		{
			image: [1, 9, 9, 4],
			filter: [3, 3, 4, 1],
			stride: 1,
			pad: "same" as const,
			dilation: 2,
		},
	].map((one) => ({
		name: `depthwiseConv2d ${describe(one)}`,
		inputs: [normal(one.image), normal(one.filter, { seed: 1 })],
		fn: (x: T4, w: T4) =>
			tf.depthwiseConv2d(x, w, one.stride, one.pad, "NHWC", one.dilation),
		gradient: one.dilation === 1,
		...(one.stride === 2 && {
			notOnWebgpu:
				"ONNX Runtime 1.30's ConvTranspose of several outputs per group is wrong there",
		}),
	})),
	...[
		// ResNeXt-50's convolutions: in its stages, and between them, where a pixel may be left over.
		{
			image: [2, 7, 6, 8],
			filter: [3, 3, 4, 8],
			stride: 1,
			pad: "same" as const,
		},
		{ image: [1, 9, 7, 12], filter: [3, 3, 3, 8], stride: 2, pad: 1 },
		{ image: [2, 8, 10, 12], filter: [3, 3, 2, 12], stride: 2, pad: 1 },
		{
			image: [1, 8, 7, 4],
			filter: [2, 2, 2, 6],
			stride: 3,
			pad: "valid" as const,
		},
		{
			image: [1, 6, 5, 6],
			filter: [1, 1, 3, 4],
			stride: 2,
			pad: "valid" as const,
		},
		{
			image: [1, 30, 31, 32],
			filter: [3, 3, 16, 32],
			stride: 1,
			pad: "same" as const,
		},
	].map((one) => ({
		name: `groupedConv2d ${describe(one)}`,
		inputs: [normal(one.image), normal(one.filter, { seed: 1 })],
		fn: (x: T4, w: T4) => groupedConv2d(x, w, one),
		gradient: true,
	})),
	{
		name: "conv2dTranspose",
		inputs: [normal([2, 4, 5, 16]), normal([2, 2, 7, 16], { seed: 1 })],
		fn: (x: T4, w: T4) => tf.conv2dTranspose(x, w, [2, 8, 10, 7], 2, "same"),
		gradient: true,
	},
	{
		name: "conv2dTranspose of 3x3",
		inputs: [normal([1, 4, 5, 3]), normal([3, 3, 2, 3], { seed: 1 })],
		fn: (x: T4, w: T4) => tf.conv2dTranspose(x, w, [1, 7, 9, 2], 2, 1),
		gradient: true,
	},
	{
		name: "fused conv2d",
		inputs: [
			normal([1, 6, 6, 4]),
			normal([3, 3, 4, 5], { seed: 1 }),
			normal([5]),
		],
		fn: (x: T4, filter: T4, bias: tf.Tensor1D) =>
			tf.fused.conv2d({
				x,
				filter,
				bias,
				strides: 1,
				pad: "same",
				activation: "relu",
			}),
		gradient: true,
	},
];

const pools = [
	{ image: [2, 8, 8, 3], size: 2, stride: 2, pad: 0 },
	{ image: [1, 9, 7, 5], size: 3, stride: 2, pad: 1 },
	{ image: [1, 7, 6, 4], size: 3, stride: 1, pad: 1 },
	{ image: [1, 5, 5, 2], size: 5, stride: 1, pad: 0 },
	// Many images, in whole steps, where the gradient is summed up by how pixels lie to the windows.
	{ image: [16, 8, 12, 3], size: 3, stride: 2, pad: 1 },
	{ image: [17, 12, 9, 2], size: 5, stride: 3, pad: 2 },
	{ image: [16, 8, 8, 2], size: 3, stride: 2, pad: 0 },
	// A step in which some pixels are seen by no window.
	{ image: [16, 4, 4, 2], size: 4, stride: 4, pad: 1 },
];

const poolCases: Case[] = pools.flatMap(({ image, size, stride, pad }) => [
	{
		name: `maxPool [${image}] ${size}x${size}, stride ${stride}, pad ${pad}`,
		// Whole numbers, so that windows hold equal pixels.
		inputs: [{ ...integer(image, -2, 3), dtype: "float32" as const }],
		fn: (x: T4) => tf.maxPool(x, size, stride, pad),
		gradient: true,
	},
	{
		name: `avgPool [${image}] ${size}x${size}, stride ${stride}, pad ${pad}`,
		inputs: [normal(image)],
		fn: (x: T4) => tf.avgPool(x, size, stride, pad),
		gradient: pad === 0,
	},
]);

const resizes = [
	{ from: [2, 3, 4, 5], to: [6, 8] },
	{ from: [1, 7, 5, 2], to: [4, 9] },
	{ from: [1, 1, 6, 2], to: [3, 6] },
	{ from: [1, 5, 5, 3], to: [9, 7] },
	{ from: [2, 6, 6, 1], to: [3, 4] },
] as const;

const resizeCases: Case[] = resizes.flatMap(({ from, to }) => {
	const size: [number, number] = [to[0], to[1]];
	return [
		[false, false],
		[true, false],
		[false, true],
	].flatMap(([alignCorners, halfPixelCenters]) => [
		{
			name: `resizeBilinear [${from}] to ${to}, align corners ${alignCorners}, half pixel ${halfPixelCenters}`,
			inputs: [normal(from)],
			fn: (x: T4) =>
				tf.image.resizeBilinear(x, size, alignCorners, halfPixelCenters),
			// TensorFlow.js's JavaScript gradient is wrong for the rest: see adjoint.test.ts.
			gradient: !halfPixelCenters && from[1] === from[2],
		},
		{
			name: `resizeNearestNeighbor [${from}] to ${to}, align corners ${alignCorners}, half pixel ${halfPixelCenters}`,
			inputs: [normal(from)],
			fn: (x: T4) =>
				tf.image.resizeNearestNeighbor(x, size, alignCorners, halfPixelCenters),
		},
	]);
});

const shapeCases: Case[] = [
	{
		name: "reshape",
		inputs: [normal([2, 6])],
		fn: (x: T) => tf.reshape(x, [3, -1]),
		gradient: true,
	},
	{
		name: "transpose",
		inputs: [normal([2, 3, 4, 5])],
		fn: (x: T) => tf.transpose(x, [0, 3, 1, 2]),
		gradient: true,
	},
	{
		name: "transpose of axes of length 1",
		inputs: [normal([2, 1, 4, 1])],
		fn: (x: T) => tf.transpose(x, [3, 2, 1, 0]),
		gradient: true,
	},
	{
		name: "transpose twice",
		inputs: [normal([2, 3, 4])],
		fn: (x: T) => tf.transpose(tf.relu(tf.transpose(x, [2, 0, 1])), [1, 2, 0]),
		gradient: true,
	},
	{
		name: "transpose, scale and reduce",
		inputs: [normal([2, 3, 4, 5]), normal([3])],
		fn: (x: T, s: T) =>
			tf.mean(tf.mul(tf.transpose(x, [0, 2, 3, 1]), s), [1, 2]),
		gradient: true,
	},
	{
		name: "pad",
		inputs: [normal([2, 3, 4])],
		fn: (x: T) =>
			tf.pad(
				x,
				[
					[0, 1],
					[2, 0],
					[0, 0],
				],
				7,
			),
		gradient: true,
	},
	{
		name: "mirrorPad",
		inputs: [normal([4, 5])],
		fn: (x: T) =>
			tf.mirrorPad(
				x,
				[
					[1, 2],
					[3, 0],
				],
				"reflect",
			),
	},
	{
		name: "slice",
		inputs: [normal([4, 5, 6])],
		fn: (x: T) => tf.slice(x, [1, 0, 2], [2, -1, 3]),
		gradient: true,
	},
	{
		name: "slice of int32",
		inputs: [integer([4, 5], 0, 9)],
		fn: (x: T) => tf.slice(x, [1, 2], [2, 2]),
	},
	{
		name: "stridedSlice",
		inputs: [normal([7, 6])],
		fn: (x: T) => tf.stridedSlice(x, [5, 1], [0, 6], [-2, 3]),
	},
	{
		name: "stridedSlice back to the first",
		inputs: [normal([4, 3])],
		fn: (x: T) => tf.stridedSlice(x, [0, 0], [0, 0], [-1, 1], 3, 3),
	},
	{
		name: "concat",
		inputs: [normal([2, 3]), normal([2, 1]), normal([2, 4])],
		fn: (...all: T[]) => tf.concat(all, 1),
		gradient: true,
	},
	{
		name: "concat with nothing",
		inputs: [normal([2, 3]), normal([0, 3])],
		fn: (...all: T[]) => tf.concat(all, 0),
		javascript: true,
	},
	{
		name: "stack",
		inputs: [normal([2, 3]), normal([2, 3], { seed: 1 })],
		fn: (...all: T[]) => [tf.stack(all, 1), tf.stack(all, -1)],
		gradient: true,
	},
	{
		name: "unstack",
		inputs: [normal([3, 2, 4])],
		fn: (x: T) => tf.unstack(x, 1),
		gradient: true,
	},
	{
		name: "split",
		inputs: [normal([4, 6])],
		fn: (x: T) => tf.split(x, [1, 2, 3], 1),
		gradient: true,
	},
	{
		name: "tile",
		inputs: [normal([2, 3])],
		fn: (x: T) => tf.tile(x, [2, 3]),
		gradient: true,
	},
	{
		name: "reverse",
		inputs: [normal([2, 3, 4])],
		fn: (x: T) => tf.reverse(x, [0, 2]),
		gradient: true,
	},
	{
		name: "expandDims and squeeze",
		inputs: [normal([2, 3])],
		fn: (x: T) => tf.squeeze(tf.expandDims(x, 1)),
		gradient: true,
	},
	{
		name: "gather",
		inputs: [normal([5, 3]), integer([2, 4], 0, 5)],
		fn: (x: T, i: T) => tf.gather(x, i as tf.Tensor1D),
		gradient: true,
	},
	{
		name: "gather along the last axis",
		inputs: [normal([2, 5]), integer([3], 0, 5)],
		fn: (x: T, i: T) => tf.gather(x, i as tf.Tensor1D, 1),
		gradient: true,
	},
	{
		name: "gatherND",
		inputs: [normal([4, 5, 2]), integer([3, 2], 0, 4)],
		fn: (x: T, i: T) => tf.gatherND(x, i),
	},
	{
		name: "scatterND",
		inputs: [integer([6, 1], 0, 4), normal([6, 3])],
		fn: (i: T, x: T) => tf.scatterND(i, x, [4, 3]),
	},
	{
		name: "unsortedSegmentSum",
		notOnTensorFlow: "it refuses ids out of range",
		inputs: [
			normal([6, 3]),
			{ ...integer([6], 0, 4), values: [0, 3, -1, 3, 1, 9] },
		],
		fn: (x: T, ids: T) => tf.unsortedSegmentSum(x, ids as tf.Tensor1D, 4),
	},
	{
		name: "oneHot",
		inputs: [integer([2, 5], 0, 4)],
		fn: (x: T) => tf.oneHot(x, 4, 0.9, -0.1, "float32"),
	},
	{
		name: "oneHot out of range",
		inputs: [{ shape: [3], dtype: "int32", values: [-1, 2, 7] }],
		fn: (x: T) => tf.oneHot(x, 4),
	},
	{
		name: "where of bool images",
		inputs: [
			bool([2, 3, 3]),
			normal([2, 3, 3]),
			normal([2, 3, 3], { seed: 3 }),
		],
		fn: (c: T3, a: T3, b: T3) => tf.where(c, a, b),
		gradient: true,
	},
	{
		name: "where of a mask that is broadcast",
		inputs: [bool([3, 1]), normal([3, 4]), normal([3, 4], { seed: 3 })],
		fn: (c: T, a: T, b: T) => [tf.where(c, a, b), tf.tile(c, [2, 2])],
	},
];

/** Convolution, pooling, resizing, and moving elements around. */
export const imageCases: readonly Case[] = [
	...convolutionCases,
	...poolCases,
	...resizeCases,
	...shapeCases,
];
