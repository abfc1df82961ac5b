const multiplier = 0x5bd1e995;
const times = (value: number) => Math.imul(value, multiplier) >>> 0;

/**
 * The 32-bit MurmurHash2 of a text in UTF-8, by which clients of the debugger name a cell.
 *
 * Source: Austin Appleby's MurmurHash2, which is in the public domain.
 */
export function murmur2(text: string, seed: number): number {
	const bytes = new TextEncoder().encode(text);
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const whole = bytes.length - (bytes.length % 4);
	let hash = (seed ^ bytes.length) >>> 0;
	for (let i = 0; i < whole; i += 4) {
		let word = times(view.getUint32(i, true));
		word = times(word ^ (word >>> 24));
		hash = (times(hash) ^ word) >>> 0;
	}
	for (let i = bytes.length - 1; i >= whole; i--) {
		hash = (hash ^ (bytes[i]! << (8 * (i - whole)))) >>> 0;
	}
	if (whole < bytes.length) hash = times(hash);
	hash = times(hash ^ (hash >>> 13));
	return (hash ^ (hash >>> 15)) >>> 0;
}
