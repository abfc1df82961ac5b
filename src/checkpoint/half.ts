import type { NamedTensor } from "./tensor.js";

const single = new Float32Array(1);
const bits = new Uint32Array(single.buffer);

/** The 16 bits of the half-precision number nearest to a number, ties to even; too large ones become infinite. */
function toHalf(value: number): number {
	single[0] = value;
	const word = bits[0] as number;
	const sign = (word >>> 16) & 0x8000;
	const size = word & 0x7fffffff;
	if (size > 0x7f800000) return sign | 0x7e00;
	// From halfway above the largest half, 65504, on.
	if (size >= 0x477ff000) return sign | 0x7c00;
	if (size < 0x38800000) {
		// Multiples of 2^-24: adding 0.5 makes the float32 unit just that, and rounds.
		single[0] = Math.abs(value) + 0.5;
		return sign | ((bits[0] as number) - 0x3f000000);
	}
	const rebased = size - 0x38000000;
	return sign | ((rebased + 0xfff + ((rebased >>> 13) & 1)) >>> 13);
}

/** A float32 tensor rounded to float16, as PyTorch's `half()`: half the size, three digits. */
export function toFloat16({ dtype, shape, data }: NamedTensor): NamedTensor {
	if (dtype !== "float32")
		throw new Error(`only float32 is rounded to float16, not ${dtype}`);
	return {
		dtype: "float16",
		shape,
		data: Uint16Array.from(data as Float32Array, toHalf),
	};
}
