import { createImage, type Image } from "./image.js";

/** `[a, b, c, d, e, f]`: the pixel at `(x, y)` comes from `(a x + b y + c, d x + e y + f)`. */
export type AffineCoefficients = readonly [
	number,
	number,
	number,
	number,
	number,
	number,
];

/**
 * Moves the pixels of an image as Pillow's `transform` with `AFFINE` and `BILINEAR` does.
 *
 * The coefficients are for pixel centers at halves. What comes from outside is black; at the border the
 * nearest pixels are repeated; values are cut, not rounded, to whole gray levels.
 */
export function affinePillow(
	image: Image,
	[a, b, c, d, e, f]: AffineCoefficients,
): Image {
	const { data, height, width } = image;
	const result = createImage(height, width);
	const column = (x: number) => 3 * Math.min(Math.max(x, 0), width - 1);
	for (let row = 0, at = 0; row < height; row++) {
		for (let col = 0; col < width; col++, at += 3) {
			const x = a * (col + 0.5) + b * (row + 0.5) + c;
			const y = d * (col + 0.5) + e * (row + 0.5) + f;
			if (!(x >= 0 && x < width && y >= 0 && y < height)) continue;
			const left = Math.floor(x - 0.5);
			const top = Math.floor(y - 0.5);
			const [dx, dy] = [x - 0.5 - left, y - 0.5 - top];
			const [near, far] = [column(left), column(left + 1)];
			const above = Math.max(top, 0) * width * 3;
			const below = top + 1 < height ? (top + 1) * width * 3 : above;
			for (let channel = 0; channel < 3; channel++) {
				const upper = between(
					data,
					above + near + channel,
					above + far + channel,
					dx,
				);
				const lower = between(
					data,
					below + near + channel,
					below + far + channel,
					dx,
				);
				result.data[at + channel] = upper + (lower - upper) * dy;
			}
		}
	}
	return result;
}

function between(
	data: Uint8Array,
	from: number,
	to: number,
	share: number,
): number {
	const start = data[from] as number;
	return start + ((data[to] as number) - start) * share;
}

// As Pillow, such that a quarter of a turn is one.
const rounded = (value: number): number => Number(value.toFixed(15));

/** The coefficients that turn an image counterclockwise about its center. */
export function rotation(
	{ height, width }: Image,
	degrees: number,
): AffineCoefficients {
	const turn = degrees % 360;
	const angle = -(turn < 0 ? turn + 360 : turn) * (Math.PI / 180);
	const [cos, sin] = [rounded(Math.cos(angle)), rounded(Math.sin(angle))];
	const [x, y] = [width / 2, height / 2];
	// In Pillow's order, on which the pixel in the middle depends.
	return [
		cos,
		sin,
		cos * -x + sin * -y + x,
		-sin,
		cos,
		-sin * -x + cos * -y + y,
	];
}
