import { bytesIn } from "../parallel/arrays.js";
import type { Dataset, Sample } from "./task.js";

/** How many bytes of a data set are kept, unless told otherwise. */
export const memoryBytes = 2 ** 28;

interface Memory {
	readonly samples: Map<number, Sample<unknown>>;
	bytes: number;
}

const memories = new WeakMap<Dataset<unknown>, Memory>();

/**
 * The example at an index, drawn or decoded only once where its data set is small.
 *
 * Up to 256 MiB of pictures and targets are kept for as long as the data set itself; runs on one task share them.
 */
export function remembered<Target>(
	dataset: Dataset<Target>,
	index: number,
	mostBytes = memoryBytes,
): Sample<Target> {
	const memory = memories.get(dataset) ?? { samples: new Map(), bytes: 0 };
	memories.set(dataset, memory);
	const known = memory.samples.get(index) as Sample<Target> | undefined;
	if (known) return known;
	const sample = dataset.sample(index);
	const byteLength = bytesIn(sample);
	if (memory.bytes + byteLength <= mostBytes) {
		memory.samples.set(index, sample);
		memory.bytes += byteLength;
	}
	return sample;
}

/** Whether a whole data set can be remembered, if its examples are all as large as the first. */
export const fitsMemory = (dataset: Dataset<unknown>): boolean =>
	dataset.length * bytesIn(remembered(dataset, 0)) <= memoryBytes;
