import { type Graph, single, type Value } from "../graph.js";
import { gather, pad, slice } from "../moves.js";
import { transpose } from "../ops.js";
import { convolveChannelsFirst } from "./channels-first.js";
import { backwards, pads, taps, type Window } from "./window.js";

const oihw = [3, 2, 0, 1];

/** Convolution of `groups` groups of channels, of which each output sees one; the filter is `[kh, kw, in / groups, out]`. */
export const convolveGroups = (
	graph: Graph,
	x: Value,
	filter: Value,
	w: Window,
	groups: number,
): Value =>
	convolveChannelsFirst(graph, x, transpose(graph, filter, oihw), w, groups);

/** Zeros between the pixels, as many as the strides step over. */
function withGaps(graph: Graph, dy: Value, w: Window): Value {
	const { batch, outHeight, outWidth, strideHeight, strideWidth } = w;
	if (strideHeight === 1 && strideWidth === 1) return dy;
	const channels = dy.shape[3] as number;
	const apart = graph.reshape(dy, [batch, outHeight, 1, outWidth, 1, channels]);
	const none = [0, 0] as const;
	const padded = pad(graph, apart, [
		none,
		none,
		[0, strideHeight - 1],
		none,
		[0, strideWidth - 1],
		none,
	]);
	const height = outHeight * strideHeight;
	const width = outWidth * strideWidth;
	const whole = graph.reshape(padded, [batch, height, width, channels]);
	const begin = [0, 0, 0, 0];
	return slice(graph, whole, begin, [
		batch,
		height - strideHeight + 1,
		width - strideWidth + 1,
		channels,
	]);
}

/**
 * The gradient of a convolution of groups with respect to its input: a convolution with the filter upside down.
 *
 * Throws where a window lies outside of the image, which no network has.
 */
export function inputGradientOfGroups(
	graph: Graph,
	dy: Value,
	filter: Value,
	w: Window,
	groups: number,
): Value {
	const [, , inner = 0, outer = 0] = filter.shape;
	const count = taps(w);
	const reversed = Int32Array.from({ length: count }, (_, i) => count - 1 - i);
	const order = graph.constant(reversed, [count], "int32");
	const split = [count, inner, groups, outer / groups];
	const turned = gather(graph, graph.reshape(filter, split), order, 0);
	const weights = graph.reshape(transpose(graph, turned, [2, 1, 3, 0]), [
		groups * inner,
		outer / groups,
		w.kernelHeight,
		w.kernelWidth,
	]);
	const back = backwards({
		...w,
		outHeight: (w.outHeight - 1) * w.strideHeight + 1,
		outWidth: (w.outWidth - 1) * w.strideWidth + 1,
		strideHeight: 1,
		strideWidth: 1,
	});
	if (pads(back).some((length) => length < 0))
		throw new Error(
			`the pad of a convolution of groups must be smaller than its kernel of ${w.kernelHeight} x ${w.kernelWidth}`,
		);
	const gaps = withGaps(graph, dy, w);
	return convolveChannelsFirst(graph, gaps, weights, back, groups);
}

/**
 * The gradient of a convolution of groups with respect to its filter: a convolution of the images by the errors,
 * in which channels and images change places, and strides and dilations.
 */
export function filterGradientOfGroups(
	graph: Graph,
	x: Value,
	dy: Value,
	w: Window,
	groups: number,
): Value {
	const inner = (x.shape[3] as number) / groups;
	const outer = dy.shape[3] as number;
	const { batch, inHeight, inWidth, outHeight, outWidth } = w;
	const split = [batch, inHeight, inWidth, groups, inner];
	const images = graph.reshape(
		transpose(graph, graph.reshape(x, split), [4, 3, 0, 1, 2]),
		[inner, groups * batch, inHeight, inWidth],
	);
	const errors = transpose(graph, dy, [3, 0, 1, 2]);
	const [top = 0, left = 0, below = 0, right = 0] = pads(w);
	// Pixels that no window reached give taps that the filter does not have.
	const spare = (rest: number, dilation: number): number =>
		Math.floor(Math.max(-rest, 0) / dilation);
	const height = w.kernelHeight + spare(below, w.dilationHeight);
	const width = w.kernelWidth + spare(right, w.dilationWidth);
	const output = { shape: [inner, outer, height, width], dtype: x.dtype };
	const attributes = {
		kernel_shape: [outHeight, outWidth],
		strides: [w.dilationHeight, w.dilationWidth],
		dilations: [w.strideHeight, w.strideWidth],
		pads: [top, left, Math.max(below, 0), Math.max(right, 0)],
		group: groups,
	};
	const all = single(graph, "Conv", [images, errors], output, { attributes });
	const size = [inner, outer, w.kernelHeight, w.kernelWidth];
	const made = slice(graph, all, [0, 0, 0, 0], size);
	return transpose(graph, made, [2, 3, 0, 1]);
}
