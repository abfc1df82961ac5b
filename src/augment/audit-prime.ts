import type { Tensor4D } from "@tensorflow/tfjs";
import { checkOptions } from "../check/check-options.js";
import type { Random } from "../random.js";
import { primeMixture } from "./prime.js";
import { drawChains } from "./prime-draw.js";
import {
	type PrimeOptions,
	primeChecks,
	primePresets,
} from "./prime-options.js";

/** What PRIME made of one image, as a straight line from the image's values to the result's. */
export interface PrimeAudit {
	/** `1 - m`: the share of the image itself in the result. */
	readonly kept: number;
	/** Of the line, by least squares. */
	readonly slope: number;
	readonly intercept: number;
	/** The share of the result's variance that the line explains: R². */
	readonly explained: number;
	/** The mean of the result over the mean of the image. */
	readonly brightness: number;
}

function fit(
	x: ArrayLike<number>,
	y: ArrayLike<number>,
): Omit<PrimeAudit, "kept"> {
	const count = x.length;
	let [meanX, meanY] = [0, 0];
	for (let i = 0; i < count; i++) {
		meanX += (x[i] as number) / count;
		meanY += (y[i] as number) / count;
	}
	let [xx, xy, yy] = [0, 0, 0];
	for (let i = 0; i < count; i++) {
		const dx = (x[i] as number) - meanX;
		const dy = (y[i] as number) - meanY;
		xx += dx * dx;
		xy += dx * dy;
		yy += dy * dy;
	}
	const slope = xy / xx;
	return {
		slope,
		intercept: meanY - slope * meanX,
		explained: (xy * xy) / (xx * yy),
		brightness: meanY / meanX,
	};
}

/**
 * Asks of each image whether PRIME did more than scale it: a result that the line explains is darkening.
 *
 * Images are `[batch, height, width, 3]` in 0-1, none of one color; one audit each.
 */
export function auditPrime(
	images: Tensor4D,
	random: Random,
	options: PrimeOptions = primePresets.imagenet,
): PrimeAudit[] {
	checkOptions("auditPrime", options, primeChecks);
	const draw = drawChains(images.shape, random, options);
	const result = primeMixture(options)(images, draw);
	const [x, y] = [images.dataSync(), result.dataSync()];
	result.dispose();
	const size = x.length / images.shape[0];
	return Array.from(draw.mixing, (m, i) => ({
		kept: 1 - m,
		...fit(
			x.subarray(i * size, (i + 1) * size),
			y.subarray(i * size, (i + 1) * size),
		),
	}));
}
