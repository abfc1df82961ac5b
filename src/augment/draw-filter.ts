import type { Checks } from "../check/check-options.js";
import { number, oneOf, that } from "../check/checks.js";
import type { Random } from "../random.js";

/** How large and how strong the filter is. */
export interface RandomFilterOptions {
	/** Side of the kernel in pixels, odd; 3 by default. */
	readonly kernelSize?: number;
	/** The standard deviation of the kernel's entries is uniform in [0, sigma); 4 by default. */
	readonly sigma?: number;
	/**
	 * Where the kernel's unit impulse stands. PRIME's code puts it at `ceil(size / 2)`, one pixel below
	 * and to the right of the center, so that the image moves up and to the left: `"off-center"`, the
	 * default. `"center"` is what a filter near the identity would have.
	 */
	readonly impulse?: "off-center" | "center";
}

/** Checks of a random filter's options. */
export const randomFilterChecks: Checks<RandomFilterOptions> = {
	kernelSize: that(
		"an odd number of at least 3",
		(value) =>
			Number.isInteger(value) &&
			(value as number) % 2 === 1 &&
			(value as number) >= 3,
		"number",
	),
	sigma: number({ from: 0 }),
	impulse: oneOf(["off-center", "center"]),
};

/** What one random filter draws. */
export interface RandomFilterDraw {
	/** Shared by all images. */
	readonly sigma: number;
	/** `[count, kernelSize, kernelSize]`, one kernel per image, the impulse included. */
	readonly kernels: Float32Array;
}

/**
 * Draws one kernel per image: `sigma · N(0, 1) + impulse`.
 *
 * Source: amodas/PRIME-augmentations, `utils/rand_filter.py`.
 */
export function drawRandomFilter(
	count: number,
	random: Random,
	{
		kernelSize = 3,
		sigma = 4,
		impulse = "off-center",
	}: RandomFilterOptions = {},
): RandomFilterDraw {
	const deviation = random.uniform(0, sigma);
	const taps = kernelSize * kernelSize;
	const at = (impulse === "center" ? Math.floor : Math.ceil)(kernelSize / 2);
	const kernels = Float32Array.from(
		{ length: count * taps },
		(_, i) =>
			random.normal(0, deviation) +
			(i % taps === at * (kernelSize + 1) ? 1 : 0),
	);
	return { sigma: deviation, kernels };
}
