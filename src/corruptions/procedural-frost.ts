import { createImage, type Image } from "../image/image.js";
import { Random } from "../random.js";
import { type FrostLook, frostLooks, quantileLevels } from "./frost-looks.js";

/** Crystals are this far apart, in pixels; what is finer follows their direction, longer than wide. */
const spacing = 40;
const elongation = 3;
/** The size of the finest grains, in pixels. */
const finest = 1.5;
/** The side of the table of random numbers that all noise is read from, a power of two. */
const lattice = 256;

const drawn = new Map<number, Image>();

/**
 * A picture of frost, always the same for an index of 0 to 4, with the size, color quantiles and band energies of the original one.
 *
 * Noise of eight octaves, each as strong as in the original, is stretched, where it is fine, along the
 * nearest of randomly placed crystals and then given the original's quantiles, channel by channel.
 */
export function proceduralFrost(index: number): Image {
	const picture = drawn.get(index) ?? drawFrost(frostLooks[index]!, index);
	drawn.set(index, picture);
	return picture;
}

function drawFrost(look: FrostLook, index: number): Image {
	const random = new Random("procedural frost", index);
	const field = crystalNoise(look, random);
	const sorted = field.toSorted();
	const levels = quantileLevels.map(
		(level) => sorted[Math.round(level * (sorted.length - 1))]!,
	);
	const image = createImage(look.height, look.width);
	for (let i = 0; i < field.length; i++) {
		const value = field[i]!;
		let upper = 1;
		while (upper < levels.length - 1 && value > levels[upper]!) upper++;
		const low = levels[upper - 1]!;
		const share = (value - low) / (levels[upper]! - low);
		look.quantiles.forEach((quantiles, channel) => {
			const from = quantiles[upper - 1]!;
			const level = from + share * (quantiles[upper]! - from);
			image.data[3 * i + channel] = Math.round(level);
		});
	}
	return image;
}

/** A crystal: where it is, in pixels, and the direction it grows in. */
interface Crystal {
	readonly x: number;
	readonly y: number;
	readonly cosine: number;
	readonly sine: number;
}

function crystalNoise(look: FrostLook, random: Random): Float32Array {
	const { height, width, octaves } = look;
	const table = Float32Array.from({ length: lattice ** 2 }, () =>
		random.normal(),
	);
	const crystals = plantCrystals(look, random);
	const grains = octaves.map((_, octave) => finest * 2 ** octave);
	const field = new Float32Array(height * width);
	for (let y = 0, i = 0; y < height; y++) {
		for (let x = 0; x < width; x++, i++) {
			const { cosine, sine } = nearest(crystals, { x, y, width });
			const along = (cosine * x + sine * y) / elongation;
			const across = cosine * y - sine * x;
			for (let octave = 0; octave < octaves.length; octave++) {
				const grain = grains[octave]!;
				const isFine = grain < spacing;
				const u = (isFine ? along : x) / grain + 17 * octave;
				const v = (isFine ? across : y) / grain + 29 * octave;
				field[i]! += octaves[octave]! * noiseAt(table, u, v);
			}
		}
	}
	return field;
}

/** One crystal in every cell of a grid that reaches one cell beyond the picture, row by row. */
function plantCrystals(
	{ height, width }: FrostLook,
	random: Random,
): Crystal[] {
	const crystals: Crystal[] = [];
	for (let y = -spacing; y < height + spacing; y += spacing) {
		for (let x = -spacing; x < width + spacing; x += spacing) {
			const angle = random.uniform(0, 2 * Math.PI);
			crystals.push({
				x: x + random.uniform(0, spacing),
				y: y + random.uniform(0, spacing),
				cosine: Math.cos(angle),
				sine: Math.sin(angle),
			});
		}
	}
	return crystals;
}

function nearest(
	crystals: Crystal[],
	{ x, y, width }: { x: number; y: number; width: number },
): Crystal {
	const columns = Math.ceil(width / spacing) + 2;
	const start = Math.floor(y / spacing) * columns + Math.floor(x / spacing);
	let best = crystals[start]!;
	let shortest = Number.POSITIVE_INFINITY;
	for (let row = 0; row < 3; row++) {
		for (let column = 0; column < 3; column++) {
			const crystal = crystals[start + row * columns + column]!;
			const distance = (crystal.x - x) ** 2 + (crystal.y - y) ** 2;
			if (distance >= shortest) continue;
			shortest = distance;
			best = crystal;
		}
	}
	return best;
}

/** Smoothly interpolates the table of random numbers, which repeats itself in both directions. */
function noiseAt(table: Float32Array, u: number, v: number): number {
	const column = Math.floor(u);
	const row = Math.floor(v);
	const mask = lattice - 1;
	const left = column & mask;
	const right = (column + 1) & mask;
	const upper = (row & mask) * lattice;
	const lower = ((row + 1) & mask) * lattice;
	const a = smooth(u - column);
	const b = smooth(v - row);
	const above = table[upper + left]! * (1 - a) + table[upper + right]! * a;
	const below = table[lower + left]! * (1 - a) + table[lower + right]! * a;
	return above * (1 - b) + below * b;
}

function smooth(t: number): number {
	return t * t * (3 - 2 * t);
}
