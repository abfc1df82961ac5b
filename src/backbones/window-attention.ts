import * as tf from "@tensorflow/tfjs";
import { linear } from "../nn/linear.js";
import { type Params, param } from "../nn/params.js";
import type { WindowGrid } from "./windows.js";

/** Which part of the map a pixel came from, along one axis: rolled pixels are no neighbors of the others. */
function regionOf(
	position: number,
	windows: number,
	{ window, shift }: { readonly window: number; readonly shift: number },
): number {
	const length = windows * window;
	if (shift === 0 || position < length - window) return 0;
	return position < length - shift ? 1 : 2;
}

/**
 * What keeps pixels of one window from attending to pixels that were not neighbors before the roll:
 * `[windows, window * window, window * window]` of 0 and -100, or undefined where nothing is shifted.
 */
export function shiftMaskValues(grid: WindowGrid): Float32Array | undefined {
	const { window, rows, columns, shiftRows, shiftColumns } = grid;
	if (shiftRows === 0 && shiftColumns === 0) return undefined;
	const pixels = window * window;
	const down = { window, shift: shiftRows };
	const across = { window, shift: shiftColumns };
	const regions: number[] = [];
	for (let y = 0; y < rows; y++) {
		for (let x = 0; x < columns; x++) {
			for (let i = 0; i < pixels; i++) {
				const row = y * window + Math.floor(i / window);
				const column = x * window + (i % window);
				regions.push(
					3 * regionOf(row, rows, down) + regionOf(column, columns, across),
				);
			}
		}
	}
	const mask = new Float32Array(rows * columns * pixels * pixels);
	for (let from = 0; from < regions.length; from++) {
		const first = from - (from % pixels);
		for (let i = 0; i < pixels; i++) {
			if (regions[from] !== regions[first + i]) mask[from * pixels + i] = -100;
		}
	}
	return mask;
}

/** `shiftMaskValues` as a tensor `[windows, 1, window * window, window * window]`. */
export function shiftMask(grid: WindowGrid): tf.Tensor4D | undefined {
	const mask = shiftMaskValues(grid);
	const pixels = grid.window ** 2;
	return (
		mask && tf.tensor4d(mask, [grid.rows * grid.columns, 1, pixels, pixels])
	);
}

/** For each pair of pixels of a window, the row of the bias table that belongs to their distance. */
export function relativePositionIndex(window: number): Int32Array {
	const pixels = window * window;
	const index = new Int32Array(pixels * pixels);
	for (let from = 0; from < pixels; from++) {
		for (let to = 0; to < pixels; to++) {
			const down = Math.floor(from / window) - Math.floor(to / window);
			const across = (from % window) - (to % window);
			index[from * pixels + to] =
				(down + window - 1) * (2 * window - 1) + across + window - 1;
		}
	}
	return index;
}

function relativePositionBias(
	params: Params,
	name: string,
	window: number,
): tf.Tensor3D {
	const table = param(params, `${name}.relative_position_bias_table`); // [(2 window - 1)^2, heads]
	const index = tf.tensor1d(relativePositionIndex(window), "int32");
	const pixels = window ** 2;
	const pairs = tf.reshape(tf.gather(table, index), [pixels, pixels, -1]);
	return tf.transpose(pairs as tf.Tensor3D, [2, 0, 1]);
}

/**
 * Multi-head self-attention `name` within each window, with relative position bias.
 *
 * `x` is `[batch * windows, pixels, channels]`, cut by `grid`.
 */
export function windowAttention(
	params: Params,
	name: string,
	x: tf.Tensor3D,
	{ heads, grid }: { readonly heads: number; readonly grid: WindowGrid },
): tf.Tensor3D {
	const [count, pixels, channels] = x.shape;
	const size = channels / heads;
	const all = linear(params, `${name}.qkv`, x); // [channels, 3 * channels]
	const apart = tf.reshape(all, [count, pixels, 3, heads, size]);
	const qkv = tf.transpose(apart, [2, 0, 3, 1, 4]);
	const [q, k, v] = tf.unstack(qkv) as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];

	let attention: tf.Tensor = tf.matMul(tf.mul(q, size ** -0.5), k, false, true);
	const bias = relativePositionBias(params, name, grid.window);
	const mask = shiftMask(grid);
	if (mask) {
		const windows = grid.rows * grid.columns;
		const shape = [-1, windows, heads, pixels, pixels];
		const shifted = tf.add(tf.reshape(attention, shape), tf.add(bias, mask));
		attention = tf.reshape(shifted, attention.shape);
	} else {
		attention = tf.add(attention, bias);
	}
	attention = tf.softmax(attention);

	const seen = tf.transpose(tf.matMul(attention, v), [0, 2, 1, 3]);
	const out: tf.Tensor3D = tf.reshape(seen, [count, pixels, channels]);
	return linear(params, `${name}.proj`, out); // [channels, channels]
}
