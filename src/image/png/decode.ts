import { createImage, type Image } from "../image.js";
import { pngColors } from "./chunks.js";
import { type PngSamples, readPng } from "./read-png.js";

function fromPalette({ header, samples, palette }: PngSamples): Image {
	const image = createImage(header.height, header.width);
	const { data } = image;
	const colors = Math.floor(palette.length / 3);
	for (let i = 0, to = 0; i < samples.length; i++, to += 3) {
		const color = samples[i]!;
		if (color >= colors)
			throw new Error(`it uses color ${color} of a palette of ${colors}`);
		data[to] = palette[3 * color]!;
		data[to + 1] = palette[3 * color + 1]!;
		data[to + 2] = palette[3 * color + 2]!;
	}
	return image;
}

function fromGray({ header, samples }: PngSamples): Image {
	const image = createImage(header.height, header.width);
	const { data } = image;
	const hasAlpha = header.color === pngColors.grayAlpha;
	const step = (hasAlpha ? 2 : 1) * (header.depth === 16 ? 2 : 1);
	const scale = header.depth < 8 ? 255 / (2 ** header.depth - 1) : 1;
	for (let from = 0, to = 0; to < data.length; from += step, to += 3) {
		const gray = samples[from]! * scale;
		data[to] = gray;
		data[to + 1] = gray;
		data[to + 2] = gray;
	}
	return image;
}

function fromColor({ header, samples }: PngSamples): Image {
	const { height, width, depth, color } = header;
	const sampleBytes = depth === 16 ? 2 : 1;
	if (color === pngColors.rgb && sampleBytes === 1)
		return createImage(height, width, samples);
	const image = createImage(height, width);
	const { data } = image;
	const step = (color === pngColors.rgb ? 3 : 4) * sampleBytes;
	for (let from = 0, to = 0; to < data.length; from += step, to += 3) {
		data[to] = samples[from]!;
		data[to + 1] = samples[from + sampleBytes]!;
		data[to + 2] = samples[from + 2 * sampleBytes]!;
	}
	return image;
}

/**
 * Decodes a PNG file to 8-bit RGB.
 *
 * Transparency, of pixels or of one color, is dropped; of 16 bits, the high byte is kept, also of gray
 * ones, which Pillow cuts off at 255. Throws as `readPng`, and where a color is not in the palette.
 */
export function decodePng(bytes: Uint8Array): Image {
	const png = readPng(bytes);
	const { color } = png.header;
	if (color === pngColors.palette) return fromPalette(png);
	if (color === pngColors.gray || color === pngColors.grayAlpha)
		return fromGray(png);
	return fromColor(png);
}
