import { that } from "../check/checks.js";
import { shown } from "../check/shown.js";

/** An 8-bit RGB image: `height · width · 3` bytes, row by row, channels interleaved. */
export interface Image {
	readonly data: Uint8Array;
	readonly height: number;
	readonly width: number;
}

/** An image of real numbers, `height · width · channels` values laid out as in `Image`; the range is the user's. */
export interface FloatImage {
	readonly data: Float64Array;
	readonly height: number;
	readonly width: number;
	readonly channels: number;
}

/** An RGB image of 32-bit floats, laid out as `Image`, as OpenCV and scipy hold it. */
export interface Float32Image {
	readonly data: Float32Array;
	readonly height: number;
	readonly width: number;
}

/**
 * Makes an image of `data`, which is not copied, or a black one.
 *
 * Throws a `RangeError` unless the sides are positive integers and `data` holds `height · width · 3` bytes.
 */
export function createImage(
	height: number,
	width: number,
	data: Uint8Array = new Uint8Array(Math.max(0, height * width * 3) || 0),
): Image {
	const image = { data, height, width };
	checkImage(image);
	return image;
}

const kindOf = (data: unknown): string =>
	ArrayBuffer.isView(data) ? `a ${data.constructor.name}` : typeof data;

/** Throws a `RangeError` that says what is wrong with an image that was put together by hand. */
export function checkImage(image: Image): void {
	if (typeof image !== "object" || image === null)
		throw new TypeError(
			`an image is { data, height, width }, as \`readImage\` and \`createImage\` make it, not ${shown(image)}`,
		);
	const { data, height, width } = image;
	if (!(isSide(height) && isSide(width))) {
		throw new RangeError(
			`an image needs sides of at least one pixel, not ${height} x ${width} (height x width)`,
		);
	}
	if (!(data instanceof Uint8Array) || data.length !== height * width * 3) {
		const found =
			data instanceof Uint8Array ? `${data.length} bytes` : kindOf(data);
		throw new RangeError(
			`an RGB image of ${height} x ${width} pixels needs a Uint8Array of ${height * width * 3} bytes, not ${found}`,
		);
	}
}

function isSide(side: number): boolean {
	return Number.isInteger(side) && side > 0;
}

/** An image among options. */
export const imageCheck = that("an image { data, height, width }", (value) => {
	const { data, height, width } = (value ?? {}) as Partial<Image>;
	return data instanceof Uint8Array && data.length === 3 * height! * width!;
});
