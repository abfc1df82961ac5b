/** Spatter as plain sums, one value after another: what the kernels must give, byte for byte. */
import type { Variant } from "../../src/corruptions/corruption.js";
import { canny } from "../../src/image/canny.js";
import { distanceTransform } from "../../src/image/distance-transform.js";
import { equalize } from "../../src/image/equalize.js";
import { gaussianFilter } from "../../src/image/gaussian.js";
import type { GrayImage } from "../../src/image/gray-image.js";
import {
	createImage,
	type FloatImage,
	type Image,
} from "../../src/image/image.js";
import { sumNeighbors, type Weights } from "../image/plain-neighbors.js";
import type { Plain } from "./plain.js";

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

const waterColor = [175 / 255, 238 / 255, 238 / 255] as const;
const mudColor = [63 / 255, 42 / 255, 20 / 255] as const;

const box: Weights = [1, 1, 1, 1, 1, 1, 1, 1, 1];
const light: Weights = [-2, -1, 0, -1, 1, 1, 0, 1, 2];

/** Drops of water or mud. */
export const spatter: Plain<SpatterConstants> = (
	image,
	constants,
	{ variant, draws },
) => {
	const { height, width } = image;
	const { mean, deviation, sigma, threshold } = constants;
	const data = draws.normals(height * width, mean, deviation);
	const drops = gaussianFilter({ data, height, width, channels: 1 }, sigma);
	for (let i = 0; i < data.length; i++) {
		if (drops.data[i]! < threshold) drops.data[i] = 0;
	}
	return constants.liquid === "water"
		? addWater(image, waterMask(drops, constants.strength))
		: addMud(image, mudMask(drops, constants), variant);
};

/** How much water shows at each pixel: drops, weighted by the relief of their distance to edges. */
function waterMask(drops: FloatImage, strength: number): Float32Array {
	const { height, width } = drops;
	const data = new Uint8Array(height * width);
	// A drop beyond 1 wraps to dark, as when numpy casts it.
	for (let i = 0; i < data.length; i++) data[i] = drops.data[i]! * 255;
	const relief = dropRelief({ data, height, width });
	const mask = new Float32Array(data.length);
	let highest = 0;
	for (let i = 0; i < mask.length; i++) {
		mask[i] = data[i]! * relief[i]!;
		highest = Math.max(highest, mask[i]!);
	}
	// Without a drop, upstream divides by zero and returns a black image; here the image stays dry.
	if (highest === 0) return mask;
	for (let i = 0; i < mask.length; i++) {
		mask[i] = Math.fround(mask[i]! / highest) * strength;
	}
	return mask;
}

/** The distance to the rim of the nearest drop, lit from one corner. */
function dropRelief(drops: GrayImage): Uint8Array {
	const { height, width } = drops;
	const edges = canny(drops, { low: 50, high: 150 });
	for (let i = 0; i < edges.data.length; i++) edges.data[i]! ^= 255;
	const distances = distanceTransform(edges);
	for (let i = 0; i < distances.length; i++) {
		distances[i] = Math.min(distances[i]!, 20);
	}
	const near = new Uint8Array(distances.length);
	const sums = sumNeighbors(distances, drops, box);
	for (let i = 0; i < near.length; i++) near[i] = Math.fround(sums[i]! / 9);
	const even = equalize({ data: near, height, width });
	const lit = sumNeighbors(even.data, drops, light);
	const raised = new Uint8Array(lit.length);
	for (let i = 0; i < raised.length; i++) {
		raised[i] = Math.max(0, Math.min(255, lit[i]!));
	}
	const totals = sumNeighbors(raised, drops, box);
	const smooth = new Uint8Array(totals.length);
	for (let i = 0; i < smooth.length; i++) smooth[i] = totals[i]! / 9 + 0.5;
	return smooth;
}

function addWater({ data, height, width }: Image, mask: Float32Array): Image {
	const { fround } = Math;
	const levels = Float32Array.from({ length: 256 }, (_, v) => v / 255);
	const color = Float32Array.from(waterColor);
	const wet = new Uint8Array(data.length);
	for (let pixel = 0, i = 0; pixel < mask.length; pixel++) {
		for (let channel = 0; channel < 3; channel++, i++) {
			const shine = fround(mask[pixel]! * color[channel]!);
			const value = fround(levels[data[i]!]! + shine);
			wet[i] = fround(Math.min(1, value) * 255);
		}
	}
	return createImage(height, width, wet);
}

/** How much mud covers each pixel: blurred drops, their thin rims taken off. */
function mudMask(
	drops: FloatImage,
	{ threshold, strength }: SpatterConstants,
): Float32Array {
	const data = new Float64Array(drops.data.length);
	for (let i = 0; i < data.length; i++) {
		data[i] = drops.data[i]! > threshold ? 1 : 0;
	}
	const blurred = gaussianFilter({ ...drops, data }, strength);
	const mask = new Float32Array(blurred.data);
	for (let i = 0; i < mask.length; i++) if (mask[i]! < 0.8) mask[i] = 0;
	return mask;
}

function addMud(
	{ data, height, width }: Image,
	mask: Float32Array,
	variant: Variant,
): Image {
	// imagecorruptions adds the color in doubles, hendrycks/robustness in floats.
	const round = variant === "any-size" ? (value: number) => value : Math.fround;
	const { fround } = Math;
	const muddy = new Uint8Array(data.length);
	for (let pixel = 0, i = 0; pixel < mask.length; pixel++) {
		const covered = mask[pixel]!;
		const clear = fround(1 - covered);
		for (let channel = 0; channel < 3; channel++, i++) {
			const seen = fround(fround(data[i]! / 255) * clear);
			const color = round(round(mudColor[channel]!) * covered);
			const value = round(seen + color);
			muddy[i] = round(Math.min(1, value) * 255);
		}
	}
	return createImage(height, width, muddy);
}
