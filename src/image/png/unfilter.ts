/** How rows of bytes lie in a PNG file: one more byte in front of each says how it is filtered. */
export interface FilteredRows {
	/** Where the first begins. */
	readonly from: number;
	readonly height: number;
	readonly rowBytes: number;
	/** From a byte to that of the pixel on its right; 1 where pixels are smaller. */
	readonly pixelBytes: number;
}

interface Row {
	readonly bytes: Uint8Array;
	readonly filtered: Uint8Array;
	/** Where it begins in `filtered`, behind the byte of its filter. */
	readonly from: number;
	/** Where it begins in `bytes`. */
	readonly to: number;
	/** The row above begins at `up` in it. */
	readonly above: Uint8Array;
	readonly up: number;
	readonly rowBytes: number;
	readonly pixelBytes: number;
}

function addLeft({ bytes, filtered, from, to, rowBytes, pixelBytes }: Row) {
	for (let i = 0; i < pixelBytes; i++) bytes[to + i] = filtered[from + i]!;
	for (let i = pixelBytes; i < rowBytes; i++)
		bytes[to + i] = filtered[from + i]! + bytes[to + i - pixelBytes]!;
}

function addAbove({ bytes, filtered, from, to, above, up, rowBytes }: Row) {
	for (let i = 0; i < rowBytes; i++)
		bytes[to + i] = filtered[from + i]! + above[up + i]!;
}

function addMean(row: Row) {
	const { bytes, filtered, from, to, above, up, rowBytes, pixelBytes } = row;
	for (let i = 0; i < pixelBytes; i++)
		bytes[to + i] = filtered[from + i]! + (above[up + i]! >> 1);
	for (let i = pixelBytes; i < rowBytes; i++) {
		const sum = bytes[to + i - pixelBytes]! + above[up + i]!;
		bytes[to + i] = filtered[from + i]! + (sum >> 1);
	}
}

/** `Math.abs` of small integers, several times as fast in this loop. */
const size = (x: number): number => (x ^ (x >> 31)) - (x >> 31);

function addPaeth(row: Row) {
	const { bytes, filtered, from, to, above, up, rowBytes, pixelBytes } = row;
	for (let i = 0; i < pixelBytes; i++)
		bytes[to + i] = filtered[from + i]! + above[up + i]!;
	for (let i = pixelBytes; i < rowBytes; i++) {
		const left = bytes[to + i - pixelBytes]!;
		const over = above[up + i]!;
		const corner = above[up + i - pixelBytes]!;
		const toLeft = size(over - corner);
		const toOver = size(left - corner);
		const toCorner = size(left + over - 2 * corner);
		const nearest =
			toLeft <= toOver && toLeft <= toCorner
				? left
				: toOver <= toCorner
					? over
					: corner;
		bytes[to + i] = filtered[from + i]! + nearest;
	}
}

const filters = [
	({ bytes, filtered, from, to, rowBytes }: Row) =>
		bytes.set(filtered.subarray(from, from + rowBytes), to),
	addLeft,
	addAbove,
	addMean,
	addPaeth,
];

/** Undoes the filters of rows; throws where one has a filter that is not in the PNG specification, 9.2. */
export function unfilter(
	filtered: Uint8Array,
	{ from, height, rowBytes, pixelBytes }: FilteredRows,
): Uint8Array {
	const bytes = new Uint8Array(height * rowBytes);
	const zeros = new Uint8Array(rowBytes);
	for (let y = 0; y < height; y++) {
		const start = from + y * (rowBytes + 1);
		const undo = filters[filtered[start]!];
		if (!undo)
			throw new Error(
				`its row ${y} has the filter ${filtered[start]}, not 0-4`,
			);
		const to = y * rowBytes;
		const [above, up] = y === 0 ? [zeros, 0] : [bytes, to - rowBytes];
		const row = { bytes, filtered, from: start + 1, to, above, up };
		undo({ ...row, rowBytes, pixelBytes });
	}
	return bytes;
}
