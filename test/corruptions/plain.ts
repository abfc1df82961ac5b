/** Corruptions as plain sums, one value after another: what the kernels must give, byte for byte. */

import type { CorruptionContext } from "../../src/corruptions/corruption.js";
import type { FogConstants } from "../../src/corruptions/fog.js";
import { createImage, type Image } from "../../src/image/image.js";
import { fromHsv, toHsv } from "../image/plain-hsv.js";
import { plasma } from "./plain-plasma.js";

/** What a corruption gives for some constants. */
export type Plain<Constants> = (
	image: Image,
	constants: Constants,
	context: CorruptionContext,
) => Image;

/** Normal noise. */
export const gaussianNoise: Plain<number> = (
	{ data, height, width },
	deviation,
	{ draws },
) => {
	const noise = draws.normals(data.length, 0, deviation);
	const noisy = new Uint8Array(data.length);
	for (let i = 0; i < data.length; i++) {
		const value = data[i]! / 255 + noise[i]!;
		noisy[i] = Math.max(0, Math.min(1, value)) * 255;
	}
	return createImage(height, width, noisy);
};

/** Normal noise in proportion. */
export const speckleNoise: Plain<number> = (
	{ data, height, width },
	deviation,
	{ draws },
) => {
	const noise = draws.normals(data.length, 0, deviation);
	const noisy = new Uint8Array(data.length);
	for (let i = 0; i < data.length; i++) {
		const value = data[i]! / 255;
		noisy[i] = Math.max(0, Math.min(1, value + value * noise[i]!)) * 255;
	}
	return createImage(height, width, noisy);
};

/** Black and white. */
export const impulseNoise: Plain<number> = (
	{ data, height, width },
	amount,
	{ draws },
) => {
	const chances = draws.uniforms(data.length, 0, 1);
	const noisy = data.slice();
	for (let i = 0; i < noisy.length; i++) {
		const chance = chances[i]!;
		if (chance <= amount) noisy[i] = chance <= amount / 2 ? 255 : 0;
	}
	return createImage(height, width, noisy);
};

/** Photons counted. */
export const shotNoise: Plain<{ photons: number; rates: Float64Array }> = (
	{ data, height, width },
	{ photons, rates },
	{ draws },
) => {
	const counts = draws.poissons(data, rates);
	const values = Uint8Array.from(
		{ length: photons + 1 },
		(_, count) => (count / photons) * 255,
	);
	const noisy = new Uint8Array(data.length);
	for (let i = 0; i < noisy.length; i++) {
		noisy[i] = values[Math.min(counts[i]!, photons)]!;
	}
	return createImage(height, width, noisy);
};

/** Values raised. */
export const brightness: Plain<number> = (image, constant) => {
	const hsv = toHsv(image);
	const { data } = hsv;
	for (let i = 2; i < data.length; i += 3) {
		data[i] = Math.min(data[i]! + constant, 1);
	}
	return fromHsv(hsv);
};

/** Saturations scaled. */
export const saturate: Plain<{ factor: number; offset: number }> = (
	image,
	{ factor, offset },
) => {
	const hsv = toHsv(image);
	const { data } = hsv;
	for (let i = 1; i < data.length; i += 3) {
		data[i] = Math.min(data[i]! * factor + offset, 1);
	}
	return fromHsv(hsv);
};

/** Channels drawn towards their means. */
export const contrast: Plain<number> = ({ data, height, width }, constant) => {
	const tables = [0, 1, 2].map((channel) =>
		contrastTable(channelMean(data, channel), constant),
	) as [Uint8Array, Uint8Array, Uint8Array];
	const [red, green, blue] = tables;
	const image = createImage(height, width);
	for (let i = 0; i < data.length; i += 3) {
		image.data[i] = red[data[i]!]!;
		image.data[i + 1] = green[data[i + 1]!]!;
		image.data[i + 2] = blue[data[i + 2]!]!;
	}
	return image;
};

function channelMean(data: Uint8Array, channel: number): number {
	let sum = 0;
	for (let i = channel; i < data.length; i += 3) sum += data[i]!;
	return sum / 255 / (data.length / 3);
}

function contrastTable(mean: number, constant: number): Uint8Array {
	return Uint8Array.from({ length: 256 }, (_, value) => {
		const moved = (value / 255 - mean) * constant + mean;
		return Math.min(Math.max(moved, 0), 1) * 255;
	});
}

/** Fog. */
export const fog: Plain<FogConstants> = (
	{ data, height, width },
	{ thickness, decay },
	{ variant, draws },
) => {
	// imagecorruptions takes the longest of height, width and three channels.
	const longest = Math.max(height, width, 3);
	const usual = { "any-size": 1, "imagenet-c": 256, "cifar-10-c": 32 }[variant];
	const side = Math.max(usual, 2 ** Math.ceil(Math.log2(longest)));
	const layer = plasma(side, decay, draws);
	let brightest = 0;
	for (let i = 0; i < data.length; i++) {
		brightest = Math.max(brightest, data[i]!);
	}
	const white = brightest / 255;
	const levels = Float64Array.from({ length: 256 }, (_, v) => v / 255);
	const foggy = new Uint8Array(data.length);
	for (let y = 0, i = 0; y < height; y++) {
		for (let x = 0; x < width; x++) {
			const haze = thickness * layer[y * side + x]!;
			for (let channel = 0; channel < 3; channel++, i++) {
				const value =
					((levels[data[i]!]! + haze) * white) / (white + thickness);
				foggy[i] = Math.min(1, value) * 255;
			}
		}
	}
	return createImage(height, width, foggy);
};
