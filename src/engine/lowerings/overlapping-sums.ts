import type { Graph, Value } from "../graph.js";
import { concat, pad, slice } from "../moves.js";
import { binary } from "../ops.js";
import type { Window } from "./window.js";

/** How windows stand along one axis: those of `stride` neighboring pixels differ, and then all begins anew. */
interface Along {
	readonly axis: 1 | 2;
	readonly taps: number;
	readonly stride: number;
	/** Pixels of the first window that lie before the image. */
	readonly before: number;
	/** Pixels of the image. */
	readonly length: number;
	readonly windows: number;
}

const axesOf = (w: Window): readonly [height: Along, width: Along] => [
	{
		axis: 1,
		taps: w.kernelHeight,
		stride: w.strideHeight,
		before: w.top,
		length: w.inHeight,
		windows: w.outHeight,
	},
	{
		axis: 2,
		taps: w.kernelWidth,
		stride: w.strideWidth,
		before: w.left,
		length: w.inWidth,
		windows: w.outWidth,
	},
];

/** The taps that see every so many pixels, from one of the first on, and which window sees that one. */
const seeing = (
	{ taps, stride, before }: Along,
	phase: number,
): { readonly tap: number; readonly begin: number }[] =>
	Array.from({ length: taps }, (_, tap) => ({
		tap,
		begin: (phase + before - tap) / stride,
	})).filter(({ begin }) => Number.isInteger(begin));

// Fewer images may be of many sizes, as those of detectors, and are to share sessions, whatever their parity.
const leastImages = 16;

/** Whether `overlappingSums` can sum up what windows give to pixels, and gains by it: each tap sees some of the pixels. */
export const fitsOverlappingSums = (w: Window): boolean =>
	w.batch >= leastImages &&
	axesOf(w).every((along) => {
		const { stride, length, windows, taps } = along;
		const count = length / stride;
		const phases = Array.from({ length: stride }, (_, i) => seeing(along, i));
		return (
			stride > 1 &&
			taps >= stride &&
			Number.isInteger(count) &&
			phases.flat().every(({ begin }) => begin < windows && begin + count > 0)
		);
	});

/** `count` windows of `[batch, height, width, channels]` from one on, zeros where there is none. */
function windowsFrom(
	graph: Graph,
	x: Value,
	{
		axis,
		begin,
		count,
	}: Pick<Along, "axis"> & Record<"begin" | "count", number>,
): Value {
	const length = x.shape[axis] as number;
	const first = Math.max(begin, 0);
	const end = Math.min(begin + count, length);
	const at = (value: number, others: (i: number) => number) =>
		x.shape.map((_, i) => (i === axis ? value : others(i)));
	const size = at(end - first, (i) => x.shape[i] as number);
	const some = slice(
		graph,
		x,
		at(first, () => 0),
		size,
	);
	const none = [0, 0] as const;
	const sides = [first - begin, begin + count - end] as const;
	return pad(
		graph,
		some,
		x.shape.map((_, i) => (i === axis ? sides : none)),
	);
}

/** Sums along one axis, of one map for each tap. */
function sumsAlong(graph: Graph, maps: readonly Value[], along: Along): Value {
	const { axis, stride, length } = along;
	const count = length / stride;
	const phases = Array.from({ length: stride }, (_, phase) =>
		seeing(along, phase)
			.map(({ tap, begin }) =>
				windowsFrom(graph, maps[tap] as Value, { axis, begin, count }),
			)
			.reduce((sum, map) => binary(graph, "Add", sum, map)),
	);
	const { shape } = phases[0] as Value;
	const outer = shape.slice(0, axis + 1).reduce((n, some) => n * some, 1);
	const inner = shape.slice(axis + 1).reduce((n, some) => n * some, 1);
	const lines = phases.map((x) => graph.reshape(x, [outer, 1, inner]));
	return graph.reshape(
		concat(graph, lines, 1),
		shape.map((one, i) => (i === axis ? length : one)),
	);
}

/**
 * For each pixel of an image the sum of what the windows give it that see it: one map `[batch, height, width, channels]`
 * of the windows for each of their taps, in order.
 *
 * Pixels are summed up by how they lie to the windows, and laid out beside one another: far less is moved than where each
 * looks up what it is given.
 */
export function overlappingSums(
	graph: Graph,
	maps: readonly Value[],
	w: Window,
): Value {
	const [height, width] = axesOf(w);
	const rows = Array.from({ length: height.taps }, (_, i) =>
		sumsAlong(graph, maps.slice(i * width.taps, (i + 1) * width.taps), width),
	);
	return sumsAlong(graph, rows, height);
}
