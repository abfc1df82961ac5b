import { splineFilter, splineWeights } from "../../image/cubic-spline.js";
import { edgeIndex } from "../../image/edge.js";
import { toUnit32 } from "../../image/float.js";
import type { Float32Image } from "../../image/image.js";
import { defineCorruption } from "../define-corruption.js";
import { atLevel, type Level } from "./levels.js";
import { paint } from "./paint.js";

const count = 21;

/** The coefficients of the cubic splines through the three channels. */
function coefficientsOf({ data, height, width }: Float32Image): Float64Array {
	const coefficients = Float64Array.from(data);
	for (let i = 0; i < 3 * width; i++)
		splineFilter(coefficients, {
			start: i,
			stride: 3 * width,
			length: height,
		});
	for (let y = 0; y < height; y++)
		for (let c = 0; c < 3; c++)
			splineFilter(coefficients, {
				start: 3 * width * y + c,
				stride: 3,
				length: width,
			});
	return coefficients;
}

/** Where the rotated axes begin, and their steps, in pixels. */
interface Turn {
	readonly cosine: number;
	readonly sine: number;
	readonly height: number;
	readonly width: number;
}

/** Adds `share` of the image, rotated about its middle; what comes from beyond the edge is black. */
function addRotated(
	sums: Float32Array,
	coefficients: Float64Array,
	{ cosine, sine, height, width, share }: Turn & { readonly share: number },
): void {
	const [middle, center] = [(height - 1) / 2, (width - 1) / 2];
	const top = middle - (cosine * middle + sine * center);
	const left = center - (-sine * middle + cosine * center);
	const down = new Float64Array(4);
	const across = new Float64Array(4);
	const rows = new Int32Array(4);
	const columns = new Int32Array(4);
	const factor = Math.fround(share);
	for (let y = 0, at = 0; y < height; y++)
		for (let x = 0; x < width; x++, at += 3) {
			const row = y * cosine + x * sine + top;
			const column = y * -sine + x * cosine + left;
			if (row < 0 || row > height - 1) continue;
			if (column < 0 || column > width - 1) continue;
			splineWeights(row, down, 0);
			splineWeights(column, across, 0);
			const first = Math.floor(row) - 1;
			const before = Math.floor(column) - 1;
			for (let k = 0; k < 4; k++) {
				rows[k] = edgeIndex(first + k, height, "mirror") * width * 3;
				columns[k] = edgeIndex(before + k, width, "mirror") * 3;
			}
			let red = 0;
			let green = 0;
			let blue = 0;
			for (let j = 0; j < 4; j++)
				for (let k = 0; k < 4; k++) {
					const i = rows[j]! + columns[k]!;
					const weight = down[j]! * across[k]!;
					red += coefficients[i]! * weight;
					green += coefficients[i + 1]! * weight;
					blue += coefficients[i + 2]! * weight;
				}
			sums[at]! += Math.fround(factor * Math.fround(red));
			sums[at + 1]! += Math.fround(factor * Math.fround(green));
			sums[at + 2]! += Math.fround(factor * Math.fround(blue));
		}
}

/**
 * The mean of the image turned by 21 angles to both sides, the smaller ones weighing more.
 *
 * Source: `circular_motion_blur` of CIFAR-10-C-bar (Mintun et al. 2021); `scipy.ndimage.rotate`, by cubic splines.
 */
export const circularMotionBlur = defineCorruption<Level>({
	name: "circular-motion-blur",
	group: "c-bar",
	constants: [2.8, 3.6, 4.4, 5.2, 6],
	apply(image, level) {
		const { height, width } = image;
		const degrees = atLevel(level, 15);
		const coefficients = coefficientsOf(toUnit32(image));
		const sums = new Float32Array(image.data.length);
		let total = 0;
		for (let i = 0; i < count; i++) {
			const side = (2 * i) / (count - 1) - 1;
			const share = Math.exp(-2 * side ** 2);
			const angle = (side * degrees * Math.PI) / 180;
			const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
			addRotated(sums, coefficients, { cosine, sine, height, width, share });
			total += share;
		}
		const divisor = Math.fround(total);
		return paint(image, (_, i) =>
			Math.fround(Math.fround(sums[i]! / divisor) * 255),
		);
	},
	source: { module: import.meta.url, name: "circularMotionBlur" },
});
