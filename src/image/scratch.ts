/** Arrays that nobody reads any more, the last to be given back at the end. */
const kept: Float64Array[] = [];
const most = 4;
/** Shorter ones cost less than they would save. */
const least = 2 ** 14;

/**
 * An array of so many numbers, whatever they are: the beginning of one that was given back, or a new one.
 *
 * The pages of a new array of megabytes are found missing one by one, and V8 looks for garbage after some of them.
 */
export function takeFloats(length: number): Float64Array {
	const at = kept.findLastIndex(
		(one) => one.length >= length && one.length <= 2 * length,
	);
	const [found] = at < 0 || length < least ? [] : kept.splice(at, 1);
	return found?.subarray(0, length) ?? new Float64Array(length);
}

/** Gives back arrays that `takeFloats` gave, and that nobody reads any more; four are kept. */
export function giveBack(arrays: readonly Float64Array[]): void {
	for (const array of arrays)
		if (array.length >= least) kept.push(new Float64Array(array.buffer));
	kept.splice(0, kept.length - most);
}
