import { endianness } from "node:os";
import { bytesOf, type TensorData, type TensorDType } from "./tensor.js";

/**
 * Changes the sign of every number of a tensor in place, or with `step` 2 of every imaginary part.
 *
 * Floats keep all their other bits, those of a NaN too; integers wrap around.
 */
export function negate(
	dtype: TensorDType,
	data: TensorData,
	{ first = 0, step = 1 } = {},
): void {
	if (!/^(b?float|complex)/.test(dtype)) {
		const whole = data as Int8Array;
		for (let i = first; i < data.length; i += step)
			whole[i] = -(whole[i] as number);
		return;
	}
	const bytes = bytesOf(data);
	const size = data.BYTES_PER_ELEMENT;
	const sign = endianness() === "LE" ? size - 1 : 0;
	// What would be negative zero is NaN, and zero has no sign.
	const unsignedZero = dtype.endsWith("fnuz");
	for (let at = first * size + sign; at < bytes.length; at += step * size) {
		const byte = bytes[at] as number;
		if (!unsignedZero || (byte & 0x7f) !== 0) bytes[at] = byte ^ 0x80;
	}
}
