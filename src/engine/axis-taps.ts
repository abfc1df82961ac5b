/** What each place of one axis reads of another: as many places each, and their weights. */
export interface AxisTaps {
	/** `[places, width]`, row-major; the length of the axis read where a place reads nothing. */
	readonly places: Int32Array;
	readonly weights: Float32Array;
	readonly width: number;
}

/**
 * The taps of the matrix `[to, from]`, row-major: what each of the `to` places reads, or is read by if
 * `transposed`.
 *
 * None has the weight 0, with which a NaN or an infinity of some other place would become a NaN: where a
 * row has fewer than the widest, its last tap comes again, the weight halved each time.
 */
export function tapsOf(
	matrix: Float32Array,
	[to, from]: readonly [to: number, from: number],
	{ transposed = false }: { readonly transposed?: boolean } = {},
): AxisTaps {
	const [rows, columns] = transposed ? [from, to] : [to, from];
	const weightAt = (row: number, column: number): number =>
		matrix[transposed ? column * from + row : row * from + column] as number;
	const lists = Array.from({ length: rows }, (_, row) =>
		Array.from({ length: columns }, (_, column) => column).filter(
			(column) => weightAt(row, column) !== 0,
		),
	);
	const width = Math.max(1, ...lists.map(({ length }) => length));
	const places = new Int32Array(rows * width).fill(columns);
	const weights = new Float32Array(rows * width);
	lists.forEach((list, row) => {
		list.forEach((column, i) => {
			places[row * width + i] = column;
			weights[row * width + i] = weightAt(row, column);
		});
		for (let at = row * width + list.length; list.length > 0; at++) {
			if (at === (row + 1) * width) break;
			const half = (weights[at - 1] as number) / 2;
			places[at] = places[at - 1] as number;
			weights[at - 1] = half;
			weights[at] = half;
		}
	});
	return { places, weights, width };
}
