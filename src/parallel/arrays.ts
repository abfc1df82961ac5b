type Numbers = Uint8Array;

const isNumbers = (item: unknown): item is Numbers =>
	ArrayBuffer.isView(item) && !(item instanceof DataView);

/** The same value with other arrays of numbers in it: in lists and plain objects, however deep. */
function mapArrays(
	value: unknown,
	change: (array: Numbers) => Numbers,
): unknown {
	if (isNumbers(value)) return change(value);
	if (Array.isArray(value)) return value.map((item) => mapArrays(item, change));
	if (typeof value !== "object" || value === null) return value;
	const prototype: unknown = Object.getPrototypeOf(value);
	if (prototype !== Object.prototype && prototype !== null) return value;
	return Object.fromEntries(
		Object.entries(value).map(([name, item]) => [
			name,
			mapArrays(item, change),
		]),
	);
}

/** How many bytes the arrays of numbers in a value have. */
export function bytesIn(value: unknown): number {
	let bytes = 0;
	mapArrays(value, (array) => {
		bytes += array.byteLength;
		return array;
	});
	return bytes;
}

/** A value whose arrays of numbers lie in buffers of their own, and those buffers. */
export interface Owned<Value> {
	readonly value: Value;
	readonly buffers: ArrayBuffer[];
}

/**
 * Copies all arrays of numbers in a value, so that they can be moved to another thread.
 *
 * What a task returns may also be in its memory, or a part of a larger array.
 */
export function owned<Value>(value: Value): Owned<Value> {
	const buffers: ArrayBuffer[] = [];
	const copy = mapArrays(value, (array) => {
		// Not the array's own method: that of a Buffer shares its memory.
		const own = Uint8Array.prototype.slice.call(array);
		buffers.push(own.buffer as ArrayBuffer);
		return own;
	});
	return { value: copy as Value, buffers };
}
