/** Where ONNX Runtime refuses a kernel or has no form of it, the JavaScript kernel runs: in one graph too. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { engine, useEngine } from "../../src/index.js";
import { compile } from "../../src/parts.js";
import { inNewProcess } from "./new-process.js";
import {
	bool,
	excess,
	integer,
	normal,
	type Plain,
	toPlain,
	toTensor,
	uniform,
} from "./tensors.js";

const rtol = 1e-4;

beforeEach(async () => {
	await useEngine("onnxruntime");
});

type Fn = (...tensors: tf.Tensor[]) => tf.Tensor;

interface Case {
	readonly name: string;
	readonly inputs: readonly Plain[];
	readonly fn: Fn;
	/** Whether TensorFlow.js has a gradient for the first input. */
	readonly gradient?: boolean;
}

const image = normal([2, 6, 6, 4]);
const matrix = normal([4, 6]);
const whole = integer([4, 6], -5, 6);
const flags = bool([4, 6]);
const as =
	<T extends tf.Tensor>(fn: (x: T, ...rest: tf.Tensor[]) => tf.Tensor): Fn =>
	(x, ...rest) =>
		fn(x as T, ...rest);

const withoutForm: Case[] = [
	{
		name: "atan2",
		inputs: [matrix, normal([4, 6], { seed: 1 })],
		fn: (x, y) => tf.atan2(x, y as tf.Tensor),
		gradient: true,
	},
	{
		name: "mod",
		inputs: [matrix, uniform([6], 0.5, 2)],
		fn: (x, y) => tf.mod(x, y as tf.Tensor),
		gradient: true,
	},
	{
		name: "einsum",
		inputs: [image],
		fn: (x) => tf.einsum("bhwc,bhwd->bcd", x, x),
	},
	{
		name: "cropAndResize",
		inputs: [image, uniform([3, 4], 0, 1)],
		fn: (x, boxes) =>
			tf.image.cropAndResize(
				x as tf.Tensor4D,
				boxes as tf.Tensor2D,
				[0, 1, 1],
				[4, 3],
			),
	},
	{
		name: "flipLeftRight",
		inputs: [image],
		fn: as<tf.Tensor4D>((x) => tf.image.flipLeftRight(x)),
	},
	{
		name: "depthToSpace",
		inputs: [image],
		fn: as<tf.Tensor4D>((x) => tf.depthToSpace(x, 2)),
	},
	{ name: "cumprod", inputs: [matrix], fn: (x) => tf.cumprod(x, 1) },
	{
		name: "cumulative sums forwards and backwards",
		inputs: [matrix],
		fn: (x) => tf.cumsum(tf.cumsum(x, 1, true, true), 1),
		gradient: true,
	},
	{
		name: "localResponseNormalization",
		inputs: [image],
		fn: as<tf.Tensor4D>((x) => tf.localResponseNormalization(x)),
		gradient: true,
	},
	{
		name: "topk",
		inputs: [matrix],
		fn: (x) => {
			const { values, indices } = tf.topk(x, 3);
			return tf.add(values, tf.cast(indices, "float32"));
		},
	},
	{
		name: "conv3d",
		inputs: [normal([1, 4, 4, 4, 2]), normal([2, 2, 2, 2, 3], { seed: 1 })],
		fn: (x, filter) =>
			tf.conv3d(x as tf.Tensor5D, filter as tf.Tensor5D, 1, "same"),
		gradient: true,
	},
	{
		name: "unsortedSegmentSum",
		inputs: [matrix, integer([4], 0, 3)],
		fn: (x, rows) => tf.unsortedSegmentSum(x, rows as tf.Tensor1D, 3),
		gradient: true,
	},
	{ name: "prod", inputs: [matrix], fn: (x) => tf.prod(x, 1), gradient: true },
	{ name: "negated integers", inputs: [whole], fn: (x) => tf.neg(x) },
	{ name: "a sum of integers", inputs: [whole], fn: (x) => tf.sum(x, 1) },
	{ name: "the largest integer", inputs: [whole], fn: (x) => tf.max(x, 0) },
	{
		name: "powers of integers",
		inputs: [integer([4, 6], 0, 5), integer([6], 0, 4)],
		fn: (x, y) => tf.pow(x, y as tf.Tensor),
	},
	{
		name: "floor division of integers",
		inputs: [whole, integer([6], 1, 4)],
		fn: (x, y) => tf.floorDiv(x, y as tf.Tensor),
	},
	{
		name: "equal flags",
		inputs: [flags, bool([6], 1)],
		fn: (x, y) => tf.equal(x, y as tf.Tensor),
	},
	{ name: "all flags", inputs: [flags], fn: (x) => tf.all(x, 1) },
	{ name: "any flag", inputs: [flags], fn: (x) => tf.any(x, 0) },
	{
		name: "xor",
		inputs: [flags, flags],
		fn: (x, y) => tf.logicalXor(x, tf.logicalNot(y as tf.Tensor)),
	},
	{ name: "reversed flags", inputs: [flags], fn: (x) => tf.reverse(x, 1) },
	{
		name: "padded flags",
		inputs: [flags],
		fn: (x) =>
			tf.pad(x, [
				[1, 0],
				[0, 2],
			]),
	},
];

const refused: Case[] = [
	{
		name: "concatenation of mixed dtypes",
		inputs: [matrix, whole, flags],
		fn: (...parts) => tf.concat(parts, 1),
	},
	{
		name: "max pooling with a padding as wide as its window",
		inputs: [image],
		fn: as<tf.Tensor4D>((x) => tf.relu(tf.maxPool(x, 2, 1, 2))),
		gradient: true,
	},
	{
		name: "average pooling with a padding as wide as its window",
		inputs: [image],
		fn: as<tf.Tensor4D>((x) =>
			tf.slice(tf.avgPool(x, 2, 1, 2), [0, 1, 1, 0], [2, 7, 7, 4]),
		),
	},
	{
		name: "good and bad pooling in one graph",
		inputs: [image],
		fn: as<tf.Tensor4D>((x) =>
			tf.maxPool(
				tf.maxPool(tf.square(tf.maxPool(x, 2, 1, "same")), 3, 2, 3),
				2,
				1,
				2,
			),
		),
	},
];

const none = normal([2, 0]);
const noImages = normal([0, 4, 4, 2]);
const empty: Case[] = [
	{ name: "a sum of nothing", inputs: [none], fn: (x) => tf.sum(x, 1) },
	{ name: "a sum that is nothing", inputs: [none], fn: (x) => tf.sum(x, 0) },
	{ name: "the mean of nothing", inputs: [none], fn: (x) => tf.mean(x) },
	{ name: "the largest of nothing", inputs: [none], fn: (x) => tf.max(x, 1) },
	{
		name: "the index of the largest of nothing",
		inputs: [none],
		fn: (x) => tf.argMax(x, 1),
	},
	{
		name: "nothing reshaped",
		inputs: [none],
		fn: (x) => tf.concat([tf.reshape(x, [0, 3]), tf.ones([2, 3])]),
		gradient: true,
	},
	{ name: "a stack of nothing", inputs: [none], fn: (x) => tf.stack([x, x]) },
	{
		name: "a product over nothing",
		inputs: [none],
		fn: as<tf.Tensor2D>((x) => tf.matMul(x, x, false, true)),
		gradient: true,
	},
	{
		name: "no images resized",
		inputs: [noImages],
		fn: as<tf.Tensor4D>((x) => tf.image.resizeBilinear(x, [8, 8])),
	},
	{
		name: "no images pooled",
		inputs: [noImages],
		fn: as<tf.Tensor4D>((x) => tf.maxPool(x, 2, 1, "same")),
	},
	{
		name: "a filter over no images",
		inputs: [normal([3, 3, 2, 5]), noImages],
		fn: (filter, x) =>
			tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, "same"),
		gradient: true,
	},
];

function evaluate(
	{ inputs, fn, gradient }: Case,
	run: typeof compile,
): Plain[] {
	let plain: Plain[] = [];
	tf.tidy(() => {
		const tensors = inputs.map(toTensor);
		// Something before and after, so that the graph is cut.
		const around: Fn = (x, ...rest) => {
			const y = fn(
				x?.dtype === "float32" ? tf.mul(x, 1.5) : (x as tf.Tensor),
				...rest,
			);
			return y.dtype === "float32" ? tf.add(y, 0.5) : y;
		};
		const results = [run(fn), run(around)].map((call) => call(...tensors));
		if (gradient) {
			const [x, ...rest] = tensors as [tf.Tensor, ...tf.Tensor[]];
			const slope = run((x: tf.Tensor, ...rest: tf.Tensor[]) =>
				tf.grad((y: tf.Tensor) => tf.square(around(y, ...rest)))(x),
			);
			results.push(slope(x, ...rest), slope(x, ...rest));
		}
		plain = results.map(toPlain);
	});
	return plain;
}

for (const one of [...withoutForm, ...refused, ...empty]) {
	test(`${one.name}, eager and compiled, is that of the JavaScript kernels`, async () => {
		const asIs = ((fn) => fn) as typeof compile;
		const made = [evaluate(one, asIs), evaluate(one, compile)];
		await tf.setBackend("cpu");
		const expected = evaluate(one, asIs);
		for (const results of made) {
			expected.forEach((plain, i) => {
				const got = results[i] as Plain;
				assert.deepEqual([got.shape, got.dtype], [plain.shape, plain.dtype]);
				const worst = excess(got, plain, rtol);
				assert.ok(worst <= 1, `result ${i} is off by ${worst} tolerances`);
			});
		}
	});
}

test("what a JavaScript kernel makes has the type of its dtype", () => {
	const x = tf.tensor1d([-3, 4], "int32");
	const before = engine().fallbacks.Add ?? 0;
	for (const [made, expected] of [
		[tf.abs(x), [6, 8]],
		[tf.square(x), [18, 32]],
	] as const) {
		assert.deepEqual(tf.add(made, made).dataSync(), Int32Array.from(expected));
		const double = compile((y: tf.Tensor) => tf.add(y, y));
		assert.deepEqual(double(made).dataSync(), Int32Array.from(expected));
	}
	assert.equal(engine().fallbacks.Add ?? 0, before);
});

test("fallbacks are counted, in a compiled function at every call", () => {
	const count = () => engine().fallbacks.Cumprod ?? 0;
	const before = count();
	const fn = compile((x: tf.Tensor) => tf.cumprod(x));
	for (const _ of [1, 2, 3]) fn(tf.ones([4]));
	assert.equal(count(), before + 3);
});

test("only what is refused runs in JavaScript", () => {
	const count = () => engine().fallbacks.MaxPool ?? 0;
	const before = count();
	const fn = compile((x: tf.Tensor4D) =>
		tf.maxPool(tf.maxPool(x, 2, 1, "same"), 2, 1, 2),
	);
	fn(toTensor(image) as tf.Tensor4D);
	assert.equal(count(), before + 1);
});

test("kernels whose results have no foreseeable shape are refused by name", () => {
	const x = tf.tensor1d([1, 2, 2]);
	const unique = compile((x: tf.Tensor1D) => tf.unique(x).values);
	assert.throws(
		() => unique(x),
		/Unique\(x float32\[3\]\): compile\(\) cannot know the shape/,
	);
	const boxes = tf.tensor2d([0, 0, 1, 1, 0, 0, 1, 1], [2, 4]);
	const scores = tf.tensor1d([0.5, 1]);
	const suppress = compile((boxes: tf.Tensor2D, scores: tf.Tensor1D) =>
		tf.image.nonMaxSuppression(boxes, scores, 1),
	);
	assert.throws(
		() => suppress(boxes, scores),
		/NonMaxSuppressionV3\(.*cannot know the shape/,
	);
	const padded = compile(
		(boxes: tf.Tensor2D, scores: tf.Tensor1D) =>
			tf.image.nonMaxSuppressionPadded(boxes, scores, 2, 0.5, 0, true)
				.selectedIndices,
	);
	assert.deepEqual([...padded(boxes, scores).dataSync()], [1, 0]);
});

test("an error while a compiled function runs names the kernel of TensorFlow.js", () => {
	const table = tf.ones([3, 2]);
	const outside = tf.tensor1d([7], "int32");
	const onNodes = compile((x: tf.Tensor, i: tf.Tensor1D) =>
		tf.square(tf.gather(tf.relu(x), i)),
	);
	assert.throws(() => onNodes(table, outside), /GatherV2/);
	const inJavaScript = compile((x: tf.Tensor1D) =>
		tf.bincount(tf.maximum(x, x) as tf.Tensor1D, [], 4),
	);
	assert.throws(
		() => inJavaScript(tf.tensor1d([1, -2], "int32")),
		/^Error: Bincount\(x int32\[2\], weights float32\[0\]\): .*non-negative/,
	);
});

test("native code prints nothing where it refuses", () => {
	const { stdout, stderr } = inNewProcess(`
		const { compile, useEngine } = library;
		await useEngine("onnxruntime");
		const image = tf.ones([1, 6, 6, 1]);
		const outside = tf.tensor1d([9], "int32");
		const calls = [
			() => tf.maxPool(image, 2, 1, 2),
			() => compile((x) => tf.avgPool(x, 2, 1, 2))(image),
			() => tf.concat([image, tf.ones([1, 6, 6, 1], "int32")]),
			() => compile((x) => tf.concat([x, tf.ones([1, 6, 6, 1], "int32")]))(image),
			() => tf.gather(image, outside),
			() => compile((x, i) => tf.gather(x, i, 1))(image, outside),
		];
		const thrown = calls.map((call) => {
			try {
				call();
			} catch (error) {
				return error.message;
			}
		});
		process.stdout.write(JSON.stringify(thrown.filter((message) => message)));`);
	assert.equal(stderr, "");
	const messages = JSON.parse(stdout) as string[];
	assert.equal(messages.length, 2);
	for (const message of messages) {
		assert.match(message, /GatherV2/);
		assert.doesNotMatch(message, /onnxruntime_src|\.cc|status code/);
	}
});
