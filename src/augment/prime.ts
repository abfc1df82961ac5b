import * as tf from "@tensorflow/tfjs";
import { checkOptions } from "../check/check-options.js";
import { compile } from "../engine/compile.js";
import type { ChangeImages } from "./augmentation.js";
import { deform, displacement, samplingGrid } from "./diffeomorphism.js";
import { drawChains, type PrimeDraw, type PrimeStep } from "./prime-draw.js";
import {
	type PrimeOptions,
	type Primitive,
	primeChecks,
	primePresets,
} from "./prime-options.js";
import { filterImages } from "./random-filter.js";
import { changeColors, sineTable } from "./random-smooth-color.js";

/** Gives the image of a chain its primitive. */
type Apply = (image: tf.Tensor4D, chain: number) => tf.Tensor4D;

interface Context {
	readonly options: PrimeOptions;
	readonly compiled: Compiled;
}

/** What is done to one image at a time, each as one graph. */
interface Compiled {
	readonly changeColors: typeof changeColors;
	readonly deform: typeof deform;
	readonly filterImages: typeof filterImages;
	readonly mix: typeof mix;
}

const compileAll = (): Compiled => ({
	changeColors: compile(changeColors),
	deform: compile(deform),
	filterImages: compile(filterImages),
	mix: compile(mix),
});

function mix(
	image: tf.Tensor4D,
	chains: tf.Tensor4D[],
	shares: tf.Tensor1D,
): tf.Tensor4D {
	const parts = [image, ...chains].map((part, i) =>
		tf.mul(part, tf.reshape(tf.slice(shares, i, 1), [])),
	);
	return tf.addN(parts) as tf.Tensor4D;
}

/** The primitives of one step, ready for the image of any chain. */
function prepareStep(
	step: PrimeStep,
	size: number,
	{ options, compiled }: Context,
): Apply {
	const { choices, diffeomorphism, randomSmoothColor, randomFilter } = step;
	const chains = choices.length;
	const appliers: Partial<Record<Primitive, Apply>> = {};
	if (diffeomorphism && choices.includes("diffeomorphism")) {
		const field = displacement(size, diffeomorphism);
		const grid = samplingGrid(...field);
		appliers.diffeomorphism = (image) => compiled.deform(image, grid);
	}
	if (randomSmoothColor) {
		const { frequencies, coefficients } = randomSmoothColor;
		const table = sineTable(frequencies, options.randomSmoothColor?.maximumCut);
		const all = tf.tensor3d(coefficients, [chains, 3, frequencies.length]);
		appliers.randomSmoothColor = (image, chain) =>
			compiled.changeColors(image, tf.slice(all, chain, 1), table);
	}
	if (randomFilter) {
		const side = Math.sqrt(randomFilter.kernels.length / chains);
		const all = tf.tensor3d(randomFilter.kernels, [chains, side, side]);
		appliers.randomFilter = (image, chain) =>
			compiled.filterImages(image, tf.slice(all, chain, 1));
	}
	return (image, chain) => {
		const choice = choices[chain] as Primitive;
		const apply = appliers[choice];
		if (!apply)
			throw new Error(
				`chain ${chain} chose ${choice}, but the step drew nothing for it`,
			);
		return apply(image, chain);
	};
}

/** Each image mixed with its chains: `(1 - m) x + m sum over i of w_i chain_i(x)`. */
function mixImages(
	images: tf.Tensor4D,
	draw: PrimeDraw,
	context: Context,
): tf.Tensor4D {
	const [batch, height] = images.shape;
	const steps = draw.steps.map((step) => prepareStep(step, height, context));
	const { width } = context.options;
	const mixed = Array.from({ length: batch }, (_, b) =>
		tf.tidy(() => {
			const image = tf.slice(images, b, 1);
			const chains = Array.from({ length: width }, (_, i) => {
				const chain = i * batch + b;
				return steps
					.slice(0, draw.depths[chain])
					.reduce((changed, apply) => apply(changed, chain), image);
			});
			const m = draw.mixing[b] as number;
			const weights = draw.weights.slice(b * width, (b + 1) * width);
			const shares = tf.tensor1d([
				1 - m,
				...weights.map((weight) => m * weight),
			]);
			return context.compiled.mix(image, chains, shares);
		}),
	);
	return tf.concat(mixed);
}

/**
 * What PRIME makes of a draw, whoever drew it.
 *
 * Images are `[batch, height, width, 3]` in 0-1, before normalization, and so is the result. The draw
 * is that of `drawPrime` for the same shape and options. It runs outside compiled functions.
 */
export function primeMixture(
	options: PrimeOptions = primePresets.imagenet,
): (images: tf.Tensor4D, draw: PrimeDraw) => tf.Tensor4D {
	const { white } = options;
	let compiled: Compiled | undefined;
	return (images, draw) =>
		tf.tidy(() => {
			compiled ??= compileAll();
			const context = { options, compiled };
			if (white === 1) return mixImages(images, draw, context);
			return tf.div(mixImages(tf.mul(images, white), draw, context), white);
		});
}

/**
 * PRIME: mixes each image with chains of random diffeomorphisms, smooth color changes and filters.
 *
 * Choose the engine first. Throws at the first call where no primitive is left, and where the
 * diffeomorphism is asked of images that are not square. For the two views of the Jensen-Shannon loss
 * call it twice. Modas et al., "PRIME: a few primitives can boost robustness to common corruptions",
 * 2022; amodas/PRIME-augmentations, `utils/prime.py`.
 */
export function prime(
	options: PrimeOptions = primePresets.imagenet,
): ChangeImages {
	checkOptions("prime", options, primeChecks);
	const mixture = primeMixture(options);
	return (images, random) =>
		mixture(images, drawChains(images.shape, random, options));
}
