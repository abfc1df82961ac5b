import type { GrayImage } from "./gray-image.js";

/** The tangents of 22.5 and 67.5 degrees, times 2^15; the second is the first plus two. */
const tangent = Math.round(Math.tan(Math.PI / 8) * 32768);
const shifted = 32768;

const weak = 1;
const strong = 2;

/** Sobel derivatives and, with a border of zeros one wide, their absolute sum. */
interface Gradient {
	readonly dx: Int16Array;
	readonly dy: Int16Array;
	readonly magnitude: Int16Array;
}

/**
 * Edges, 255 where there is one and 0 elsewhere: thin ridges of the gradient above `low` that touch one above `high`.
 *
 * Thresholds are absolute sums of the two Sobel derivatives.
 *
 * Source: `cv2.Canny` with its default aperture (3) and norm (L1).
 */
export function canny(
	image: GrayImage,
	{ low, high }: { low: number; high: number },
): GrayImage {
	const { height, width } = image;
	const gradient = sobel(image);
	const { magnitude } = gradient;
	const stride = width + 2;
	const marks = new Uint8Array(magnitude.length);
	const pending: number[] = [];
	for (let y = 0; y < height; y++) {
		for (let x = 0; x < width; x++) {
			const at = (y + 1) * stride + x + 1;
			if (magnitude[at]! <= low) continue;
			if (!isRidge(gradient, { at, pixel: y * width + x, stride })) continue;
			marks[at] = magnitude[at]! > high ? strong : weak;
			if (marks[at] === strong) pending.push(at);
		}
	}
	spread(marks, pending, stride);
	const data = new Uint8Array(height * width);
	for (let y = 0; y < height; y++) {
		for (let x = 0; x < width; x++) {
			if (marks[(y + 1) * stride + x + 1] === strong) data[y * width + x] = 255;
		}
	}
	return { data, height, width };
}

/** Is the gradient no smaller here than on both sides, along its direction rounded to 45 degrees? */
function isRidge(
	{ dx, dy, magnitude }: Gradient,
	{ at, pixel, stride }: { at: number; pixel: number; stride: number },
): boolean {
	const here = magnitude[at]!;
	const x = Math.abs(dx[pixel]!);
	const y = Math.abs(dy[pixel]!) * shifted;
	if (y < x * tangent) {
		return here > magnitude[at - 1]! && here >= magnitude[at + 1]!;
	}
	if (y > x * (tangent + 2 * shifted)) {
		return here > magnitude[at - stride]! && here >= magnitude[at + stride]!;
	}
	const side = (dx[pixel]! ^ dy[pixel]!) < 0 ? -1 : 1;
	return (
		here > magnitude[at - stride - side]! &&
		here > magnitude[at + stride + side]!
	);
}

/** Makes strong whatever weak mark touches a strong one, and so on. */
function spread(marks: Uint8Array, pending: number[], stride: number): void {
	const rows = [-stride, 0, stride];
	const around = rows.flatMap((row) => [row - 1, row, row + 1]);
	for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
		for (const step of around) {
			if (marks[at + step] !== weak) continue;
			marks[at + step] = strong;
			pending.push(at + step);
		}
	}
}

/** The 3 x 3 Sobel derivatives, the border pixels replicated. */
function sobel({ data, height, width }: GrayImage): Gradient {
	const dx = new Int16Array(height * width);
	const dy = new Int16Array(height * width);
	const stride = width + 2;
	const magnitude = new Int16Array((height + 2) * stride);
	for (let y = 0; y < height; y++) {
		const above = Math.max(y - 1, 0) * width;
		const below = Math.min(y + 1, height - 1) * width;
		const here = y * width;
		for (let x = 0; x < width; x++) {
			const left = Math.max(x - 1, 0);
			const right = Math.min(x + 1, width - 1);
			const falling = data[below + right]! - data[above + left]!;
			const rising = data[above + right]! - data[below + left]!;
			const i = here + x;
			dx[i] = falling + rising + 2 * (data[here + right]! - data[here + left]!);
			dy[i] = falling - rising + 2 * (data[below + x]! - data[above + x]!);
			magnitude[(y + 1) * stride + x + 1] = Math.abs(dx[i]!) + Math.abs(dy[i]!);
		}
	}
	return { dx, dy, magnitude };
}
