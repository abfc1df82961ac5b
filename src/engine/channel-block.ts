import type { Attribute, OnnxNode } from "./onnx.js";
import { createSession, type Feed } from "./session.js";

const domain = "com.microsoft.nchwc";
const channels = 16;

function node(
	op: string,
	inputs: string[],
	output: string,
	attributes: Record<string, Attribute>,
): OnnxNode {
	return { op, domain, attributes, inputs, outputs: [output] };
}

// A 1x1 convolution of one pixel whose filter is written in blocks: the sum that comes out says whether
// ONNX Runtime reads them so.
function readsBlocksOf(block: number): boolean {
	const shape = [channels, channels, 1, 1];
	const pixel = [1, 1, 1, channels];
	const nodes = [
		node("ReorderInput", ["x"], "blocks", { channels_last: 1 }),
		node("Conv", ["blocks", "filter"], "made", {
			kernel_shape: [1, 1],
			strides: [1, 1],
			dilations: [1, 1],
			pads: [0, 0, 0, 0],
			group: 1,
		}),
		node("ReorderOutput", ["made"], "y", { channels, channels_last: 1 }),
	];
	const x = Float32Array.from({ length: channels }, (_, i) => i + 1);
	const weight = (inner: number, outer: number) => inner * channels + outer;
	const filter = new Float32Array(channels ** 2);
	const expected = new Float32Array(channels);
	const blocks = channels / block;
	for (let inner = 0; inner < channels; inner++) {
		for (let outer = 0; outer < channels; outer++) {
			const place =
				(Math.floor(outer / block) * blocks + Math.floor(inner / block)) *
					block ** 2 +
				(inner % block) * block +
				(outer % block);
			filter[place] = weight(inner, outer);
			expected[outer] =
				(expected[outer] as number) +
				(x[inner] as number) * weight(inner, outer);
		}
	}
	const feed = (data: Float32Array, dims: number[]): Feed => ({
		data,
		dims,
		type: "float32",
		location: "cpu",
	});
	const y = new Float32Array(channels);
	const session = createSession(
		{
			nodes,
			initializers: [],
			inputs: [
				{ name: "x", dtype: "float32", shape: pixel },
				{ name: "filter", dtype: "float32", shape },
			],
			outputs: [{ name: "y", dtype: "float32", shape: pixel }],
		},
		{ threads: 1, executionProviders: ["cpu"], arena: false },
	);
	try {
		session.run(
			{ x: feed(x, pixel), filter: feed(filter, shape) },
			{ y: feed(y, pixel) },
		);
		return y.every((value, i) => value === expected[i]);
	} finally {
		session.dispose();
	}
}

function find(): number {
	for (const block of [16, 8]) {
		try {
			if (readsBlocksOf(block)) return block;
		} catch {
			// This processor has no such convolutions, or blocks of another size.
		}
	}
	return 0;
}

/**
 * The number of channels that stand together in ONNX Runtime's own convolutions on this processor, or 0
 * where it has none; found by trying.
 */
export const channelBlock = (() => {
	let found: number | undefined;
	return (): number => {
		found ??= find();
		return found;
	};
})();
