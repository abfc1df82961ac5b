import { createImage, type FloatImage, type Image } from "../image/image.js";
import { motionBlur } from "../image/motion-blur.js";
import { clippedZoom, zoomAxis } from "../image/zoom.js";
import type { Draws, Variant } from "./corruption.js";
import { defineCorruption } from "./define-corruption.js";

/** How much it snows. */
export interface SnowConstants {
	/** Mean and deviation of the noise that flakes are made of. */
	readonly mean: number;
	readonly deviation: number;
	/** The magnification of the noise. */
	readonly zoom: number;
	/** Noise below this is no snow. */
	readonly threshold: number;
	/** The fall of the flakes, in pixels, as in `motionBlur`. */
	readonly radius: number;
	readonly sigma: number;
	/** How much of the image is not whitened. */
	readonly keep: number;
}

type Row = readonly [number, number, number, number, number, number, number];

const large = [
	snowConstants([0.1, 0.3, 3, 0.5, 10, 4, 0.8]),
	snowConstants([0.2, 0.3, 2, 0.5, 12, 4, 0.7]),
	snowConstants([0.55, 0.3, 4, 0.9, 12, 8, 0.7]),
	snowConstants([0.55, 0.3, 4.5, 0.85, 12, 8, 0.65]),
	snowConstants([0.55, 0.3, 2.5, 0.85, 12, 12, 0.55]),
] as const;
const small = [
	snowConstants([0.1, 0.2, 1, 0.6, 8, 3, 0.95]),
	snowConstants([0.1, 0.2, 1, 0.5, 10, 4, 0.9]),
	snowConstants([0.15, 0.3, 1.75, 0.55, 10, 4, 0.9]),
	snowConstants([0.25, 0.3, 2.25, 0.6, 12, 6, 0.85]),
	snowConstants([0.3, 0.3, 1.25, 0.65, 14, 12, 0.8]),
] as const;

function snowConstants(row: Row): SnowConstants {
	const [mean, deviation, zoom, threshold, radius, sigma, keep] = row;
	return { mean, deviation, zoom, threshold, radius, sigma, keep };
}

/**
 * Whitens the image and adds falling flakes, and the same flakes turned upside down.
 *
 * Source: `snow` of imagecorruptions and of hendrycks/robustness.
 */
export const snow = defineCorruption<SnowConstants>({
	name: "snow",
	constants: { "any-size": large, "imagenet-c": large, "cifar-10-c": small },
	apply(image, constants, { variant, draws }) {
		const flakes = snowLayer(image, constants, { variant, draws });
		return addSnow(image, flakes, constants.keep);
	},
	source: { module: import.meta.url, name: "snow" },
});

/** The flakes, 0 to 255; at least as high and as wide as the image, whose pixels are at the top left. */
function snowLayer(
	{ height, width }: Image,
	constants: SnowConstants,
	{ variant, draws }: { variant: Variant; draws: Draws },
): FloatImage {
	const { mean, deviation, zoom, threshold, radius, sigma } = constants;
	const anySize = variant === "any-size";
	const noise = draws.normals(height * width, mean, deviation);
	const trimmed = {
		top: Math.floor((zoomAxis(height, zoom).size - height) / 2),
		left: Math.floor((zoomAxis(width, zoom).size - width) / 2),
		height,
		width,
	};
	const layer = clippedZoom(
		{ data: noise, height, width, channels: 1 },
		zoom,
		anySize ? undefined : trimmed,
	);
	const { data } = layer;
	for (let i = 0; i < data.length; i++) {
		const flake = data[i]! < threshold ? 0 : Math.min(data[i]!, 1) * 255;
		// hendrycks/robustness hands ImageMagick whole grey levels.
		data[i] = anySize ? flake : Math.floor(flake);
	}
	const angle = draws.uniforms(1, -135, -45)[0]!;
	const fallen = motionBlur(layer, { radius, sigma, angle });
	for (let i = 0; i < data.length; i++) {
		const flake = fallen.data[i]!;
		// imagecorruptions rounds; ImageMagick rounds to 16 bits and then cuts these off to 8.
		fallen.data[i] = anySize
			? Math.round(flake)
			: Math.floor(Math.round(flake * 257) / 257);
	}
	return fallen;
}

function addSnow(
	{ data, height, width }: Image,
	flakes: FloatImage,
	keep: number,
): Image {
	const { fround } = Math;
	const levels = Float32Array.from({ length: 256 }, (_, v) => v / 255);
	const kept = levels.map((level) => keep * level);
	const whitened = fround(1 - keep);
	const snowy = new Uint8Array(data.length);
	for (let y = 0, i = 0; y < height; y++) {
		const upright = y * flakes.width;
		const turned = (height - 1 - y) * flakes.width + width - 1;
		for (let x = 0; x < width; x++) {
			const first = flakes.data[upright + x]! / 255;
			const second = flakes.data[turned - x]! / 255;
			const gray =
				0.299 * levels[data[i]!]! +
				0.587 * levels[data[i + 1]!]! +
				0.114 * levels[data[i + 2]!]!;
			const light = fround(gray * 1.5 + 0.5);
			for (let channel = 0; channel < 3; channel++, i++) {
				const level = data[i]!;
				const lit = fround(whitened * Math.max(levels[level]!, light));
				const value = fround(kept[level]! + lit) + first + second;
				snowy[i] = Math.min(1, value) * 255;
			}
		}
	}
	return createImage(height, width, snowy);
}
