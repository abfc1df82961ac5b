import { mix, storeBytes, toSingles, twoDoubles } from "./lanes";

/** The index inside `[0, size)` that stands for any index: `b a | a b c`. */
function reflected(index: i32, size: i32): i32 {
	if (<u32>index < <u32>size) return index;
	const period = 2 * size;
	const phase = ((index % period) + period) % period;
	return phase < size ? phase : period - 1 - phase;
}

/**
 * Takes each pixel of a row `y` of an image from elsewhere, linearly, reflected at the edges.
 *
 * The image has three numbers of 32 bits in [0, 1] a pixel; `across` and `down` have one of 32 bits for each pixel, how
 * far away its color comes from, in pixels. The results are bytes, and one too many.
 */
export function displaceRow(
	source: usize,
	height: i32,
	width: i32,
	y: i32,
	across: usize,
	down: usize,
	result: usize,
): void {
	const stride = 12 * width;
	for (let x = 0; x < width; x++, across += 4, down += 4, result += 3) {
		const moves = f64x2.splat(load<f32>(across));
		const place = f64x2.add(
			f64x2.replace_lane(f64x2.splat(x), 1, y),
			f64x2.replace_lane(moves, 1, load<f32>(down)),
		);
		const floors = f64x2.floor(place);
		const corner = i32x4.trunc_sat_f64x2_s_zero(floors);
		const column = i32x4.extract_lane(corner, 0);
		const row = i32x4.extract_lane(corner, 1);
		const left = 12 * reflected(column, width);
		const next = 12 * reflected(column + 1, width);
		const upper = source + stride * reflected(row, height);
		const lower = source + stride * reflected(row + 1, height);
		const far = f64x2.sub(place, floors);
		const near = f64x2.sub(f64x2.splat(1), far);
		const right = i64x2.shuffle(far, far, 0, 0);
		const beside = i64x2.shuffle(near, near, 0, 0);
		const below = i64x2.shuffle(far, far, 1, 1);
		const above = i64x2.shuffle(near, near, 1, 1);
		const first = mix(
			mix(twoDoubles(upper + left), beside, twoDoubles(upper + next), right),
			above,
			mix(twoDoubles(lower + left), beside, twoDoubles(lower + next), right),
			below,
		);
		const last = mix(
			mix(
				twoDoubles(upper + left + 8),
				beside,
				twoDoubles(upper + next + 8),
				right,
			),
			above,
			mix(
				twoDoubles(lower + left + 8),
				beside,
				twoDoubles(lower + next + 8),
				right,
			),
			below,
		);
		const levels = f32x4.mul(toSingles(first, last), f32x4.splat(255));
		storeBytes(result, i32x4.trunc_sat_f32x4_s(levels));
	}
}
