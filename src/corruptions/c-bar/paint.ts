import { createImage, type Image } from "../../image/image.js";

/** The byte of a level: clipped to 0 to 255 and cut down to an integer, as `numpy.uint8` does. */
const byteOf = (level: number): number => Math.max(0, Math.min(255, level));

/** An image of the same size, whose every value is clipped and cut down from what `level` gives of the old one. */
export function paint(
	{ data, height, width }: Image,
	level: (value: number, index: number) => number,
): Image {
	const painted = new Uint8Array(data.length);
	for (let i = 0; i < data.length; i++) painted[i] = byteOf(level(data[i]!, i));
	return createImage(height, width, painted);
}

/** Adds one number to all three values of each pixel, row by row; what comes out is clipped and cut down. */
export function addGray(
	{ data, height, width }: Image,
	amountAt: (x: number, y: number) => number,
): Image {
	const painted = new Uint8Array(data.length);
	for (let y = 0, i = 0; y < height; y++)
		for (let x = 0; x < width; x++, i += 3) {
			const amount = amountAt(x, y);
			painted[i] = byteOf(data[i]! + amount);
			painted[i + 1] = byteOf(data[i + 1]! + amount);
			painted[i + 2] = byteOf(data[i + 2]! + amount);
		}
	return createImage(height, width, painted);
}
