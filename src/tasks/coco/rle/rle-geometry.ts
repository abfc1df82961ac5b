import type { Rectangle } from "../../../image/crop.js";
import type { Size } from "../../task.js";
import type { Rle } from "./rle.js";

/** A run inside: from a pixel, counted down the columns, to before another. */
interface Run {
	readonly start: number;
	readonly end: number;
}

function runsInside({ counts }: Rle): Run[] {
	const runs: Run[] = [];
	let at = 0;
	counts.forEach((count, i) => {
		if (i % 2 === 1 && count > 0) runs.push({ start: at, end: at + count });
		at += count;
	});
	return runs;
}

/** Collects runs inside, which must come in order, into a mask. */
function collect({ height, width }: Size) {
	const counts: number[] = [];
	let outside = 0;
	let end = 0;
	return {
		add(from: number, to: number): void {
			if (to <= from) return;
			if (from === end && counts.length > 0)
				counts[counts.length - 1]! += to - from;
			else {
				counts.push(from - outside, to - from);
			}
			outside = to;
			end = to;
		},
		finish(): Rle {
			const rest = height * width - outside;
			if (rest > 0 || counts.length === 0) counts.push(rest);
			return { height, width, counts: Uint32Array.from(counts) };
		},
	};
}

/** For each source column, in turn or as `columns` says, the rows inside. */
function mapColumns(
	rle: Rle,
	size: Size,
	{
		columns,
		row,
	}: {
		/** Of each column of the result: that of the source, or one beyond it. */
		readonly columns: ArrayLike<number>;
		/** The row of the result at which a row of the source begins. */
		readonly row: (sourceRow: number) => number;
	},
): Rle {
	const runs = runsInside(rle);
	const first = firstRuns(runs, rle);
	const result = collect(size);
	for (let x = 0; x < size.width; x++) {
		const column = columns[x]!;
		if (column < 0 || column >= rle.width) continue;
		const top = column * rle.height;
		const bottom = top + rle.height;
		for (let i = first[column]!; i < runs.length; i++) {
			const { start, end } = runs[i]!;
			if (start >= bottom) break;
			const from = row(Math.max(start, top) - top);
			const to = row(Math.min(end, bottom) - top);
			result.add(x * size.height + from, x * size.height + to);
		}
	}
	return result.finish();
}

/** For each column the first run that ends in it or after it. */
function firstRuns(runs: readonly Run[], { height, width }: Size): Uint32Array {
	const first = new Uint32Array(width);
	let run = 0;
	for (let column = 0; column < width; column++) {
		while (run < runs.length && runs[run]!.end <= column * height) run++;
		first[column] = run;
	}
	return first;
}

/** Where each source pixel of a side begins in the resized side, and which one each resized pixel shows. */
function nearest(from: number, to: number) {
	const step = 1 / (to / from);
	const shown = Uint32Array.from({ length: to }, (_, i) =>
		Math.min(Math.floor(i * step), from - 1),
	);
	const begins = new Uint32Array(from + 1).fill(to);
	for (let i = to - 1; i >= 0; i--) begins[shown[i]!] = i;
	// A pixel that is not shown begins where the next one does.
	for (let i = from - 1; i >= 0; i--)
		begins[i] = Math.min(begins[i]!, begins[i + 1]!);
	return { shown, begins };
}

/** Resizes a mask by picking pixels, as `cv2.resize` with `INTER_NEAREST`. */
export function resizeRle(rle: Rle, size: Size): Rle {
	const { begins } = nearest(rle.height, size.height);
	const { shown } = nearest(rle.width, size.width);
	return mapColumns(rle, size, { columns: shown, row: (y) => begins[y]! });
}

/** The mask seen in a mirror, left and right exchanged. */
export function mirroredRle(rle: Rle): Rle {
	const columns = Array.from(
		{ length: rle.width },
		(_, x) => rle.width - 1 - x,
	);
	return mapColumns(rle, rle, { columns, row: (y) => y });
}

/** The mask in a rectangle; outside the mask there is nothing. */
export function cropRle(
	rle: Rle,
	{ top, left, height, width }: Rectangle,
): Rle {
	const columns = Array.from({ length: width }, (_, x) => left + x);
	const row = (y: number): number => Math.min(Math.max(y - top, 0), height);
	return mapColumns(rle, { height, width }, { columns, row });
}
