/** Rows that are resized together, and the source rows that they are made of; ends are not among them. */
export interface Band {
	readonly from: number;
	readonly to: number;
	readonly first: number;
	readonly end: number;
}

/** For each result row, the first source row that it is made of, and the one behind the last. */
export interface RowSpans {
	readonly firsts: Int32Array;
	readonly ends: Int32Array;
}

/** What stays in the cache of a core. */
const bandBytes = 2 ** 20;

/**
 * Divides the rows of a result into bands that do not take much memory, of at least one row each.
 *
 * `sourceBytes` and `resultBytes` are what a row takes. Firsts and ends never decrease.
 */
export function bandsOf(
	{ firsts, ends }: RowSpans,
	{ sourceBytes, resultBytes }: { sourceBytes: number; resultBytes: number },
): Band[] {
	const bands: Band[] = [];
	for (let from = 0; from < firsts.length; ) {
		const first = firsts[from]!;
		const bytesTo = (row: number): number =>
			(ends[row]! - first) * sourceBytes + (row + 1 - from) * resultBytes;
		let to = from + 1;
		while (to < firsts.length && bytesTo(to) <= bandBytes) to++;
		bands.push({ from, to, first, end: ends[to - 1]! });
		from = to;
	}
	return bands;
}
