import { createImage, type Image } from "./image.js";
import type { AffineCoefficients } from "./pillow-affine.js";

const one = 2 ** 16;
const fixed = (value: number): number => Math.floor(value * one + 0.5);

/**
 * Moves the pixels of an image as Pillow's `transform` with `AFFINE` and `NEAREST` does: in 16-bit fixed point.
 *
 * The coefficients are for pixel centers at halves. What comes from outside is black.
 */
export function affinePillowNearest(
	image: Image,
	[a, b, c, d, e, f]: AffineCoefficients,
): Image {
	const { data, height, width } = image;
	const result = createImage(height, width);
	const [stepX, stepY] = [fixed(a), fixed(d)];
	let startX = fixed(c + a * 0.5 + b * 0.5);
	let startY = fixed(f + d * 0.5 + e * 0.5);
	for (let row = 0, at = 0; row < height; row++) {
		let [x, y] = [startX, startY];
		for (let column = 0; column < width; column++, at += 3) {
			const [left, top] = [Math.floor(x / one), Math.floor(y / one)];
			if (left >= 0 && left < width && top >= 0 && top < height) {
				const from = 3 * (top * width + left);
				for (let channel = 0; channel < 3; channel++)
					result.data[at + channel] = data[from + channel] as number;
			}
			x += stepX;
			y += stepY;
		}
		startX += fixed(b);
		startY += fixed(e);
	}
	return result;
}
