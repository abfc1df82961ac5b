/** How many pairs are drawn before any becomes normal numbers: what fits the processor's nearest memory. */
const most: i32 = 512;

/**
 * Draws pairs of uniform numbers from -1 to 1 until so many lie within the unit circle: sfc32, as `Random` does.
 *
 * They are written one array behind the other, each of `most` doubles: the first numbers, the second ones, and the sums
 * of their squares. No branch asks for each pair, which processors would guess wrong in one of five.
 */
function drawPairs(state: usize, pairs: i32, room: usize): void {
	let a = load<i32>(state);
	let b = load<i32>(state, 4);
	let c = load<i32>(state, 8);
	let counter = load<i32>(state, 12);
	const end = room + 8 * pairs;
	while (room < end) {
		let sum = a + b + counter++;
		a = b ^ (b >>> 9);
		b = c + (c << 3);
		c = rotl(c, 21) + sum;
		const u = f64(<u32>sum) / 0x80000000 - 1;
		sum = a + b + counter++;
		a = b ^ (b >>> 9);
		b = c + (c << 3);
		c = rotl(c, 21) + sum;
		const v = f64(<u32>sum) / 0x80000000 - 1;
		const square = u * u + v * v;
		store<f64>(room, u);
		store<f64>(room, v, 8 * most);
		store<f64>(room, square, 16 * most);
		room += 8 * (i32(square < 1) & i32(square !== 0));
	}
	store<i32>(state, a);
	store<i32>(state, b, 4);
	store<i32>(state, c, 8);
	store<i32>(state, counter, 12);
}

function splat(x: f64): v128 {
	return f64x2.splat(x);
}

/** `c + w x`. */
function next(c: f64, w: v128, x: v128): v128 {
	return f64x2.add(splat(c), f64x2.mul(w, x));
}

/**
 * The natural logarithms of two normal positive numbers: those of JavaScript's engine, but that within 2^-20 of a power
 * of 2 the last bit of the 53 may be another.
 *
 * Source: FreeBSD's `e_log.c` (fdlibm), Copyright (C) 1993 by Sun Microsystems, Inc., "Permission to use, copy, modify,
 * and distribute this software is freely granted, provided that this notice is preserved."
 */
function logarithms(x: v128): v128 {
	const bits = i64x2.shr_u(x, 32);
	const fraction = v128.and(bits, i64x2.splat(0xfffff));
	const carried = v128.and(
		i64x2.add(fraction, i64x2.splat(0x95f64)),
		i64x2.splat(0x100000),
	);
	const power = i64x2.add(
		i64x2.sub(i64x2.shr_u(bits, 20), i64x2.splat(1023)),
		i64x2.shr_u(carried, 20),
	);
	const k = f64x2.convert_low_i32x4_s(i32x4.shuffle(power, power, 0, 2, 0, 2));
	const exponent = v128.xor(carried, i64x2.splat(0x3ff00000));
	const reduced = v128.or(
		i64x2.shl(v128.or(fraction, exponent), 32),
		v128.and(x, i64x2.splat(0xffffffff)),
	);
	const f = f64x2.sub(reduced, splat(1));
	const high = f64x2.mul(k, splat(0.6931471803691238));
	const low = f64x2.mul(k, splat(1.9082149292705877e-10));
	const s = f64x2.div(f, f64x2.add(splat(2), f));
	const z = f64x2.mul(s, s);
	const w = f64x2.mul(z, z);
	let even = next(0.22222198432149784, w, splat(0.15313837699209373));
	even = f64x2.mul(w, next(0.3999999999940942, w, even));
	let odd = next(0.1818357216161805, w, splat(0.14798198605116586));
	odd = next(0.2857142874366239, w, odd);
	odd = f64x2.mul(z, next(0.6666666666666735, w, odd));
	const r = f64x2.add(odd, even);
	const half = f64x2.mul(f64x2.mul(splat(0.5), f), f);
	const sum = f64x2.add(f64x2.mul(s, f64x2.add(half, r)), low);
	const rest = f64x2.sub(f64x2.mul(s, f64x2.sub(f, r)), low);
	const isMiddle = i64x2.gt_s(
		v128.or(
			i64x2.sub(fraction, i64x2.splat(0x6147a)),
			i64x2.sub(i64x2.splat(0x6b851), fraction),
		),
		i64x2.splat(0),
	);
	const taken = v128.bitselect(f64x2.sub(half, sum), rest, isMiddle);
	return f64x2.sub(high, f64x2.sub(taken, f));
}

/**
 * Fills an array with pairs of normal numbers of 32 bits, those of `Random` (Marsaglia's polar method).
 *
 * `state` has the four words of the generator, which move on; `room` is for 12,288 bytes.
 */
export function fillNormals(
	state: usize,
	pairs: i32,
	mean: f64,
	deviation: f64,
	room: usize,
	result: usize,
): void {
	const center = splat(mean);
	const spread = splat(deviation);
	for (; pairs > 0; pairs -= most) {
		const count = min(pairs, most);
		drawPairs(state, count, room);
		const end = room + 8 * count;
		let to = result;
		for (let at = room; at < end; at += 16, to += 16) {
			const u = v128.load(at);
			const v = v128.load(at, 8 * most);
			const square = v128.load(at, 16 * most);
			const twice = f64x2.mul(splat(-2), logarithms(square));
			const scale = f64x2.sqrt(f64x2.div(twice, square));
			const first = f64x2.mul(f64x2.mul(spread, u), scale);
			const second = f64x2.mul(spread, f64x2.mul(v, scale));
			v128.store(
				to,
				i32x4.shuffle(
					f32x4.demote_f64x2_zero(f64x2.add(center, first)),
					f32x4.demote_f64x2_zero(f64x2.add(center, second)),
					0,
					4,
					1,
					5,
				),
			);
		}
		result += 8 * count;
	}
}
