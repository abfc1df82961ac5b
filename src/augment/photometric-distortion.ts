import { fromHsv180, toHsv180 } from "../image/hsv-180.js";
import { createImage, type Image } from "../image/image.js";
import type { Random } from "../random.js";

/** One distortion of colors; null leaves something as it is. */
export interface PhotometricDraw {
	/** Added to every byte, -32 to 32. */
	readonly brightness: number | null;
	/** Every byte is multiplied by it, 0.5 to 1.5. */
	readonly contrast: number | null;
	/** Whether the contrast changes before saturation and hue, or after them. */
	readonly contrastFirst: boolean;
	/** What saturations are multiplied by, 0.5 to 1.5. */
	readonly saturation: number | null;
	/** By how many of 180 steps hues turn: whole numbers from -18 to 17. */
	readonly hue: number | null;
}

const mostBrightness = 32;
const mostHue = 18;
const factors = [0.5, 1.5] as const;

/** Draws a distortion: each change with a probability of one half. */
export function drawPhotometric(random: Random): PhotometricDraw {
	const maybe = (draw: () => number) =>
		random.integer(0, 2) === 1 ? draw() : null;
	return {
		brightness: maybe(() => random.uniform(-mostBrightness, mostBrightness)),
		contrast: maybe(() => random.uniform(...factors)),
		contrastFirst: random.integer(0, 2) === 1,
		saturation: maybe(() => random.uniform(...factors)),
		hue: maybe(() => random.integer(-mostHue, mostHue)),
	};
}

/** `value · factor + offset` of each byte in single precision, clipped and cut down to a whole number. */
function table(factor: number, offset: number): Uint8Array {
	const { fround } = Math;
	const scale = fround(factor);
	return Uint8Array.from({ length: 256 }, (_, value) => {
		const changed = fround(fround(value * scale) + fround(offset));
		return Math.min(Math.max(changed, 0), 255);
	});
}

function looked(image: Image, changed: Uint8Array): Image {
	const { data, height, width } = image;
	const result = createImage(height, width);
	for (let i = 0; i < data.length; i++) result.data[i] = changed[data[i]!]!;
	return result;
}

/** Saturation and hue are changed one after the other, with an 8-bit image in between. */
function inHsv(
	image: Image,
	change: (hsv: Uint8Array, at: number) => void,
): Image {
	const hsv = toHsv180(image);
	for (let at = 0; at < hsv.data.length; at += 3) change(hsv.data, at);
	return fromHsv180(hsv);
}

/**
 * Changes brightness, contrast, saturation and hue, with an 8-bit image after each step.
 *
 * Byte for byte as `PhotoMetricDistortion` of mmsegmentation 0.11 and mmdetection 2, with OpenCV's 8-bit HSV.
 */
export function distortColors(
	image: Image,
	{ brightness, contrast, contrastFirst, saturation, hue }: PhotometricDraw,
): Image {
	const contrasted = (before: Image) =>
		contrast === null ? before : looked(before, table(contrast, 0));
	let result = image;
	if (brightness !== null) result = looked(result, table(1, brightness));
	if (contrastFirst) result = contrasted(result);
	if (saturation !== null) {
		const saturations = table(saturation, 0);
		result = inHsv(result, (hsv, at) => {
			hsv[at + 1] = saturations[hsv[at + 1]!]!;
		});
	}
	if (hue !== null)
		result = inHsv(result, (hsv, at) => {
			hsv[at] = (hsv[at]! + hue + 180) % 180;
		});
	return contrastFirst ? result : contrasted(result);
}
