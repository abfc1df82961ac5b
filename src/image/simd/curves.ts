import { clipped } from "./clip";

/** Of a point: the value of three channels' sums of sines, and its first three derivatives, doubles. */
const pointBytes: usize = 96;
/** Of a polynomial between two points: eight terms of 32 bits. */
const curveBytes: usize = 32;
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

/** Writes four terms of two polynomials, the doubles of which lie side by side. */
function writeTerms(curves: usize, a: v128, b: v128, c: v128, d: v128): void {
	const ab = f32x4.demote_f64x2_zero(i64x2.shuffle(a, b, 0, 2));
	const cd = f32x4.demote_f64x2_zero(i64x2.shuffle(c, d, 0, 2));
	v128.store(curves, i64x2.shuffle(ab, cd, 0, 2));
	const nextAb = f32x4.demote_f64x2_zero(i64x2.shuffle(a, b, 1, 3));
	const nextCd = f32x4.demote_f64x2_zero(i64x2.shuffle(c, d, 1, 3));
	v128.store(curves + curveBytes, i64x2.shuffle(nextAb, nextCd, 0, 2));
}

/** Writes the higher four terms of two polynomials that begin with zeros and end with these four derivatives. */
function writeHigher(
	curves: usize,
	value: v128,
	first: v128,
	second: v128,
	third: v128,
): void {
	const halfThird = times(0.5, third);
	const sixthThird = f64x2.div(third, f64x2.splat(6));
	const fourth = f64x2.sub(
		f64x2.add(
			f64x2.sub(times(35, value), times(15, first)),
			times(2.5, second),
		),
		sixthThird,
	);
	const fifth = f64x2.add(
		f64x2.sub(f64x2.add(times(-84, value), times(39, first)), times(7, second)),
		halfThird,
	);
	const sixth = f64x2.sub(
		f64x2.add(
			f64x2.sub(times(70, value), times(34, first)),
			times(6.5, second),
		),
		halfThird,
	);
	const seventh = f64x2.add(
		f64x2.sub(f64x2.add(times(-20, value), times(10, first)), times(2, second)),
		sixthThird,
	);
	writeTerms(curves, fourth, fifth, sixth, seventh);
}

/**
 * The polynomials of `count` parts and channels, an even number, from `addSines`' sums: Hermite's, eight terms each.
 *
 * Behind them come those of the last point, which are constant.
 */
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
		writeTerms(curves, a, b, c, d);
		writeHigher(curves + 16, value, first, second, third);
	}
	for (let end = 0; end < 3; end++, sums += 32, curves += curveBytes) {
		v128.store(curves, f32x4.demote_f64x2_zero(v128.load64_zero(sums)));
		v128.store(curves + 16, f32x4.splat(0));
	}
}

/** Of four polynomials, what the four terms from each address on give; `square` is that of `t`. */
function fourTerms(
	a: usize,
	b: usize,
	c: usize,
	d: usize,
	t: v128,
	square: v128,
): v128 {
	const ofA = v128.load(a);
	const ofB = v128.load(b);
	const ofC = v128.load(c);
	const ofD = v128.load(d);
	const lowAb = i32x4.shuffle(ofA, ofB, 0, 4, 1, 5);
	const lowCd = i32x4.shuffle(ofC, ofD, 0, 4, 1, 5);
	const highAb = i32x4.shuffle(ofA, ofB, 2, 6, 3, 7);
	const highCd = i32x4.shuffle(ofC, ofD, 2, 6, 3, 7);
	const first = i64x2.shuffle(lowAb, lowCd, 1, 3);
	const low = f32x4.add(i64x2.shuffle(lowAb, lowCd, 0, 2), f32x4.mul(first, t));
	const third = i64x2.shuffle(highAb, highCd, 1, 3);
	const high = f32x4.add(
		i64x2.shuffle(highAb, highCd, 0, 2),
		f32x4.mul(third, t),
	);
	return f32x4.add(low, f32x4.mul(high, square));
}

/** Four values, folded to where the sums, which are odd and of period 2, are known: from -1 to 1. */
function folded(x: v128): v128 {
	const one = f32x4.splat(1);
	const half = f32x4.splat(0.5);
	const wholes = f32x4.floor(f32x4.add(f32x4.mul(x, half), half));
	const found = f32x4.sub(x, f32x4.mul(f32x4.splat(2), wholes));
	// The sum above is rounded.
	return f32x4.pmax(f32x4.pmin(found, one), f32x4.splat(-1));
}

/**
 * Adds its curve to each channel of pixels of three numbers of 32 bits, and clips.
 *
 * `curves` are of `interpolateCurves`, and of one more point.
 */
export function changeColors(
	source: usize,
	pixels: i32,
	curves: usize,
	parts: i32,
	result: usize,
): void {
	const scale = f64x2.splat(parts);
	const end = source + 12 * pixels;
	let one = curves;
	let other = curves + curveBytes;
	let third = other + curveBytes;
	for (; source < end; source += 16, result += 16) {
		const x = v128.load(source);
		let place = x;
		const outside = v128.or(
			f32x4.lt(x, f32x4.splat(0)),
			f32x4.gt(x, f32x4.splat(1)),
		);
		if (v128.any_true(outside)) place = v128.bitselect(folded(x), x, outside);
		const sign = v128.and(place, f32x4.splat(-0.0));
		place = f32x4.abs(place);
		// As doubles: at high frequencies a value is worth more parts than 32 bits tell apart.
		const low = f64x2.mul(scale, f64x2.promote_low_f32x4(place));
		const high = f64x2.mul(
			scale,
			f64x2.promote_low_f32x4(i64x2.shuffle(place, place, 1, 1)),
		);
		const lowPart = i32x4.trunc_sat_f64x2_s_zero(low);
		const highPart = i32x4.trunc_sat_f64x2_s_zero(high);
		const t = i64x2.shuffle(
			f32x4.demote_f64x2_zero(
				f64x2.sub(low, f64x2.convert_low_i32x4_s(lowPart)),
			),
			f32x4.demote_f64x2_zero(
				f64x2.sub(high, f64x2.convert_low_i32x4_s(highPart)),
			),
			0,
			2,
		);
		const a = one + partBytes * i32x4.extract_lane(lowPart, 0);
		const b = other + partBytes * i32x4.extract_lane(lowPart, 1);
		const c = third + partBytes * i32x4.extract_lane(highPart, 0);
		const d = one + partBytes * i32x4.extract_lane(highPart, 1);
		const square = f32x4.mul(t, t);
		const upper = fourTerms(a + 16, b + 16, c + 16, d + 16, t, square);
		const change = f32x4.add(
			fourTerms(a, b, c, d, t, square),
			f32x4.mul(upper, f32x4.mul(square, square)),
		);
		const changed = f32x4.add(x, v128.xor(change, sign));
		v128.store(result, clipped(changed));
		// After red, green, blue and red comes green.
		const next = other;
		other = third;
		third = one;
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
