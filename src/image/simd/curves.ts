import { clipped } from "./lanes";

/** Of a point: the value of three channels' sums of sines, and its first three derivatives, doubles. */
const pointBytes: usize = 96;
/** Of a polynomial between two points: eight doubles. */
const curveBytes: usize = 64;
/** Of the polynomials of three channels. */
const partBytes: usize = 3 * curveBytes;

/** Adds two doubles to those at an address, times a sign each. */
function addTo(at: usize, signs: v128, numbers: v128): void {
	v128.store(at, f64x2.add(v128.load(at), f64x2.mul(signs, numbers)));
}

/**
 * Adds what some sines make at each point, for three channels with weights of their own, `[places, channels]`.
 *
 * `values` has `[parts / 2 + 1, places, 4]`: each sine and its derivatives; `sums` has `[parts + 1, channels, 4]`. The
 * points of the other half are mirrored: their values have the sign, their first derivative the other one, and so on.
 */
export function addSines(
	values: usize,
	places: i32,
	weights: usize,
	parts: i32,
	sign: f64,
	sums: usize,
): void {
	const same = f64x2.splat(1);
	const signs = f64x2.replace_lane(f64x2.splat(sign), 1, -sign);
	const end = weights + 24 * places;
	let mirrored = sums + pointBytes * parts;
	for (let i = 0; 2 * i <= parts; i++) {
		let red = f64x2.splat(0);
		let redHigher = f64x2.splat(0);
		let green = f64x2.splat(0);
		let greenHigher = f64x2.splat(0);
		let blue = f64x2.splat(0);
		let blueHigher = f64x2.splat(0);
		for (let at = weights; at < end; at += 24, values += 32) {
			const low = v128.load(values);
			const high = v128.load(values + 16);
			const r = v128.load64_splat(at);
			red = f64x2.add(red, f64x2.mul(r, low));
			redHigher = f64x2.add(redHigher, f64x2.mul(r, high));
			const g = v128.load64_splat(at + 8);
			green = f64x2.add(green, f64x2.mul(g, low));
			greenHigher = f64x2.add(greenHigher, f64x2.mul(g, high));
			const b = v128.load64_splat(at + 16);
			blue = f64x2.add(blue, f64x2.mul(b, low));
			blueHigher = f64x2.add(blueHigher, f64x2.mul(b, high));
		}
		addTo(sums, same, red);
		addTo(sums + 16, same, redHigher);
		addTo(sums + 32, same, green);
		addTo(sums + 48, same, greenHigher);
		addTo(sums + 64, same, blue);
		addTo(sums + 80, same, blueHigher);
		if (2 * i < parts) {
			addTo(mirrored, signs, red);
			addTo(mirrored + 16, signs, redHigher);
			addTo(mirrored + 32, signs, green);
			addTo(mirrored + 48, signs, greenHigher);
			addTo(mirrored + 64, signs, blue);
			addTo(mirrored + 80, signs, blueHigher);
		}
		sums += pointBytes;
		mirrored -= pointBytes;
	}
}

/** Some doubles, each a number of times. */
function times(factor: f64, numbers: v128): v128 {
	return f64x2.mul(f64x2.splat(factor), numbers);
}

/** Writes the first doubles of two vectors to one address, the others to the next curve. */
function writeTerms(curves: usize, even: v128, odd: v128): void {
	v128.store(curves, i64x2.shuffle(even, odd, 0, 2));
	v128.store(curves + curveBytes, i64x2.shuffle(even, odd, 1, 3));
}

/** The polynomials of `count` parts and channels, an even number, from `addSines`' sums: Hermite's, eight terms each. */
export function interpolateCurves(
	sums: usize,
	count: i32,
	curves: usize,
): void {
	const six = f64x2.splat(6);
	// Two at once.
	for (; count > 0; count -= 2, sums += 64, curves += 2 * curveBytes) {
		const low = v128.load(sums);
		const high = v128.load(sums + 16);
		const nextLow = v128.load(sums + 32);
		const nextHigh = v128.load(sums + 48);
		const a = i64x2.shuffle(low, nextLow, 0, 2);
		const b = i64x2.shuffle(low, nextLow, 1, 3);
		const c = times(0.5, i64x2.shuffle(high, nextHigh, 0, 2));
		const d = f64x2.div(i64x2.shuffle(high, nextHigh, 1, 3), six);
		const endLow = v128.load(sums + pointBytes);
		const endHigh = v128.load(sums + pointBytes + 16);
		const lastLow = v128.load(sums + pointBytes + 32);
		const lastHigh = v128.load(sums + pointBytes + 48);
		const ends = f64x2.add(f64x2.add(f64x2.add(a, b), c), d);
		const slopes = f64x2.add(f64x2.add(b, times(2, c)), times(3, d));
		const bends = f64x2.add(times(2, c), times(6, d));
		// What these four leave over at the end of the part.
		const value = f64x2.sub(i64x2.shuffle(endLow, lastLow, 0, 2), ends);
		const first = f64x2.sub(i64x2.shuffle(endLow, lastLow, 1, 3), slopes);
		const second = f64x2.sub(i64x2.shuffle(endHigh, lastHigh, 0, 2), bends);
		const third = f64x2.sub(
			i64x2.shuffle(endHigh, lastHigh, 1, 3),
			times(6, d),
		);
		const halfThird = times(0.5, third);
		const sixthThird = f64x2.div(third, six);
		writeTerms(curves, a, b);
		writeTerms(curves + 16, c, d);
		const fourth = f64x2.sub(
			f64x2.add(
				f64x2.sub(times(35, value), times(15, first)),
				times(2.5, second),
			),
			sixthThird,
		);
		const fifth = f64x2.add(
			f64x2.sub(
				f64x2.add(times(-84, value), times(39, first)),
				times(7, second),
			),
			halfThird,
		);
		writeTerms(curves + 32, fourth, fifth);
		const sixth = f64x2.sub(
			f64x2.add(
				f64x2.sub(times(70, value), times(34, first)),
				times(6.5, second),
			),
			halfThird,
		);
		const seventh = f64x2.add(
			f64x2.sub(
				f64x2.add(times(-20, value), times(10, first)),
				times(2, second),
			),
			sixthThird,
		);
		writeTerms(curves + 48, sixth, seventh);
	}
}

/** The value of two polynomials, each at its place. */
function valuesAt(one: usize, other: usize, t: v128): v128 {
	let low = v128.load(one, 48);
	let high = v128.load(other, 48);
	let value = i64x2.shuffle(low, high, 1, 3);
	value = f64x2.add(f64x2.mul(value, t), i64x2.shuffle(low, high, 0, 2));
	low = v128.load(one, 32);
	high = v128.load(other, 32);
	value = f64x2.add(f64x2.mul(value, t), i64x2.shuffle(low, high, 1, 3));
	value = f64x2.add(f64x2.mul(value, t), i64x2.shuffle(low, high, 0, 2));
	low = v128.load(one, 16);
	high = v128.load(other, 16);
	value = f64x2.add(f64x2.mul(value, t), i64x2.shuffle(low, high, 1, 3));
	value = f64x2.add(f64x2.mul(value, t), i64x2.shuffle(low, high, 0, 2));
	low = v128.load(one);
	high = v128.load(other);
	value = f64x2.add(f64x2.mul(value, t), i64x2.shuffle(low, high, 1, 3));
	return f64x2.add(f64x2.mul(value, t), i64x2.shuffle(low, high, 0, 2));
}

/** Two values of two channels, whose first polynomials lie at `one` and `other`, after the change. */
function changed(x: v128, parts: i32, one: usize, other: usize): v128 {
	const zero = f64x2.splat(0);
	let folded = x;
	const outside = v128.or(f64x2.lt(x, zero), f64x2.gt(x, f64x2.splat(1)));
	// The sum is odd and has period 2: its values on 0-1 are enough.
	if (v128.any_true(outside)) {
		const halves = f64x2.add(times(0.5, x), f64x2.splat(0.5));
		const inside = f64x2.sub(x, times(2, f64x2.floor(halves)));
		folded = v128.bitselect(inside, x, outside);
	}
	const position = f64x2.mul(f64x2.abs(folded), f64x2.splat(parts));
	const part = i32x4.min_s(
		i32x4.trunc_sat_f64x2_s_zero(position),
		i32x4.splat(parts - 1),
	);
	const t = f64x2.sub(position, f64x2.convert_low_i32x4_s(part));
	const change = valuesAt(
		one + partBytes * i32x4.extract_lane(part, 0),
		other + partBytes * i32x4.extract_lane(part, 1),
		t,
	);
	const sign = v128.and(folded, f64x2.splat(-0.0));
	return clipped(f64x2.add(x, v128.xor(change, sign)));
}

/** Adds its curve to each channel of pixels of three numbers of 32 bits, and clips: `curves` are of `interpolateCurves`. */
export function changeColors(
	source: usize,
	pixels: i32,
	curves: usize,
	parts: i32,
	result: usize,
): void {
	const end = source + 12 * pixels;
	let one = curves;
	let other = curves + curveBytes;
	let third = other + curveBytes;
	for (; source < end; source += 8, result += 8) {
		const x = f64x2.promote_low_f32x4(v128.load64_zero(source));
		const found = f32x4.demote_f64x2_zero(changed(x, parts, one, other));
		v128.store64_lane(result, found, 0);
		// Red and green, blue and red, green and blue.
		const next = third;
		third = other;
		other = one;
		one = next;
	}
}

/** Takes each pixel from what its levels have become, `[256, 3]` numbers of 32 bits. */
export function takeLevels(
	levels: usize,
	pixels: i32,
	table: usize,
	result: usize,
): void {
	const end = levels + 3 * pixels;
	for (; levels < end; levels += 3, result += 12) {
		store<f32>(result, load<f32>(table + 12 * usize(load<u8>(levels))));
		store<f32>(
			result,
			load<f32>(table + 12 * usize(load<u8>(levels, 1)), 4),
			4,
		);
		store<f32>(
			result,
			load<f32>(table + 12 * usize(load<u8>(levels, 2)), 8),
			8,
		);
	}
}
