/** One or two stretches of a data array, and the weight they get. */
interface Source {
	readonly from: number;
	readonly weight: number;
}
interface PairSource {
	readonly first: number;
	readonly second: number;
	readonly weight: number;
}

/** `row[i] = data[from + i] · weight`. */
export function setRow(
	row: Float64Array,
	data: Float64Array,
	{ from, weight }: Source,
): void {
	for (let i = 0; i < row.length; i++) row[i] = data[from + i]! * weight;
}

/** `row[i] += data[from + i] · weight`. */
export function addRow(
	row: Float64Array,
	data: Float64Array,
	{ from, weight }: Source,
): void {
	for (let i = 0; i < row.length; i++) row[i]! += data[from + i]! * weight;
}

/** `row[i] += (data[first + i] + data[second + i]) · weight`. */
export function addRowPair(
	row: Float64Array,
	data: Float64Array,
	{ first, second, weight }: PairSource,
): void {
	for (let i = 0; i < row.length; i++) {
		row[i]! += (data[first + i]! + data[second + i]!) * weight;
	}
}
