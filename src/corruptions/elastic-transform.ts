import { displaceSmoothly } from "../image/displace.js";
import { toUnit32 } from "../image/float.js";
import type { Float32Image } from "../image/image.js";
import { affineBetween, type Point, warpAffine } from "../image/warp-affine.js";
import type { Draws } from "./corruption.js";
import { defineCorruption } from "./define-corruption.js";
import { drawsIn } from "./draws.js";
import { drawBytes } from "./ziggurat.js";

interface ElasticConstants {
	/** How much the smoothed noise is magnified. */
	readonly strength: number;
	/** The standard deviation of the smoothing, in pixels; without it, a hundredth of each side. */
	readonly smoothness?: number;
	/** How far, in pixels, the corners of a triangle move first; without it, they stay. */
	readonly shift?: number;
}

// Upstream writes 244 for 224.
const imagenetSide = 244;
const cifarSide = 32;

/** Pixels moved by a smooth random field, in the two original sets after a random affine map. */
export const elasticTransform = defineCorruption<ElasticConstants>({
	name: "elastic-transform",
	constants: {
		"any-size": [
			{ strength: 250 * 0.05 },
			{ strength: 250 * 0.065 },
			{ strength: 250 * 0.085 },
			{ strength: 250 * 0.1 },
			{ strength: 250 * 0.12 },
		],
		"imagenet-c": [
			scaled(imagenetSide, [2, 0.7, 0.1]),
			scaled(imagenetSide, [2, 0.08, 0.2]),
			scaled(imagenetSide, [0.05, 0.01, 0.02]),
			scaled(imagenetSide, [0.07, 0.01, 0.02]),
			scaled(imagenetSide, [0.12, 0.01, 0.02]),
		],
		"cifar-10-c": [
			scaled(cifarSide, [0, 0, 0.08]),
			scaled(cifarSide, [0.05, 0.2, 0.07]),
			scaled(cifarSide, [0.08, 0.06, 0.06]),
			scaled(cifarSide, [0.1, 0.04, 0.05]),
			scaled(cifarSide, [0.1, 0.03, 0.03]),
		],
	},
	apply(image, { strength, smoothness, shift }, { draws }) {
		const { height, width } = image;
		const moved =
			shift === undefined
				? image
				: shiftTriangle(toUnit32(image), shift, draws);
		// The imagecorruptions package scales noise and smoothing with the image, both by its height.
		const reach = smoothness === undefined ? height * 0.005 : 1;
		const hundredths = [height * 0.01, width * 0.01] as const;
		return displaceSmoothly(moved, {
			strength,
			sigma: smoothness === undefined ? hundredths : [smoothness, smoothness],
			noiseBytes: drawBytes,
			noise(running) {
				const into = drawsIn(running, draws);
				return (at, count) => into.uniforms(at, count, -reach, reach);
			},
		});
	},
	source: { module: import.meta.url, name: "elasticTransform" },
});

function scaled(
	side: number,
	[strength, smoothness, shift]: readonly [number, number, number],
): ElasticConstants {
	return {
		strength: side * strength,
		smoothness: side * smoothness,
		shift: side * shift,
	};
}

function shiftTriangle(
	image: Float32Image,
	shift: number,
	draws: Draws,
): Float32Image {
	const { height, width } = image;
	// Upstream takes (height, width) for (x, y), which only a square image forgives; kept for parity.
	const x = Math.floor(height / 2);
	const y = Math.floor(width / 2);
	const size = Math.floor(Math.min(height, width) / 3);
	const moves = draws.uniforms(6, -shift, shift);
	const { fround } = Math;
	const corner = (i: number, point: Point): Point => [
		fround(point[0] + fround(moves[2 * i]!)),
		fround(point[1] + fround(moves[2 * i + 1]!)),
	];
	const from = [
		[x + size, y + size],
		[x + size, y - size],
		[x - size, y - size],
	] as const;
	const to = [
		corner(0, from[0]),
		corner(1, from[1]),
		corner(2, from[2]),
	] as const;
	return warpAffine(image, affineBetween(from, to));
}
