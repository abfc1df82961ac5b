/** How fast the cells of one kind are, in seconds. */
export interface Pace {
	/** Of one update, once all is compiled. */
	readonly step: number;
	/** From the start of a process to training, which cells of one job share; not known from logs alone. */
	readonly begin?: number;
	/** What the first update takes longer than others: all is compiled. */
	readonly compile: number;
	/** Of one scored image, corruption included; 0 where nothing is scored. */
	readonly image: number;
	/** Memory of the process at its most, in bytes; not known from logs. */
	readonly bytes?: number;
	/** Where this is known from: `measured here: onnxruntime, 2 threads`. */
	readonly from: string;
}

/** The middle of some numbers; not a number where there are none. */
export function middle(values: readonly number[]): number {
	const sorted = values.toSorted((a, b) => a - b);
	const half = Math.floor(sorted.length / 2);
	const upper = sorted[half] ?? Number.NaN;
	return sorted.length % 2 === 1
		? upper
		: (upper + (sorted[half - 1] ?? Number.NaN)) / 2;
}
