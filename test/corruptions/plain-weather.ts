/** Weather as plain sums, one value after another: what the kernels must give, byte for byte. */
import type { Draws, Variant } from "../../src/corruptions/corruption.js";
import type { FrostConstants } from "../../src/corruptions/frost.js";
import { proceduralFrost } from "../../src/corruptions/procedural-frost.js";
import type { SnowConstants } from "../../src/corruptions/snow.js";
import {
	createImage,
	type FloatImage,
	type Image,
} from "../../src/image/image.js";
import { motionBlur } from "../../src/image/motion-blur.js";
import { zoomAxis } from "../../src/image/zoom.js";
import { clippedZoom } from "../image/clipped-zoom.js";
import { resizeCubic } from "../image/plain-cubic.js";
import type { Plain } from "./plain.js";

/** Frost. */
export const frost: Plain<FrostConstants> = (
	image,
	constants,
	{ variant, draws, frostPictures },
) => {
	const index = draws.integers(1, 0, 5)[0]!;
	const picture = frostPictures?.[index] ?? proceduralFrost(index);
	const layer = cutOut(picture, image, { variant, draws }).data;
	const { data, height, width } = image;
	const frosted = new Uint8Array(data.length);
	for (let i = 0; i < data.length; i++) {
		const value = constants.image * data[i]! + constants.frost * layer[i]!;
		frosted[i] = Math.min(value, 255);
	}
	return createImage(height, width, frosted);
};

/**
 * Cuts a part as large as the image out of a picture that has been enlarged to hold it.
 *
 * The two variants of one size leave their pictures as they are, upstream; here, where they are too small
 * for an image of another size, they are enlarged as for any size.
 */
function cutOut(
	picture: Image,
	{ height, width }: Image,
	{ variant, draws }: { variant: Variant; draws: Draws },
): Image {
	const whole = variant === "cifar-10-c" ? everyFifth(picture) : picture;
	const fits = whole.height > height && whole.width > width;
	const scale =
		fits && variant !== "any-size"
			? 1
			: 1.1 * Math.max(1, height / whole.height, width / whole.width);
	const resized = {
		height: Math.ceil(whole.height * scale),
		width: Math.ceil(whole.width * scale),
	};
	const top = draws.integers(1, 0, resized.height - height)[0]!;
	const left = draws.integers(1, 0, resized.width - width)[0]!;
	return resizeCubic(whole, resized, { top, left, height, width });
}

/** One pixel of every 5 x 5, the middle one: what a linear resize to a fifth by OpenCV comes to. */
function everyFifth({ data, height, width }: Image): Image {
	const reduced = createImage(Math.round(height / 5), Math.round(width / 5));
	for (let y = 0, to = 0; y < reduced.height; y++) {
		for (let x = 0; x < reduced.width; x++, to += 3) {
			const row = Math.min(5 * y + 2, height - 1);
			const column = Math.min(5 * x + 2, width - 1);
			const from = (row * width + column) * 3;
			reduced.data.set(data.subarray(from, from + 3), to);
		}
	}
	return reduced;
}

/** Falling flakes. */
export const snow: Plain<SnowConstants> = (
	image,
	constants,
	{ variant, draws },
) => {
	const flakes = snowLayer(image, constants, { variant, draws });
	return addSnow(image, flakes, constants.keep);
};

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
