import type { Random } from "../random.js";

/** The logarithm of a number with a gamma distribution of this shape and scale 1. */
function drawLogGamma(random: Random, shape: number): number {
	if (shape < 1) {
		const boost = Math.log(1 - random.uniform()) / shape;
		return drawLogGamma(random, shape + 1) + boost;
	}
	const d = shape - 1 / 3;
	for (;;) {
		const x = random.normal();
		const v = (1 + x / Math.sqrt(9 * d)) ** 3;
		if (v <= 0) continue;
		const most = x ** 2 / 2 + d * (1 - v + Math.log(v));
		if (Math.log(1 - random.uniform()) < most) return Math.log(d * v);
	}
}

/**
 * A number in 0-1 with the distribution Beta(alpha, alpha), for alpha above 0: uniform for 1, mostly near 0 or 1 below.
 *
 * Marsaglia and Tsang, "A simple method for generating gamma variables", 2000.
 */
export function drawBeta(random: Random, alpha: number): number {
	const [one, other] = [
		drawLogGamma(random, alpha),
		drawLogGamma(random, alpha),
	];
	return 1 / (1 + Math.exp(other - one));
}
