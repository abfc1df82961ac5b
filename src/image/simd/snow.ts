import {
	cutDown,
	firstDoubles,
	firstHalf,
	lastDoubles,
	lastHalf,
	loadBytes,
	storeBytes,
	toSingles,
} from "./lanes";
import { bluesOf, greensOf, redsOf, storePixels, unit } from "./pixels";

/**
 * Magnifies a row of 64-bit noise, between two rows of it, and makes flakes of what is not below a threshold, 0 to 255.
 *
 * `steps` has for each of `width` results where the two numbers lie in the rows that it is between, in bytes and 32 bits
 * each, and their weights, of 64; `up` and `down` are those of the rows.
 */
export function magnifyFlakes(
	upper: usize,
	lower: usize,
	up: f64,
	down: f64,
	steps: usize,
	width: i32,
	threshold: f64,
	isWhole: bool,
	result: usize,
): void {
	for (const end = steps + 24 * width; steps < end; steps += 24, result += 8) {
		const before: usize = load<u32>(steps);
		const after: usize = load<u32>(steps, 4);
		const near = load<f64>(steps, 8);
		const far = load<f64>(steps, 16);
		const above =
			near * load<f64>(upper + before) + far * load<f64>(upper + after);
		const below =
			near * load<f64>(lower + before) + far * load<f64>(lower + after);
		const value = up * above + down * below;
		const flake = value < threshold ? 0 : min<f64>(value, 1) * 255;
		store<f64>(result, isWhole ? floor<f64>(flake) : flake);
	}
}

/** The nearest whole numbers, of two equally near ones the higher, as `Math.round`. */
function rounded(numbers: v128): v128 {
	const above = f64x2.ceil(numbers);
	const isFar = f64x2.gt(f64x2.sub(above, f64x2.splat(0.5)), numbers);
	return f64x2.sub(above, v128.and(f64x2.splat(1), isFar));
}

/** As ImageMagick: rounded to 16 bits, then cut off to 8. */
function fromQuanta(numbers: v128): v128 {
	const scale = f64x2.splat(257);
	return f64x2.div(rounded(f64x2.mul(numbers, scale)), scale);
}

/** Makes bytes of 64-bit flakes from 0 to 255, rounded or by way of 16 bits. */
export function roundFlakes(
	flakes: usize,
	count: i32,
	isCut: bool,
	result: usize,
): void {
	for (const end = result + count; result < end; result += 4, flakes += 32) {
		const first = v128.load(flakes);
		const last = v128.load(flakes, 16);
		const whole = isCut
			? cutDown(fromQuanta(first), fromQuanta(last))
			: cutDown(rounded(first), rounded(last));
		storeBytes(result, whole);
	}
}

/** Two greys, from 0 to 1. */
function grays(red: v128, green: v128, blue: v128): v128 {
	const two = f64x2.add(
		f64x2.mul(f64x2.splat(0.299), red),
		f64x2.mul(f64x2.splat(0.587), green),
	);
	return f64x2.add(two, f64x2.mul(f64x2.splat(0.114), blue));
}

/** How light two greys are, whitened. */
function light(gray: v128): v128 {
	return f64x2.add(f64x2.mul(gray, f64x2.splat(1.5)), f64x2.splat(0.5));
}

/** A channel of four pixels, as much kept of it as is to be. */
function whitened(levels: v128, lights: v128, keep: v128, white: v128): v128 {
	const lit = f32x4.mul(white, f32x4.pmax(levels, lights));
	const kept = toSingles(
		f64x2.mul(keep, firstDoubles(levels)),
		f64x2.mul(keep, lastDoubles(levels)),
	);
	return f32x4.add(kept, lit);
}

/** Two numbers and the flakes upon them, of 0 to 1, as levels. */
function covered(numbers: v128, flakes: v128, others: v128): v128 {
	const sums = f64x2.add(f64x2.add(numbers, flakes), others);
	return f64x2.mul(f64x2.pmin(sums, f64x2.splat(1)), f64x2.splat(255));
}

/**
 * Whitens a row of pixels and adds flakes, bytes, and others that are read backwards from `turned`; `keep` is how much
 * of the pixels is not whitened.
 */
export function addSnow(
	levels: usize,
	count: i32,
	flakes: usize,
	turned: usize,
	keep: f64,
): void {
	const keeps = f64x2.splat(keep);
	const white = f32x4.splat(f32(1 - keep));
	const scale = f64x2.splat(255);
	for (const end = levels + count; levels < end; levels += 12) {
		const pixels = v128.load(levels);
		const red = unit(redsOf(pixels));
		const green = unit(greensOf(pixels));
		const blue = unit(bluesOf(pixels));
		const lights = toSingles(
			light(grays(firstDoubles(red), firstDoubles(green), firstDoubles(blue))),
			light(grays(lastDoubles(red), lastDoubles(green), lastDoubles(blue))),
		);
		const upright = loadBytes(flakes);
		const before = loadBytes(turned - 3);
		const after = i32x4.shuffle(before, before, 3, 2, 1, 0);
		const a = f64x2.div(firstHalf(upright), scale);
		const b = f64x2.div(lastHalf(upright), scale);
		const c = f64x2.div(firstHalf(after), scale);
		const d = f64x2.div(lastHalf(after), scale);
		const reds = whitened(red, lights, keeps, white);
		const greens = whitened(green, lights, keeps, white);
		const blues = whitened(blue, lights, keeps, white);
		storePixels(
			levels,
			cutDown(
				covered(firstDoubles(reds), a, c),
				covered(lastDoubles(reds), b, d),
			),
			cutDown(
				covered(firstDoubles(greens), a, c),
				covered(lastDoubles(greens), b, d),
			),
			cutDown(
				covered(firstDoubles(blues), a, c),
				covered(lastDoubles(blues), b, d),
			),
		);
		flakes += 4;
		turned -= 4;
	}
}
