/** The ends of a line, whole pixels. */
export interface LineEnds {
	readonly from: readonly [row: number, column: number];
	readonly to: readonly [row: number, column: number];
}

/**
 * Walks along a line without jagged edges: calls `touch` with each pixel and how much of it is covered, from 0 to 1;
 * pixels may come twice.
 *
 * Source: `skimage.draw.line_aa` of scikit-image 0.19; Zingl, A Rasterizing Algorithm for Drawing Curves (2012).
 */
export function walkLine(
	{ from, to }: LineEnds,
	touch: (row: number, column: number, cover: number) => void,
): void {
	let [row, column] = from;
	const across = Math.abs(column - to[1]);
	const down = Math.abs(row - to[0]);
	const right = column < to[1] ? 1 : -1;
	const below = row < to[0] ? 1 : -1;
	const length =
		across + down === 0
			? 1
			: Math.fround(Math.sqrt(across * across + down * down));
	const cover = (distance: number) => 1 - Math.abs(distance) / length;
	let error = across - down;
	for (;;) {
		touch(row, column, cover(error - across + down));
		const before = error;
		const beside = column + right;
		if (2 * before >= -across) {
			if (column === to[1]) return;
			if (before + down < length)
				touch(row + below, column, cover(before + down));
			error -= down;
			column += right;
		}
		if (2 * before <= down) {
			if (row === to[0]) return;
			if (across - before < length) touch(row, beside, cover(across - before));
			error += across;
			row += below;
		}
	}
}
