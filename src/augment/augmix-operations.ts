import { createImage, type Image } from "../image/image.js";
import { affinePillow, rotation } from "../image/pillow-affine.js";

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

/** Replaces every value of a channel by its entry in that channel's table. */
function lookUp(
	{ data, height, width }: Image,
	tables: readonly Uint8Array[],
): Image {
	const result = createImage(height, width);
	for (let i = 0; i < data.length; i++)
		result.data[i] = tables[i % 3]?.[data[i] as number] as number;
	return result;
}

const table = (value: (level: number) => number): Uint8Array =>
	Uint8Array.from({ length: 256 }, (_, level) =>
		Math.min(Math.max(value(level), 0), 255),
	);

const everyChannel = (value: (level: number) => number): Uint8Array[] =>
	Array(3).fill(table(value));

function histogram({ data }: Image, channel: number): Uint32Array {
	const counts = new Uint32Array(256);
	for (let i = channel; i < data.length; i += 3)
		counts[data[i] as number] = (counts[data[i] as number] as number) + 1;
	return counts;
}

const eachChannel = (
	image: Image,
	curve: (counts: Uint32Array) => Uint8Array,
): Image =>
	lookUp(
		image,
		[0, 1, 2].map((channel) => curve(histogram(image, channel))),
	);

function stretched(counts: Uint32Array): Uint8Array {
	const lowest = counts.findIndex((count) => count > 0);
	const highest = counts.findLastIndex((count) => count > 0);
	if (highest <= lowest) return table((level) => level);
	const scale = 255 / (highest - lowest);
	const offset = -lowest * scale;
	return table((level) => Math.trunc(level * scale + offset));
}

function flattened(counts: Uint32Array): Uint8Array {
	const pixels = counts.reduce((a, b) => a + b, 0);
	const last = counts[counts.findLastIndex((count) => count > 0)] as number;
	const step = Math.floor((pixels - last) / 255);
	if (step === 0) return table((level) => level);
	let below = Math.floor(step / 2);
	return table((level) => {
		const value = Math.floor(below / step);
		below += counts[level] as number;
		return value;
	});
}

/** `from + share (image - from)`, in single precision and cut to whole gray levels. */
function blend(from: Image, image: Image, share: number): Image {
	const { height, width } = image;
	const result = createImage(height, width);
	const factor = Math.fround(share);
	for (let i = 0; i < image.data.length; i++) {
		const start = from.data[i] as number;
		const step = Math.fround(factor * ((image.data[i] as number) - start));
		const value = Math.fround(start + step);
		result.data[i] = Math.min(Math.max(value, 0), 255);
	}
	return result;
}

const amount = (level: number): number => real(level, 1.8) + 0.1;

// ITU-R 601 in 16-bit fixed point.
function luma(image: Image): Image {
	const { data, height, width } = image;
	const result = createImage(height, width);
	for (let i = 0; i < data.length; i += 3) {
		const [red = 0, green = 0, blue = 0] = data.subarray(i, i + 3);
		result.data.fill(
			(red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16,
			i,
			i + 3,
		);
	}
	return result;
}

function meanGray(image: Image): Image {
	const { height, width } = image;
	const sum = luma(image).data.reduce((a, b) => a + b, 0);
	const gray = Math.trunc(sum / image.data.length + 0.5);
	return createImage(
		height,
		width,
		new Uint8Array(image.data.length).fill(gray),
	);
}

/** 3 x 3 means in which the middle counts five times; the border stays. */
function smoothed(image: Image): Image {
	const { data, height, width } = image;
	const result = createImage(height, width, data.slice());
	const row = width * 3;
	for (let y = 1; y < height - 1; y++) {
		for (let i = y * row + 3; i < (y + 1) * row - 3; i++) {
			let sum = 4 * (data[i] as number);
			for (const middle of [i - row, i, i + row])
				sum +=
					(data[middle - 3] as number) +
					(data[middle] as number) +
					(data[middle + 3] as number);
			result.data[i] = sum / 13 + 0.5;
		}
	}
	return result;
}

/**
 * The operations of AugMix on 8-bit images, as Pillow computes them.
 *
 * Source: google-research/augmix, `augmentations.py`, with the sides of the image for its `IMAGE_SIZE`.
 */
export const operations = {
	autocontrast: (image) => eachChannel(image, stretched),
	equalize: (image) => eachChannel(image, flattened),
	posterize: (image, { level }) => {
		const bits = 4 - whole(level, 4);
		return lookUp(
			image,
			everyChannel((value) => value & (0xff00 >> bits)),
		);
	},
	rotate: (image, strength) => {
		const degrees = signed(whole(strength.level, 30), strength);
		return affinePillow(image, rotation(image, degrees));
	},
	solarize: (image, { level }) => {
		const threshold = 256 - whole(level, 256);
		return lookUp(
			image,
			everyChannel((value) => (value < threshold ? value : 255 - value)),
		);
	},
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
	color: (image, { level }) => blend(luma(image), image, amount(level)),
	contrast: (image, { level }) => blend(meanGray(image), image, amount(level)),
	brightness: (image, { level }) =>
		blend(createImage(image.height, image.width), image, amount(level)),
	sharpness: (image, { level }) => blend(smoothed(image), image, amount(level)),
} satisfies Record<string, Operation>;

/** The name of an operation of AugMix. */
export type AugmixOperation = keyof typeof operations;
