/** Memory that nobody reads any more, the last to be given back at the end. */
const kept: ArrayBuffer[] = [];
/** What is taken within the innermost `withScratch`; undefined outside of all. */
let taken: ArrayBuffer[] | undefined;

const most = 2 ** 26;
/** Shorter arrays cost less than they would save. */
const least = 2 ** 17;

/** The smallest that holds so many bytes, but not twice as many. */
function found(byteLength: number): ArrayBuffer | undefined {
	let best = -1;
	for (const [i, { byteLength: has }] of kept.entries()) {
		const isSmaller = best < 0 || has < kept[best]!.byteLength;
		if (has >= byteLength && has <= 2 * byteLength && isSmaller) best = i;
	}
	return best < 0 ? undefined : kept.splice(best, 1)[0];
}

function memory(byteLength: number): ArrayBuffer {
	if (!taken || byteLength < least) return new ArrayBuffer(byteLength);
	const buffer = found(byteLength) ?? new ArrayBuffer(byteLength);
	taken.push(buffer);
	return buffer;
}

/** Keeps what was taken; of all, 64 MiB. */
function keep(buffers: readonly ArrayBuffer[]): void {
	kept.push(...buffers);
	let bytes = kept.reduce((sum, { byteLength }) => sum + byteLength, 0);
	while (bytes > most) bytes -= kept.shift()!.byteLength;
}

/**
 * Does something whose arrays, as the functions below make them, nobody reads any more when it is done.
 *
 * The next to take some gets the same memory. Pages of new memory are found missing one by one, which takes as long as
 * a thousand sums each. Up to 64 MiB are kept in each thread.
 */
export function withScratch<Result>(work: () => Result): Result {
	const outer = taken;
	const own: ArrayBuffer[] = [];
	taken = own;
	try {
		return work();
	} finally {
		taken = outer;
		keep(own);
	}
}

/** So many 64-bit numbers, whatever they are: for as long as the innermost `withScratch` lasts, if there is one. */
export const scratchFloats = (length: number): Float64Array =>
	new Float64Array(memory(8 * length), 0, length);

/** As `scratchFloats`, of 32 bits. */
export const scratchFloat32s = (length: number): Float32Array =>
	new Float32Array(memory(4 * length), 0, length);

/** As `scratchFloats`: whole numbers of 32 bits. */
export const scratchInts = (length: number): Int32Array =>
	new Int32Array(memory(4 * length), 0, length);

/** As `scratchFloats`: whole numbers from 0 to 65,535. */
export const scratchShorts = (length: number): Uint16Array =>
	new Uint16Array(memory(2 * length), 0, length);

/** As `scratchFloats`: bytes. */
export const scratchBytes = (length: number): Uint8Array =>
	new Uint8Array(memory(length), 0, length);
