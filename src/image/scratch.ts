/** Numbers that are no longer needed, by how many they are; the last to be given back are the first to be taken. */
const kept = new Map<number, Float64Array[]>();
/** How many numbers are kept at most: 64 MB of them. */
const most = 2 ** 23;
let count = 0;

/**
 * An array of so many numbers, whatever they are: one that was given back, or a new one.
 *
 * New arrays of megabytes are what makes V8 look for garbage, which costs more than to fill them.
 */
export function takeFloats(length: number): Float64Array {
	const array = kept.get(length)?.pop();
	if (array) count -= length;
	return array ?? new Float64Array(length);
}

/** Gives back arrays that nobody reads any more, for `takeFloats`; all that are kept go where there is no room. */
export function giveBack(arrays: readonly Float64Array[]): void {
	for (const array of arrays) {
		if (array.length > most) continue;
		if (count + array.length > most) {
			kept.clear();
			count = 0;
		}
		const others = kept.get(array.length);
		if (others) others.push(array);
		else kept.set(array.length, [array]);
		count += array.length;
	}
}
