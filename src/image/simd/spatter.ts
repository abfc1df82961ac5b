import {
	cutDown,
	firstDoubles,
	lastDoubles,
	loadBytes,
	storeBytes,
	toSingles,
} from "./lanes";
import { bluesOf, greensOf, redsOf, storePixels, unit } from "./pixels";

/** Two 64-bit numbers times 255, 0 where they are below a threshold. */
function levelsOf(numbers: v128, threshold: v128): v128 {
	const isDry = f64x2.lt(numbers, threshold);
	return v128.andnot(f64x2.mul(numbers, f64x2.splat(255)), isDry);
}

/** Makes bytes of 64-bit drops, where 1 is 255: 0 of those below a threshold; those beyond 1 wrap around. */
export function dropLevels(
	drops: usize,
	count: i32,
	threshold: f64,
	result: usize,
): void {
	const limit = f64x2.splat(threshold);
	for (const end = result + count; result < end; result += 4, drops += 32) {
		const levels = cutDown(
			levelsOf(v128.load(drops), limit),
			levelsOf(v128.load(drops, 16), limit),
		);
		storeBytes(result, v128.and(levels, i32x4.splat(255)));
	}
}

/** The highest of the products of bytes of two planes. */
export function highestProduct(levels: usize, others: usize, count: i32): i32 {
	let highest: i32 = 0;
	for (const end = levels + count; levels < end; levels++, others++)
		highest = max<i32>(highest, i32(load<u8>(levels)) * i32(load<u8>(others)));
	return highest;
}

/** Numbers from 0 to 1, of 32 bits, as levels. */
function toLevels(numbers: v128): v128 {
	const inside = f32x4.pmin(numbers, f32x4.splat(1));
	return i32x4.trunc_sat_f32x4_s(f32x4.mul(inside, f32x4.splat(255)));
}

/** Four pixels of a channel and the shine of water on them, as levels. */
function wet(levels: v128, mask: v128, color: f64): v128 {
	const shine = f32x4.mul(mask, f32x4.splat(f32(color)));
	return toLevels(f32x4.add(unit(levels), shine));
}

/**
 * Adds water to pixels: its color times `strength` times the product of drops and their relief, bytes both, as a share
 * of the highest one.
 */
export function addWater(
	levels: usize,
	count: i32,
	drops: usize,
	relief: usize,
	highest: f32,
	strength: f64,
	red: f64,
	green: f64,
	blue: f64,
): void {
	const strengths = f64x2.splat(strength);
	for (const end = levels + count; levels < end; levels += 12) {
		const products = i32x4.mul(loadBytes(drops), loadBytes(relief));
		const shares = f32x4.div(
			f32x4.convert_i32x4_s(products),
			f32x4.splat(highest),
		);
		const mask = toSingles(
			f64x2.mul(firstDoubles(shares), strengths),
			f64x2.mul(lastDoubles(shares), strengths),
		);
		const pixels = v128.load(levels);
		storePixels(
			levels,
			wet(redsOf(pixels), mask, red),
			wet(greensOf(pixels), mask, green),
			wet(bluesOf(pixels), mask, blue),
		);
		drops += 4;
		relief += 4;
	}
}

/** Two numbers and a color where a mask covers them, as levels. */
function muddy(seen: v128, mask: v128, color: f64): v128 {
	const sum = f64x2.add(seen, f64x2.mul(f64x2.splat(color), mask));
	const inside = f64x2.pmin(sum, f64x2.splat(1));
	return f64x2.mul(inside, f64x2.splat(255));
}

/** Four pixels of a channel and the color of mud on them, as levels. */
function covered(levels: v128, mask: v128, color: f64, isSingle: bool): v128 {
	const clear = f32x4.sub(f32x4.splat(1), mask);
	const seen = f32x4.mul(unit(levels), clear);
	if (isSingle) {
		const mud = f32x4.mul(f32x4.splat(f32(color)), mask);
		return toLevels(f32x4.add(seen, mud));
	}
	return cutDown(
		muddy(firstDoubles(seen), firstDoubles(mask), color),
		muddy(lastDoubles(seen), lastDoubles(mask), color),
	);
}

/**
 * Covers pixels with mud as far as a mask of 64-bit numbers says, of which those below 0.8 are none; its color is added
 * in 32 bits or in 64.
 */
export function addMud(
	levels: usize,
	count: i32,
	cover: usize,
	isSingle: bool,
	red: f64,
	green: f64,
	blue: f64,
): void {
	const least = f32x4.splat(0.8);
	for (const end = levels + count; levels < end; levels += 12, cover += 32) {
		const covers = toSingles(v128.load(cover), v128.load(cover, 16));
		const mask = v128.andnot(covers, f32x4.lt(covers, least));
		const pixels = v128.load(levels);
		storePixels(
			levels,
			covered(redsOf(pixels), mask, red, isSingle),
			covered(greensOf(pixels), mask, green, isSingle),
			covered(bluesOf(pixels), mask, blue, isSingle),
		);
	}
}
