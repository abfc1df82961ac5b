import * as tf from "@tensorflow/tfjs";
import { type Checks, checkOptions } from "../check/check-options.js";
import { list, number, oneOf, whole } from "../check/checks.js";
import { createImage, type Image } from "../image/image.js";
import type { Random } from "../random.js";
import type { ChangeImages } from "./augmentation.js";
import {
	type AugmixOperation,
	operations,
	type Strength,
} from "./augmix-operations.js";
import { drawSimplex } from "./prime-draw.js";

/** How AugMix draws and mixes. */
export interface AugmixOptions {
	/** Chains per image; 3 by default. */
	readonly width?: number;
	/** Operations per chain, or uniform in 1-3 where undefined, the default. */
	readonly depth?: number;
	/** The level of an operation is uniform between 0.1 and this, at most 10; 3 by default. */
	readonly severity?: number;
	/** What chains are made of; by default the nine operations that are not among the common corruptions. */
	readonly operations?: readonly AugmixOperation[];
}

/** The operations of AugMix that are not among the common corruptions. */
export const augmixOperations: readonly AugmixOperation[] = Object.freeze([
	"autocontrast",
	"equalize",
	"posterize",
	"rotate",
	"solarize",
	"shearX",
	"shearY",
	"translateX",
	"translateY",
]);

/** Checks of AugMix's options. */
export const augmixChecks: Checks<AugmixOptions> = {
	width: whole({ from: 1 }),
	depth: whole({ from: 1 }),
	severity: number({ from: 0.1, to: 10 }),
	operations: list(oneOf(Object.keys(operations)), { least: 1 }),
};

/** One operation of a chain. */
export interface AugmixStep extends Strength {
	readonly operation: AugmixOperation;
}

/** What AugMix draws for one image. */
export interface AugmixDraw {
	/** The share of the chains in the image, uniform in 0-1. */
	readonly mixing: number;
	/** The share of each chain among the chains, uniform on the simplex. */
	readonly weights: readonly number[];
	readonly chains: readonly (readonly AugmixStep[])[];
}

/** Draws everything for one image. */
export function drawAugmix(
	random: Random,
	{
		width = 3,
		depth,
		severity = 3,
		operations: among = augmixOperations,
	}: AugmixOptions = {},
): AugmixDraw {
	const step = (): AugmixStep => ({
		operation: among[random.integer(0, among.length)] as AugmixOperation,
		level: random.uniform(0.1, severity),
		negative: random.uniform() < 0.5,
	});
	return {
		mixing: random.uniform(),
		weights: drawSimplex(random, width),
		chains: Array.from({ length: width }, () =>
			Array.from({ length: depth ?? random.integer(1, 4) }, step),
		),
	};
}

/** One image mixed with its chains, in 0-1: `(1 - m) x + m sum over i of w_i chain_i(x)`. */
export function mixAugmix(
	image: Image,
	{ mixing, weights, chains }: AugmixDraw,
): Float32Array {
	const mixed = new Float32Array(image.data.length);
	const add = ({ data }: Image, share: number): void => {
		for (let i = 0; i < mixed.length; i++)
			mixed[i] = (mixed[i] as number) + share * (data[i] as number);
	};
	add(image, (1 - mixing) / 255);
	chains.forEach((chain, i) => {
		const changed = chain.reduce<Image>(
			(before, { operation, ...strength }) =>
				operations[operation](before, strength),
			image,
		);
		add(changed, (mixing * (weights[i] as number)) / 255);
	});
	return mixed;
}

/**
 * AugMix: mixes each image with chains of simple operations, the common alternative to PRIME.
 *
 * The operations are those of Pillow on 8-bit images, so images are rounded to 256 levels first; those that
 * were cropped and flipped, not resized, lose nothing. They run in JavaScript, outside compiled functions.
 * Hendrycks et al., "AugMix: a simple data processing method to improve robustness and uncertainty", 2020;
 * google-research/augmix, `augment_and_mix.py` and `cifar.py`.
 */
export function augmix(options: AugmixOptions = {}): ChangeImages {
	checkOptions("augmix", options, augmixChecks);
	return (images, random) => {
		const [batch, height, width, channels] = images.shape;
		const size = height * width * channels;
		const rounded = tf.tidy(() =>
			tf.round(tf.mul(tf.clipByValue(images, 0, 1), 255)),
		);
		const levels = rounded.dataSync();
		const mixed = new Float32Array(batch * size);
		for (let b = 0; b < batch; b++) {
			const data = new Uint8Array(levels.subarray(b * size, (b + 1) * size));
			const image = createImage(height, width, data);
			mixed.set(mixAugmix(image, drawAugmix(random, options)), b * size);
		}
		rounded.dispose();
		return tf.tensor4d(mixed, images.shape);
	};
}
