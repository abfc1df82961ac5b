import { Random } from "../../random.js";

/** The kinds of texture; those from `bricks` on are found in the target domain only. */
const textureNames = [
	"stripes",
	"checks",
	"dots",
	"waves",
	"noise",
	"rings",
	"bricks",
	"zigzag",
	"grid",
	"marble",
	"speckles",
] as const;
/** The name of a texture. */
export type TextureName = (typeof textureNames)[number];

/** How a texture lies on its surface. */
export interface TexturePlace {
	/** The pixels after which it repeats. */
	readonly period: number;
	/** In radians. */
	readonly angle: number;
	/** Where its pattern begins, in pixels. */
	readonly shift: readonly [x: number, y: number];
}

/** How much of the second color a pixel has, 0 to 1. */
type Pattern = (x: number, y: number) => number;

const lattice = 64;

function latticeValues(): Float64Array {
	const random = new Random("shapes", "noise");
	return Float64Array.from({ length: lattice ** 2 }, () => random.uniform());
}

const values = latticeValues();

/** Smooth noise between 0 and 1 that changes over a distance of 1. */
export function noise(x: number, y: number): number {
	const column = Math.floor(x);
	const row = Math.floor(y);
	const u = x - column;
	const v = y - row;
	const left = column & (lattice - 1);
	const right = (column + 1) & (lattice - 1);
	const upper = (row & (lattice - 1)) * lattice;
	const lower = ((row + 1) & (lattice - 1)) * lattice;
	const across = u * u * (3 - 2 * u);
	const down = v * v * (3 - 2 * v);
	const a = values[upper + left]!;
	const b = values[lower + left]!;
	const top = a + (values[upper + right]! - a) * across;
	const bottom = b + (values[lower + right]! - b) * across;
	return top + (bottom - top) * down;
}

const octaves = (x: number, y: number): number =>
	(4 * noise(x, y) +
		2 * noise(2 * x + 17, 2 * y + 5) +
		noise(4 * x + 3, 4 * y + 29)) /
	7;

const clip = (value: number): number => Math.min(Math.max(value, 0), 1);

/** How far into its period of 1 a position is from the nearest whole one, 0 to 0.5. */
const offset = (position: number): number =>
	Math.abs(position - Math.round(position));

/**
 * The patterns over coordinates in periods.
 *
 * `edge` is the steepness at which a step of a period's pattern is one pixel wide.
 */
const patterns: Record<TextureName, (edge: number) => Pattern> = {
	stripes: (edge) => (x) => clip(0.5 + (offset(x) - 0.25) * edge),
	checks: (edge) => (x, y) => {
		const across = clip(0.5 + (offset(x) - 0.25) * edge);
		const down = clip(0.5 + (offset(y) - 0.25) * edge);
		return across + down - 2 * across * down;
	},
	dots: (edge) => (x, y) =>
		clip(0.5 + (0.3 - Math.hypot(offset(x), offset(y))) * edge),
	waves: (edge) => (x, y) =>
		clip(
			0.5 + (offset(x + 0.2 * Math.sin(2 * Math.PI * y * 0.7)) - 0.25) * edge,
		),
	noise: () => (x, y) => clip(2 * octaves(x, y) - 0.5),
	rings: (edge) => (x, y) =>
		clip(0.5 + (offset(Math.hypot(x, y)) - 0.25) * edge),
	bricks: (edge) => (x, y) => {
		const row = Math.floor(2 * y);
		const upright = offset(x + (row & 1 ? 0.5 : 0));
		return clip(0.5 + (0.09 - Math.min(upright, offset(2 * y) / 2)) * edge);
	},
	zigzag: (edge) => (x, y) => clip(0.5 + (offset(x + offset(y)) - 0.25) * edge),
	grid: (edge) => (x, y) =>
		clip(0.5 + (0.12 - Math.min(offset(x), offset(y))) * edge),
	marble: (edge) => (x, y) =>
		clip(0.5 + (offset(x + 1.2 * noise(1.3 * x, 1.3 * y)) - 0.22) * (edge / 2)),
	speckles: (edge) => (x, y) =>
		clip(0.5 + (noise(2 * x, 2 * y) - 0.62) * (edge / 2)),
};

/** A texture in its place: how much of its second color each pixel has, 0 to 1, smooth at the pixel's scale. */
export function texture(
	name: TextureName,
	{ period, angle, shift }: TexturePlace,
): Pattern {
	const cos = Math.cos(angle) / period;
	const sin = Math.sin(angle) / period;
	const pattern = patterns[name](period);
	const [left, top] = shift;
	return (x, y) => {
		const across = x - left;
		const down = y - top;
		return pattern(across * cos + down * sin, down * cos - across * sin);
	};
}
