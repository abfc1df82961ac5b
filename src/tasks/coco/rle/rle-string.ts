import type { Size } from "../../task.js";
import { createRle, type Rle } from "./rle.js";

const firstCode = 48;
const payload = 0x1f;
const sign = 0x10;
const more = 0x20;
const bits = 5;

/**
 * The runs as the compressed string of COCO files: from the fourth run on, the difference from the run
 * before the last; each in digits of five bits, the lowest first, from `0` to `o`.
 */
export function rleToString({ counts }: Rle): string {
	const codes: number[] = [];
	for (let i = 0; i < counts.length; i++) {
		let rest = counts[i]! - (i > 2 ? counts[i - 2]! : 0);
		for (;;) {
			const digit = rest & payload;
			rest >>= bits;
			const isLast = rest === ((digit & sign) !== 0 ? -1 : 0);
			codes.push((isLast ? digit : digit | more) + firstCode);
			if (isLast) break;
		}
	}
	return Buffer.from(codes).toString("latin1");
}

/**
 * Reads the compressed string of COCO files.
 *
 * Throws a `RangeError` where it holds other characters, breaks off, or does not cover the image.
 */
export function rleFromString(text: string, size: Size): Rle {
	const counts: number[] = [];
	for (let at = 0; at < text.length; ) {
		let value = 0;
		let shift = 0;
		let digit: number;
		do {
			digit = text.charCodeAt(at++) - firstCode;
			if (!(digit >= 0 && digit < 64))
				throw new RangeError(
					at > text.length
						? "the compressed runs of a mask break off"
						: `the compressed runs of a mask have "${text[at - 1]}" at position ${at - 1}, which is none of their digits`,
				);
			value += (digit & payload) * 2 ** shift;
			shift += bits;
		} while ((digit & more) !== 0);
		if ((digit & sign) !== 0) value -= 2 ** shift;
		counts.push(counts.length > 2 ? value + counts[counts.length - 2]! : value);
	}
	return createRle(size, counts);
}
