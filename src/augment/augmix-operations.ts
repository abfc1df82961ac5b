import type { Image } from "../image/image.js";
import { affinePillow, rotation } from "../image/pillow-affine.js";
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

/** How strongly and which way an operation is applied. */
export interface Strength {
	/** In 0-10; operations without a strength do not look at it. */
	readonly level: number;
	/** Turns, shears and shifts to the other side. */
	readonly negative: boolean;
}

type Operation = (image: Image, strength: Strength) => Image;

const whole = (level: number, maximum: number): number =>
	Math.trunc((level * maximum) / 10);
const real = (level: number, maximum: number): number => (level * maximum) / 10;
const signed = (value: number, { negative }: Strength): number =>
	negative ? -value : value;

const amount = (level: number): number => real(level, 1.8) + 0.1;

/**
 * The operations of AugMix on 8-bit images, as Pillow computes them.
 *
 * Source: google-research/augmix, `augmentations.py`, with the sides of the image for its `IMAGE_SIZE`.
 */
export const operations = {
	autocontrast,
	equalize,
	posterize: (image, { level }) => posterize(image, 4 - whole(level, 4)),
	rotate: (image, strength) => {
		const degrees = signed(whole(strength.level, 30), strength);
		return affinePillow(image, rotation(image, degrees));
	},
	solarize: (image, { level }) => solarize(image, 256 - whole(level, 256)),
	shearX: (image, strength) => {
		const shear = signed(real(strength.level, 0.3), strength);
		return affinePillow(image, [1, shear, 0, 0, 1, 0]);
	},
	shearY: (image, strength) => {
		const shear = signed(real(strength.level, 0.3), strength);
		return affinePillow(image, [1, 0, 0, shear, 1, 0]);
	},
	translateX: (image, strength) => {
		const shift = signed(whole(strength.level, image.width / 3), strength);
		return affinePillow(image, [1, 0, shift, 0, 1, 0]);
	},
	translateY: (image, strength) => {
		const shift = signed(whole(strength.level, image.height / 3), strength);
		return affinePillow(image, [1, 0, 0, 0, 1, shift]);
	},
	color: (image, { level }) => color(image, amount(level)),
	contrast: (image, { level }) => contrast(image, amount(level)),
	brightness: (image, { level }) => brightness(image, amount(level)),
	sharpness: (image, { level }) => sharpness(image, amount(level)),
} satisfies Record<string, Operation>;

/** The name of an operation of AugMix. */
export type AugmixOperation = keyof typeof operations;
