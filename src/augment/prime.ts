import * as tf from "@tensorflow/tfjs";
import { checkOptions } from "../check/check-options.js";
import type { HostArray } from "../engine/host-call.js";
import type { ChangeImages } from "./augmentation.js";
import { deformPixels, displacement, samplingGrid } from "./diffeomorphism.js";
import {
	type ChangePixels,
	eachImage,
	levelsOf,
	type PixelSize,
} from "./each-image.js";
import { drawChains, type PrimeDraw, type PrimeStep } from "./prime-draw.js";
import {
	type PrimeOptions,
	type Primitive,
	primeChecks,
	primePresets,
} from "./prime-options.js";
import { filterPixels } from "./random-filter.js";
import { changePixelColors } from "./random-smooth-color.js";
import { sineTable } from "./sine-curves.js";

/** The primitives of one step, for the image of any chain; `field` is that of the diffeomorphism. */
function prepareStep(
	{ choices, diffeomorphism, randomSmoothColor, randomFilter }: PrimeStep,
	size: PixelSize,
	field: readonly HostArray[],
): ChangePixels {
	const chains = choices.length;
	const changes: Partial<Record<Primitive, ChangePixels>> = {};
	if (diffeomorphism && field.length > 0) {
		const [dx, dy] = field as [HostArray, HostArray];
		changes.diffeomorphism = deformPixels(samplingGrid(dx, dy, size));
	}
	if (randomSmoothColor) {
		const { frequencies, coefficients } = randomSmoothColor;
		const table = sineTable(frequencies);
		changes.randomSmoothColor = changePixelColors(coefficients, chains, table);
	}
	if (randomFilter) {
		const { kernels } = randomFilter;
		const side = Math.sqrt(kernels.length / chains);
		changes.randomFilter = filterPixels(kernels, side, size);
	}
	return (from, to, chain, levels) => {
		const choice = choices[chain] as Primitive;
		const change = changes[choice];
		if (!change)
			throw new Error(
				`chain ${chain} chose ${choice}, but the step drew nothing for it`,
			);
		change(from, to, chain, levels);
	};
}

/** Writes a share of some values. */
function takeShare(to: Float32Array, of: Float32Array, share: number): void {
	for (let i = 0; i < to.length; i++) to[i] = share * of[i]!;
}

/** Adds a share of some values. */
function addShare(to: Float32Array, of: Float32Array, share: number): void {
	for (let i = 0; i < to.length; i++) to[i] = to[i]! + share * of[i]!;
}

/** The image mixed with its chains: `(1 - m) x + m sum over i of w_i chain_i(x)`. */
function mixer(
	{ mixing, weights, depths }: PrimeDraw,
	steps: readonly ChangePixels[],
	{
		options,
		size,
	}: { readonly options: PrimeOptions; readonly size: PixelSize },
): ChangePixels {
	const { width, white } = options;
	const batch = mixing.length;
	const space = (): Float32Array =>
		new Float32Array(3 * size.height * size.width);
	const [scaled, buffers] = [space(), [space(), space()]];
	const asGiven = (from: Float32Array): Float32Array => {
		if (white === 1) return from;
		takeShare(scaled, from, white);
		return scaled;
	};
	return (from, to, index) => {
		const m = mixing[index]!;
		const image = asGiven(from);
		const levels = levelsOf(image);
		takeShare(to, image, 1 - m);
		for (let w = 0; w < width; w++) {
			const chain = w * batch + index;
			let changed = image;
			for (let step = 0; step < depths[chain]!; step++) {
				const next = buffers[step % 2]!;
				steps[step]!(changed, next, chain, step === 0 ? levels : undefined);
				changed = next;
			}
			addShare(to, changed, m * weights[index * width + w]!);
		}
		if (white !== 1) for (let i = 0; i < to.length; i++) to[i] = to[i]! / white;
	};
}

/**
 * What PRIME makes of a draw, whoever drew it.
 *
 * Images are `[batch, height, width, 3]` in 0-1, before normalization, and so is the result. The draw
 * is that of `drawPrime` for the same shape and options. It runs outside compiled functions, which would keep a draw.
 */
export function primeMixture(
	options: PrimeOptions = primePresets.imagenet,
): (images: tf.Tensor4D, draw: PrimeDraw) => tf.Tensor4D {
	return (images, draw) =>
		tf.tidy(() => {
			const fields = draw.steps.map(({ choices, diffeomorphism }) =>
				diffeomorphism && choices.includes("diffeomorphism")
					? displacement(images.shape[1], diffeomorphism)
					: [],
			);
			const places = fields.map((_, i) => fields.slice(0, i).flat().length);
			return eachImage(
				images,
				(size, inputs) => {
					const steps = draw.steps.map((step, i) => {
						const at = places[i] as number;
						const field = inputs.slice(at, at + (fields[i]?.length ?? 0));
						return prepareStep(step, size, field);
					});
					return mixer(draw, steps, { options, size });
				},
				fields.flat(),
			);
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
