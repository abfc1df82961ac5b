/** What is right where TensorFlow.js's JavaScript kernels pass over NaN, or there is none. */
import type { Plain } from "../tensors.js";
import { sizeOf } from "./draw.js";

/** The lines of elements along an axis. */
function lines({ shape, values }: Plain, axis: number): number[][] {
	const inner = sizeOf(shape.slice(axis + 1));
	const length = shape[axis] as number;
	const outer = sizeOf(shape.slice(0, axis));
	return Array.from({ length: outer * inner }, (_, line) =>
		Array.from({ length }, (_, i) => {
			const row = Math.floor(line / inner) * length + i;
			return values[row * inner + (line % inner)] as number;
		}),
	);
}

// The places of a line, NaN first, then from the largest to the smallest; the earlier one of equals first.
const ranked = (line: readonly number[]): number[] =>
	line
		.map((_, place) => place)
		.sort((a, b) => {
			const [x, y] = [line[a] as number, line[b] as number];
			if (Number.isNaN(x) || Number.isNaN(y))
				return Number(Number.isNaN(y)) - Number(Number.isNaN(x)) || a - b;
			return (x === y ? 0 : y - x) || a - b;
		});

/** The place of the first NaN, else of the largest (sign 1) or the smallest (sign -1). */
export function argumentOf(x: Plain, axis: number, sign: 1 | -1): Plain {
	const shape = x.shape.filter((_, i) => i !== axis);
	const values = lines(x, axis).map(
		(line) => ranked(line.map((value) => sign * value))[0] as number,
	);
	return { shape, dtype: "int32", values };
}

/** The `k` largest of each row, and their places. */
export function largestOf(x: Plain, k: number): [Plain, Plain] {
	const shape = [...x.shape.slice(0, -1), k];
	const rows = lines(x, x.shape.length - 1);
	const places = rows.map((row) => ranked(row).slice(0, k));
	const values = places.flatMap((row, i) =>
		row.map((place) => (rows[i] as number[])[place] as number),
	);
	return [
		{ shape, dtype: "float32", values },
		{ shape, dtype: "int32", values: places.flat() },
	];
}

/** `log softmax` of each row. */
export function logSoftmaxOf(logits: Plain): Plain {
	const values = lines(logits, logits.shape.length - 1).flatMap((row) => {
		const most = Math.max(...row);
		const sum = row.reduce((total, x) => total + Math.exp(x - most), 0);
		return row.map((x) => x - most - Math.log(sum));
	});
	return { ...logits, values };
}
