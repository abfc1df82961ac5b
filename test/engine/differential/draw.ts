import type { Random } from "../../../src/index.js";
import type { Plain } from "../tensors.js";

export const sizeOf = (shape: readonly number[]): number =>
	shape.reduce((a, b) => a * b, 1);

export const chance = (random: Random, share: number): boolean =>
	random.uniform() < share;

export const pick = <T>(random: Random, list: readonly T[]): T =>
	list[random.integer(0, list.length)] as T;

const mostElements = 300;

/** A shape of rank `least` to `most`, now and then with an axis of no length or one long axis. */
export function shapeOf(
	random: Random,
	{ least = 0, most = 6, empty = true } = {},
): number[] {
	const rank = random.integer(least, most + 1);
	const longest = rank > 3 ? 4 : 6;
	const shape = Array.from({ length: rank }, () => random.integer(1, longest));
	if (rank > 0 && chance(random, 0.1))
		shape[random.integer(0, rank)] = random.integer(30, 70);
	if (empty && rank > 0 && chance(random, 0.06))
		shape[random.integer(0, rank)] = 0;
	while (sizeOf(shape) > mostElements) {
		const axis = shape.indexOf(Math.max(...shape));
		shape[axis] = Math.ceil((shape[axis] as number) / 2);
	}
	return shape;
}

const special = [Number.NaN, Infinity, -Infinity, 0, -0];

export interface NumbersOptions {
	readonly low?: number;
	readonly high?: number;
	/** The share of tensors with a few NaN, infinities and zeros among their elements. */
	readonly odd?: number;
}

/** Uniform numbers of a type; floats are never so many apart that a sum loses the smaller ones. */
export function numbers(
	random: Random,
	shape: readonly number[],
	dtype: Plain["dtype"] = "float32",
	{ low = -3, high = 3, odd = 0.3 }: NumbersOptions = {},
): Plain {
	const size = sizeOf(shape);
	const one = {
		float32: () => Math.fround(random.uniform(low, high)),
		int32: () => random.integer(Math.ceil(low), Math.floor(high) + 1),
		bool: () => random.integer(0, 2),
	}[dtype];
	const values = Array.from({ length: size }, one);
	if (dtype === "float32" && size > 0 && chance(random, odd)) {
		const count = random.integer(1, 4);
		for (let i = 0; i < count; i++)
			values[random.integer(0, size)] = pick(random, special);
	}
	return { shape, dtype, values };
}

/** A type, most often float32. */
export const dtypeOf = (random: Random): Plain["dtype"] =>
	pick(random, ["float32", "float32", "float32", "int32", "bool"] as const);

/** Some of the axes of a shape, in any order, some counted from the last. */
export function axesOf(random: Random, rank: number): number[] {
	const axes = Array.from({ length: rank }, (_, axis) => axis);
	const kept = axes.filter(() => chance(random, 0.5));
	return kept.map((axis) => (chance(random, 0.2) ? axis - rank : axis));
}

/** One axis of a shape. */
export const axisOf = (random: Random, rank: number): number =>
	random.integer(0, rank);
