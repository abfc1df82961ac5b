import type { Checks } from "../check/check-options.js";
import { whole } from "../check/checks.js";
import type { Random } from "../random.js";
import { fillNormals } from "./fill-normals.js";

/** How smooth and how strong the displacement is. */
export interface DiffeomorphismOptions {
	/** Lowest cut, at least 2; 2 by default. */
	readonly minimumCut?: number;
	/** The cut is at most a number that is uniform in minimumCut + 1 .. maximumCut; 500 by default. */
	readonly maximumCut?: number;
}

/** Checks of a diffeomorphism's options. */
export const diffeomorphismChecks: Checks<DiffeomorphismOptions> = {
	minimumCut: whole({ from: 2 }),
	maximumCut: whole({ from: 3 }),
};

/** What one diffeomorphism draws, shared by all images. */
export interface DiffeomorphismDraw {
	/** Highest frequency of the displacement. */
	readonly cut: number;
	/** Strength of the displacement. */
	readonly temperature: number;
	/** `[cut, cut]` normal numbers: the modes of the displacement along x, frequency along x first. */
	readonly horizontal: Float32Array;
	/** The same along y. */
	readonly vertical: Float32Array;
}

/**
 * Lowest and highest temperature: half a pixel of typical displacement, and no overhangs.
 *
 * `1 / (pi n² ln cut)` and `4 / (pi³ cut² ln cut)`; the second is not below the first.
 */
export function temperatureRange(size: number, cut: number): [number, number] {
	const above = cut + 1e-6;
	const lowest = 1 / (Math.PI * size ** 2 * Math.log(above));
	const highest = 4 / (Math.PI ** 3 * above ** 2 * Math.log(above));
	return [lowest, Math.max(lowest, highest)];
}

/** `n sqrt(pi T ln cut) / 2`: how many pixels a pixel moves, root mean square, where the cut is not small. */
export function typicalDisplacement(
	size: number,
	{ cut, temperature }: Pick<DiffeomorphismDraw, "cut" | "temperature">,
): number {
	return (size * Math.sqrt(Math.PI * temperature * Math.log(cut))) / 2;
}

// Beta(1/2, 1/2): PRIME's s = r = 1.
const arcsine = (random: Random): number =>
	Math.sin((Math.PI / 2) * random.uniform()) ** 2;

/**
 * Draws cut and temperature by the arcsine law, and the modes of the displacement of square images.
 *
 * Throws where the cuts make no range. Source: amodas/PRIME-augmentations, `utils/diffeomorphism.py`,
 * with its `sT = rT = scut = rcut = alpha = 1`.
 */
export function drawDiffeomorphism(
	size: number,
	random: Random,
	{ minimumCut = 2, maximumCut = 500 }: DiffeomorphismOptions = {},
): DiffeomorphismDraw {
	if (minimumCut < 2 || maximumCut <= minimumCut) {
		throw new RangeError(
			`a diffeomorphism's cuts must have 2 <= minimumCut < maximumCut, not ${minimumCut} and ${maximumCut}`,
		);
	}
	const highest = random.integer(minimumCut + 1, maximumCut + 1);
	const cut = Math.min(
		highest,
		Math.floor(minimumCut + arcsine(random) * (highest + 1 - minimumCut)),
	);
	const [coolest, hottest] = temperatureRange(size, cut);
	const temperature = coolest + arcsine(random) * (hottest - coolest);
	const modes = (): Float32Array => {
		const values = new Float32Array(cut * cut);
		fillNormals(values, random);
		return values;
	};
	return { cut, temperature, horizontal: modes(), vertical: modes() };
}

/** Throws unless images are square, as upstream asks. */
export function sideOfSquare([, height, width]: readonly number[]): number {
	if (height !== width) {
		throw new RangeError(
			`a diffeomorphism needs square images, not ${height} x ${width} (height x width); leave it out, as the preset "dense" does, or crop`,
		);
	}
	return height as number;
}
