import type { RunningKernels } from "./simd-kernels.js";

/** A picture of one channel. */
interface Plane {
	readonly data: Uint8Array | Float32Array;
	readonly height: number;
	readonly width: number;
}

/**
 * Addresses for things of so many bytes, one behind the other, and where all end.
 *
 * They are multiples of 32; behind each thing is room for what kernels read and write beyond it.
 */
export function placesOf(...sizes: readonly number[]): number[] {
	let end = 0;
	const places = sizes.map((size) => {
		const at = end;
		end += 32 * Math.ceil(size / 32 + 1);
		return at;
	});
	return [...places, end];
}

/** The numbers of a plane and a frame round it. */
export const framedLength = ({ height, width }: Omit<Plane, "data">): number =>
	(height + 2) * (width + 2);

/** Copies a plane to an address, with a frame of its outermost numbers, or mirrored about these. */
export function placeFramed(
	{ kernels, bytes }: RunningKernels,
	{ data, height, width }: Plane,
	{ at, isMirrored }: { at: number; isMirrored: boolean },
): void {
	const size = data.BYTES_PER_ELEMENT;
	const source = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
	const length = width * size;
	for (let y = 0; y < height; y++) {
		const row = source.subarray(y * length, (y + 1) * length);
		bytes.set(row, at + ((y + 1) * (width + 2) + 1) * size);
	}
	kernels.framePlane(at, height, width, size, Number(isMirrored));
}
