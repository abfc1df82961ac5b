import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import type { Value } from "../../src/engine/graph.js";
import { convolutions } from "../../src/engine/lowerings/convolution.js";
import { TraceGraph } from "../../src/engine/trace.js";
import { inWideLines } from "../../src/engine/wide-lines.js";
import { useEngine } from "../../src/index.js";
import { compile } from "../../src/parts.js";
import { normal, toTensor } from "./tensors.js";

await useEngine("onnxruntime");

/** What windows of 3x3 pixels, each pixel the middle of one, see: nine images of the same size, one after the other. */
function patches(x: tf.Tensor4D): tf.Tensor2D {
	const [batch, height, width, channels] = x.shape;
	const padded = tf.pad(x, [
		[0, 0],
		[1, 1],
		[1, 1],
		[0, 0],
	]);
	const taps = [0, 1, 2].flatMap((i) =>
		[0, 1, 2].map((j) =>
			tf.slice(padded, [0, i, j, 0], [batch, height, width, channels]),
		),
	);
	return tf.reshape(tf.concat(taps, 3), [-1, 9 * channels]);
}

for (const channels of [3, 16])
	test(`the gradient of a filter is that of one product, bit for bit, ${channels} channels`, () => {
		const x = toTensor(normal([2, 50, 60, channels])) as tf.Tensor4D;
		const dy = toTensor(normal([2, 50, 60, 8])) as tf.Tensor4D;
		const filter = tf.zeros([3, 3, channels, 8]) as tf.Tensor4D;
		const inParts = compile((x: tf.Tensor4D, dy: tf.Tensor4D) =>
			tf.grad((w) => tf.conv2d(x, w as tf.Tensor4D, 1, "same"))(filter, dy),
		);
		const atOnce = compile((x: tf.Tensor4D, dy: tf.Tensor4D) =>
			tf.matMul(patches(x), tf.reshape(dy, [-1, 8]) as tf.Tensor2D, true),
		);
		assert.deepEqual(inParts(x, dy).dataSync(), atOnce(x, dy).dataSync());
	});

test("patches are multiplied in parts where the product is small, and at once where each part would add to much", () => {
	const products = (channels: number): number => {
		const graph = new TraceGraph();
		const shape = [1, 64, 64, channels];
		const gradient = convolutions.Conv2DBackpropFilter?.(
			graph,
			{ x: graph.input(shape, "float32"), dy: graph.input(shape, "float32") },
			{ filterShape: [3, 3, channels, channels], strides: 1, pad: "same" },
		);
		const { nodes } = graph.finish([gradient as Value]);
		return nodes.filter(({ op }) => op === "Gemm").length;
	};
	assert.deepEqual([16, 128].map(products), [3, 1]);
});

test("whole blocks of images are one convolution, unless the errors are too many to be fetched again and again", () => {
	const ops = (batch: number, side: number) => {
		const graph = new TraceGraph(16);
		const shape = [batch, side, side, 16];
		const gradient = convolutions.Conv2DBackpropFilter?.(
			graph,
			{ x: graph.input(shape, "float32"), dy: graph.input(shape, "float32") },
			{ filterShape: [3, 3, 16, 16], strides: 1, pad: "same" },
		);
		const { nodes } = graph.finish([gradient as Value]);
		return ["Conv", "Gemm"].filter((one) => nodes.some(({ op }) => op === one));
	};
	assert.deepEqual(ops(64, 32), ["Conv"]);
	assert.deepEqual(ops(63, 32), ["Gemm"]);
	assert.deepEqual(ops(64, 65), ["Gemm"]);
});

test("numbers for each channel are repeated for whole lines of large maps", () => {
	const graph = new TraceGraph();
	const isWide = (pixels: number, channels: number): boolean => {
		const x = graph.input([pixels, channels], "float32");
		const each = graph.input([channels], "float32");
		return inWideLines(graph, "Mul", [x, each], "float32") !== undefined;
	};
	assert.ok(isWide(4096, 128));
	assert.ok(!isWide(4095, 128));
	assert.ok(!isWide(4096, 129));
	const x = toTensor(normal([3, 37, 50, 24]));
	const each = toTensor(normal([24], { seed: 1 }));
	const moved = (x: tf.Tensor, each: tf.Tensor) =>
		tf.add(tf.mul(tf.sub(x, each), each), each);
	const compiled = compile(moved)(x, each);
	assert.deepEqual(compiled.shape, x.shape);
	assert.deepEqual(compiled.dataSync(), moved(x, each).dataSync());
});

test("constants for each of few channels are repeated for whole lines, and for many, tensors or single pixels are not", () => {
	const graph = new TraceGraph();
	const wide = (shape: number[], isConstant = true) => {
		const channels = shape.at(-1) as number;
		const each = isConstant
			? graph.constant(new Float32Array(channels), [channels], "float32")
			: graph.input([channels], "float32");
		const x = graph.input(shape, "float32");
		return inWideLines(graph, "Sub", [x, each], "float32")?.shape;
	};
	assert.deepEqual(wide([2, 30, 40, 3]), [2, 30, 40, 3]);
	assert.equal(wide([2, 30, 40, 3], false), undefined);
	assert.equal(wide([2, 30, 40, 16]), undefined);
	assert.equal(wide([1, 1, 1, 3]), undefined);
	const [mean, std] = [
		[0.5, 0.25, 0.125],
		[3, 5, 7],
	];
	const normalized = (x: tf.Tensor) => tf.div(tf.sub(x, mean), std);
	for (const shape of [
		[2, 5, 7, 3],
		[1, 3],
		[4, 1, 1, 3],
		[2, 9, 30, 3],
	]) {
		const x = toTensor(normal(shape));
		const compiled = compile(normalized)(x);
		assert.deepEqual(compiled.shape, shape);
		assert.deepEqual(compiled.dataSync(), normalized(x).dataSync());
	}
});
