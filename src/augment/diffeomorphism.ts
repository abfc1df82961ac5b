import * as tf from "@tensorflow/tfjs";
import { type Checks, checkOptions } from "../check/check-options.js";
import { whole } from "../check/checks.js";
import type { HostArray } from "../engine/host-call.js";
import type { Random } from "../random.js";
import { deformPixels, samplingGrid } from "./deform-pixels.js";
import { eachImage } from "./each-image.js";

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
		random.fillNormal(values);
		return values;
	};
	return { cut, temperature, horizontal: modes(), vertical: modes() };
}

// The size of the matrices follows the cut in few steps, so that few different products are compiled.
const padded = (cut: number): number => 2 ** Math.ceil(Math.log2(cut));

/** Modes with their amplitudes: `1 / r` for frequencies within the radius `cut + 1/2`, else 0. */
function amplitudes(
	modes: Float32Array,
	cut: number,
	scale: number,
): tf.Tensor2D {
	const length = padded(cut);
	const values = new Float32Array(length * length);
	for (let i = 0; i < cut; i++) {
		for (let j = 0; j < cut; j++) {
			const radius = Math.sqrt((i + 1) ** 2 + (j + 1) ** 2);
			if (radius < cut + 0.5)
				values[i * length + j] =
					(scale * (modes[i * cut + j] as number)) / radius;
		}
	}
	return tf.tensor2d(values, [length, length]);
}

/** `sin(pi k x)` for x from 0 to 1 in `size` steps and k from 1: `[size, frequencies]`. */
function sines(size: number, frequencies: number): tf.Tensor2D {
	const intervals = Math.max(size - 1, 1);
	const period = Float64Array.from({ length: 2 * intervals }, (_, i) =>
		i % intervals === 0 ? 0 : Math.sin((Math.PI * i) / intervals),
	);
	const values = new Float32Array(size * frequencies);
	for (let x = 0; x < size; x++) {
		for (let k = 1; k <= frequencies; k++) {
			values[x * frequencies + k - 1] = period[
				(x * k) % period.length
			] as number;
		}
	}
	return tf.tensor2d(values, [size, frequencies]);
}

/** The displacement along x and along y in pixels, each `[size, size]`; zero at the border. */
export function displacement(
	size: number,
	{ cut, temperature, horizontal, vertical }: DiffeomorphismDraw,
): [tf.Tensor2D, tf.Tensor2D] {
	return tf.tidy(() => {
		const basis = sines(size, padded(cut));
		const scale = Math.sqrt(temperature) * size;
		const field = (modes: Float32Array): tf.Tensor2D => {
			const alongX = tf.matMul(basis, amplitudes(modes, cut, scale));
			return tf.matMul(basis, alongX, false, true);
		};
		return [field(horizontal), field(vertical)];
	});
}

/** Moves the pixels of images `[batch, size, size, 3]` along a field, which `displacement` makes. */
export const deform = (
	images: tf.Tensor4D,
	field: readonly [tf.Tensor2D, tf.Tensor2D],
): tf.Tensor4D =>
	eachImage(
		images,
		(size, [dx, dy]) =>
			deformPixels(samplingGrid(dx as HostArray, dy as HostArray, size)),
		field,
	);

/** Throws unless images are square, as upstream asks. */
export function sideOfSquare([, height, width]: readonly number[]): number {
	if (height !== width) {
		throw new RangeError(
			`a diffeomorphism needs square images, not ${height} x ${width} (height x width); leave it out, as the preset "dense" does, or crop`,
		);
	}
	return height as number;
}

/**
 * Moves the pixels of all images along one random smooth field: the spatial primitive of PRIME.
 *
 * Images are `[batch, size, size, 3]`. Throws where they are not square. Petrini et al., "Relative
 * stability toward diffeomorphisms indicates performance in deep nets", 2021; Modas et al., "PRIME",
 * 2022, section 4.
 */
export function diffeomorphism(
	images: tf.Tensor4D,
	random: Random,
	options: DiffeomorphismOptions = {},
): tf.Tensor4D {
	checkOptions("diffeomorphism", options, diffeomorphismChecks);
	const size = sideOfSquare(images.shape);
	const draw = drawDiffeomorphism(size, random, options);
	return tf.tidy(() => deform(images, displacement(size, draw)));
}
