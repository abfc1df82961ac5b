import { createImage, type Image } from "../image/image.js";

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

/** Stretches each channel to 0-255, as `ImageOps.autocontrast`. */
export const autocontrast = (image: Image): Image =>
	eachChannel(image, stretched);

/** Makes the levels of each channel about equally frequent, as `ImageOps.equalize`. */
export const equalize = (image: Image): Image => eachChannel(image, flattened);

/** Keeps the highest bits of each value, 0-8 of them, as `ImageOps.posterize`. */
export const posterize = (image: Image, bits: number): Image =>
	lookUp(
		image,
		everyChannel((value) => value & (0xff00 >> bits)),
	);

/** Inverts the values from a threshold on, as `ImageOps.solarize`. */
export const solarize = (image: Image, threshold: number): Image =>
	lookUp(
		image,
		everyChannel((value) => (value < threshold ? value : 255 - value)),
	);

/** Gray at 0, the image at 1, beyond it more colorful, as `ImageEnhance.Color`. */
export const color = (image: Image, factor: number): Image =>
	blend(luma(image), image, factor);

/** Of one mean gray at 0, the image at 1, as `ImageEnhance.Contrast`. */
export const contrast = (image: Image, factor: number): Image =>
	blend(meanGray(image), image, factor);

/** Black at 0, the image at 1, as `ImageEnhance.Brightness`. */
export const brightness = (image: Image, factor: number): Image =>
	blend(createImage(image.height, image.width), image, factor);

/** Smooth at 0, the image at 1, as `ImageEnhance.Sharpness`. */
export const sharpness = (image: Image, factor: number): Image =>
	blend(smoothed(image), image, factor);
