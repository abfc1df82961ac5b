import { cutDown, firstHalf, lastHalf, loadBytes, storeBytes } from "./lanes";

/** Two levels and two of a layer, weighed and added, at most 255. */
function weighed(levels: v128, layer: v128, weight: v128, other: v128): v128 {
	const sums = f64x2.add(f64x2.mul(weight, levels), f64x2.mul(other, layer));
	return f64x2.pmin(sums, f64x2.splat(255));
}

/** Weighs bytes and those of a layer and adds them; what is above 255 is cut off, and what stands behind the point. */
export function addWeighed(
	levels: usize,
	layer: usize,
	count: i32,
	weight: f64,
	other: f64,
): void {
	const weights = f64x2.splat(weight);
	const others = f64x2.splat(other);
	for (const end = levels + count; levels < end; levels += 4, layer += 4) {
		const here = loadBytes(levels);
		const there = loadBytes(layer);
		const sums = cutDown(
			weighed(firstHalf(here), firstHalf(there), weights, others),
			weighed(lastHalf(here), lastHalf(there), weights, others),
		);
		storeBytes(levels, sums);
	}
}
