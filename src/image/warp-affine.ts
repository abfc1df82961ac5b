import { edgeIndex } from "./edge.js";
import type { Float32Image } from "./image.js";
import { scratchFloat32s } from "./scratch.js";

/** A point, in pixels. */
export type Point = readonly [x: number, y: number];

/** Three points. */
export type Triangle = readonly [Point, Point, Point];

/** `[x', y'] = [m0 x + m1 y + m2, m3 x + m4 y + m5]`. */
export type Affine = readonly [number, number, number, number, number, number];

/** The map that takes one triangle to another, as `cv2.getAffineTransform`. */
export function affineBetween(from: Triangle, to: Triangle): Affine {
	const [[x0, y0], [x1, y1], [x2, y2]] = from;
	const determinant = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0);
	const solve = (v0: number, v1: number, v2: number) => {
		const a = ((v1 - v0) * (y2 - y0) - (v2 - v0) * (y1 - y0)) / determinant;
		const b = ((x1 - x0) * (v2 - v0) - (x2 - x0) * (v1 - v0)) / determinant;
		return [a, b, v0 - a * x0 - b * y0] as const;
	};
	return [
		...solve(to[0][0], to[1][0], to[2][0]),
		...solve(to[0][1], to[1][1], to[2][1]),
	];
}

/** The inverse of an affine map. */
function invertAffine([a, b, c, d, e, f]: Affine): Affine {
	const scale = 1 / (a * e - b * d);
	const [ia, ib, id, ie] = [e * scale, -b * scale, -d * scale, a * scale];
	return [ia, ib, -ia * c - ib * f, id, ie, -id * c - ie * f];
}

/**
 * Moves an image by an affine map, linearly, mirrored about its edge pixels: `cv2.warpAffine` with `BORDER_REFLECT_101`.
 *
 * Source positions are rounded to 1/32 of a pixel, as OpenCV does.
 */
export function warpAffine(image: Float32Image, affine: Affine): Float32Image {
	const { height, width } = image;
	const [a, b, c, d, e, f] = invertAffine(affine);
	const data = scratchFloat32s(image.data.length);
	for (let y = 0, to = 0; y < height; y++) {
		const startX = Math.round((b * y + c) * 1024) + 16;
		const startY = Math.round((e * y + f) * 1024) + 16;
		for (let x = 0; x < width; x++, to += 3) {
			const sourceX = (startX + Math.round(a * x * 1024)) >> 5;
			const sourceY = (startY + Math.round(d * x * 1024)) >> 5;
			mixPixel(data, image, { to, sourceX, sourceY });
		}
	}
	return { data, height, width };
}

/** Writes one pixel from a source position in units of 1/32 pixel. */
function mixPixel(
	data: Float32Array,
	{ data: source, height, width }: Float32Image,
	{ to, sourceX, sourceY }: { to: number; sourceX: number; sourceY: number },
): void {
	const left = edgeIndex(sourceX >> 5, width, "mirror") * 3;
	const right = edgeIndex((sourceX >> 5) + 1, width, "mirror") * 3;
	const upper = edgeIndex(sourceY >> 5, height, "mirror") * width * 3;
	const lower = edgeIndex((sourceY >> 5) + 1, height, "mirror") * width * 3;
	const x = (sourceX & 31) / 32;
	const y = (sourceY & 31) / 32;
	const { fround } = Math;
	for (let c = 0; c < 3; c++) {
		let sum = fround(source[upper + left + c]! * (1 - y) * (1 - x));
		sum = fround(sum + fround(source[upper + right + c]! * (1 - y) * x));
		sum = fround(sum + fround(source[lower + left + c]! * y * (1 - x)));
		data[to + c] = sum + fround(source[lower + right + c]! * y * x);
	}
}
