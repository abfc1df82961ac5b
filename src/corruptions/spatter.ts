import { blockValues, changeBlocks } from "../image/blocks.js";
import { canny } from "../image/canny.js";
import { distanceTransform } from "../image/distance-transform.js";
import { equalize } from "../image/equalize.js";
import { placesOf } from "../image/framed-plane.js";
import { gaussianFilter } from "../image/gaussian.js";
import type { GrayImage } from "../image/gray-image.js";
import type { FloatImage, Image } from "../image/image.js";
import { cutMeans, litPlane, roundedMeans } from "../image/neighborhood.js";
import { simdKernels } from "../image/simd-kernels.js";
import type { Variant } from "./corruption.js";
import { defineCorruption } from "./define-corruption.js";

interface SpatterConstants {
	/** Mean, deviation and blur, in pixels, of the noise that drops are made of. */
	readonly mean: number;
	readonly deviation: number;
	readonly sigma: number;
	/** Noise below this is no drop. */
	readonly threshold: number;
	/** How bright water is, or the blur of mud, in pixels. */
	readonly strength: number;
	readonly liquid: "water" | "mud";
}

type Row = readonly [number, number, number, number, number];

const large = [
	water([0.65, 0.3, 4, 0.69, 0.6]),
	water([0.65, 0.3, 3, 0.68, 0.6]),
	water([0.65, 0.3, 2, 0.68, 0.5]),
	mud([0.65, 0.3, 1, 0.65, 1.5]),
	mud([0.67, 0.4, 1, 0.65, 1.5]),
] as const;
const small = [
	water([0.62, 0.1, 0.7, 0.7, 0.5]),
	water([0.65, 0.1, 0.8, 0.7, 0.5]),
	water([0.65, 0.3, 1, 0.69, 0.5]),
	mud([0.65, 0.1, 0.7, 0.69, 0.6]),
	mud([0.65, 0.1, 0.5, 0.68, 0.6]),
] as const;

function water(row: Row): SpatterConstants {
	const [mean, deviation, sigma, threshold, strength] = row;
	return { mean, deviation, sigma, threshold, strength, liquid: "water" };
}

function mud(row: Row): SpatterConstants {
	return { ...water(row), liquid: "mud" };
}

const waterColor = [175 / 255, 238 / 255, 238 / 255] as const;
const mudColor = [63 / 255, 42 / 255, 20 / 255] as const;

/**
 * Splashes drops of water, or at severities 4 and 5 of mud, over the image.
 *
 * Source: `spatter` of imagecorruptions and of hendrycks/robustness.
 */
export const spatter = defineCorruption<SpatterConstants>({
	name: "spatter",
	constants: { "any-size": large, "imagenet-c": large, "cifar-10-c": small },
	apply(image, constants, { variant, draws }) {
		const { height, width } = image;
		const { mean, deviation, sigma, liquid } = constants;
		const data = draws.normals(height * width, mean, deviation);
		const drops = gaussianFilter({ data, height, width, channels: 1 }, sigma);
		return liquid === "water"
			? addWater(image, drops, constants)
			: addMud(image, mudCover(drops, constants), variant);
	},
	source: { module: import.meta.url, name: "spatter" },
});

/** Adds water where there are drops, weighed by the relief of their distance to edges. */
function addWater(
	image: Image,
	drops: FloatImage,
	{ threshold, strength }: SpatterConstants,
): Image {
	const gray = dropLevels(drops, threshold);
	const relief = dropRelief(gray);
	const count = gray.data.length;
	const [dropsAt, reliefAt, at, end] = placesOf(count, count, blockValues) as [
		number,
		number,
		number,
		number,
	];
	const { kernels, bytes } = simdKernels(end);
	bytes.set(gray.data, dropsAt);
	bytes.set(relief.data, reliefAt);
	// Without a drop, upstream divides by zero and returns a black image; here the image stays dry.
	const highest = kernels.highestProduct(dropsAt, reliefAt, count) || 1;
	return changeBlocks(image, { bytes, at }, (from, values) =>
		kernels.addWater(
			at,
			values,
			dropsAt + from / 3,
			reliefAt + from / 3,
			highest,
			strength,
			...waterColor,
		),
	);
}

/** Drops as levels: 0 below a threshold; a drop beyond 1 wraps to dark, as when numpy casts it. */
function dropLevels(
	{ data, height, width }: FloatImage,
	threshold: number,
): GrayImage {
	const levels = new Uint8Array(data.length);
	const [at, dropsAt, end] = placesOf(blockValues, 8 * blockValues) as [
		number,
		number,
		number,
	];
	const { kernels, bytes, doubles } = simdKernels(end);
	for (let from = 0; from < data.length; from += blockValues) {
		const part = data.subarray(from, from + blockValues);
		doubles.set(part, dropsAt / 8);
		kernels.dropLevels(dropsAt, part.length, threshold, at);
		levels.set(bytes.subarray(at, at + part.length), from);
	}
	return { data: levels, height, width };
}

/** The distance to the rim of the nearest drop, lit from one corner. */
function dropRelief(drops: GrayImage): GrayImage {
	const { height, width } = drops;
	const edges = canny(drops, { low: 50, high: 150 });
	for (let i = 0; i < edges.data.length; i++) edges.data[i]! ^= 255;
	const near = cutMeans(distanceTransform(edges), { height, width, most: 20 });
	return roundedMeans(litPlane(equalize(near)));
}

/** How much mud covers each pixel: blurred drops, of which `addMud` takes the thin rims off. */
function mudCover(
	drops: FloatImage,
	{ threshold, strength }: SpatterConstants,
): Float64Array {
	const data = new Float64Array(drops.data.length);
	for (let i = 0; i < data.length; i++)
		data[i] = drops.data[i]! > threshold ? 1 : 0;
	return gaussianFilter({ ...drops, data }, strength).data;
}

function addMud(image: Image, cover: Float64Array, variant: Variant): Image {
	const [at, coverAt, end] = placesOf(blockValues, 8 * blockValues) as [
		number,
		number,
		number,
	];
	const { kernels, bytes, doubles } = simdKernels(end);
	// imagecorruptions adds the color in doubles, hendrycks/robustness in floats.
	const isSingle = Number(variant !== "any-size");
	return changeBlocks(image, { bytes, at }, (from, count) => {
		doubles.set(cover.subarray(from / 3, (from + count) / 3), coverAt / 8);
		kernels.addMud(at, count, coverAt, isSingle, ...mudColor);
	});
}
