import type { Image } from "../image/image.js";
import {
	type AffineCoefficients,
	affinePillow,
	rotation,
} from "../image/pillow-affine.js";
import { affinePillowNearest } from "../image/pillow-affine-nearest.js";
import { roundHalfEven } from "../image/round-half-even.js";
import {
	autocontrast,
	brightness,
	color,
	contrast,
	equalize,
	posterize,
	sharpness,
	solarize,
} from "./pillow-operations.js";

/** What the operations of a kind do at most; none of them does anything at the least. */
export interface Ranges {
	/** A tangent. */
	readonly shear: number;
	/** Pixels, of a side of so many. */
	readonly translate: (side: number) => number;
	/** Degrees. */
	readonly rotate: number;
	/** What is added to a factor of 1, or taken from it. */
	readonly enhance: number;
	/** How many of the eight bits of a value are lost. */
	readonly posterize: number;
}

/** How pixels are interpolated where an image is moved. */
export type Interpolation = "nearest" | "bilinear";

/** One magnitude among those from nothing to the most, and to which side. */
export interface Strength {
	readonly bin: number;
	readonly bins: number;
	readonly negative: boolean;
	readonly ranges: Ranges;
	readonly interpolation: Interpolation;
}

/** An operation, what it is drawn with, and whether it moves what is in an image. */
interface Operation {
	readonly isMoving?: true;
	readonly isSigned?: true;
	readonly hasStrength?: true;
	apply(image: Image, strength: Strength): Image;
}

const { fround } = Math;

/** One of evenly spaced numbers, in single precision as `torch.linspace`. */
function spaced(
	from: number,
	to: number,
	{ bin, bins }: Pick<Strength, "bin" | "bins">,
): number {
	const [start, end] = [fround(from), fround(to)];
	const step = fround(fround(end - start) / (bins - 1));
	return bin < Math.trunc(bins / 2)
		? fround(start + fround(step * bin))
		: fround(end - fround(step * (bins - bin - 1)));
}

const signed = (most: number, strength: Strength): number => {
	const value = spaced(0, most, strength);
	return strength.negative ? -value : value;
};

const moved = (
	image: Image,
	by: AffineCoefficients,
	{ interpolation }: Strength,
): Image =>
	interpolation === "nearest"
		? affinePillowNearest(image, by)
		: affinePillow(image, by);

const moving = (
	coefficients: (image: Image, strength: Strength) => AffineCoefficients,
): Operation => ({
	isMoving: true,
	isSigned: true,
	hasStrength: true,
	apply: (image, strength) =>
		moved(image, coefficients(image, strength), strength),
});

const enhancing = (
	enhance: (image: Image, factor: number) => Image,
): Operation => ({
	isSigned: true,
	hasStrength: true,
	apply: (image, strength) =>
		enhance(image, 1 + signed(strength.ranges.enhance, strength)),
});

/**
 * The operations of RandAugment and TrivialAugment, on 8-bit images as Pillow computes them.
 *
 * Source: torchvision 0.14, `transforms/autoaugment.py`, in whose order they stand.
 */
export const imageOperations = {
	identity: { apply: (image) => image },
	shearX: moving((_, strength) => [
		1,
		signed(strength.ranges.shear, strength),
		0,
		0,
		1,
		0,
	]),
	shearY: moving((_, strength) => [
		1,
		0,
		0,
		signed(strength.ranges.shear, strength),
		1,
		0,
	]),
	translateX: moving(({ width }, strength) => {
		const most = strength.ranges.translate(width);
		return [1, 0, -Math.trunc(signed(most, strength)), 0, 1, 0];
	}),
	translateY: moving(({ height }, strength) => {
		const most = strength.ranges.translate(height);
		return [1, 0, 0, 0, 1, -Math.trunc(signed(most, strength))];
	}),
	rotate: moving((image, strength) =>
		rotation(image, signed(strength.ranges.rotate, strength)),
	),
	brightness: enhancing(brightness),
	color: enhancing(color),
	contrast: enhancing(contrast),
	sharpness: enhancing(sharpness),
	posterize: {
		hasStrength: true,
		apply(image, { bin, bins, ranges }) {
			const lost = fround(bin / fround((bins - 1) / ranges.posterize));
			return posterize(image, 8 - roundHalfEven(lost));
		},
	},
	solarize: {
		hasStrength: true,
		apply: (image, strength) => solarize(image, spaced(255, 0, strength)),
	},
	autocontrast: { apply: autocontrast },
	equalize: { apply: equalize },
} satisfies Record<string, Operation>;

/** The name of an operation of RandAugment and TrivialAugment. */
export type ImageOperation = keyof typeof imageOperations;

/** The names of all operations, in torchvision's order. */
export const imageOperationNames = Object.keys(
	imageOperations,
) as readonly ImageOperation[];

/** An operation by its name. */
export const operationOf = (name: ImageOperation): Operation =>
	imageOperations[name];
