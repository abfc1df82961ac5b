/** How sure the predictions of some images are, and whether they are right. */
export interface Certainties {
	/** From 0 to 1. */
	readonly confidences: Float32Array;
	/** 1 or 0. */
	readonly isRight: ArrayLike<number>;
}

const bins = 15;
const imagesOfBin = 100;

/**
 * The expected calibration error in percent: over fifteen bins of equal width, open below and closed above, the mean of
 * how far accuracy and confidence are apart, weighted by images: `100 * sum(n_b / n * |acc_b - conf_b|)`.
 *
 * Source: Guo et al. 2017.
 */
export function expectedError({ confidences, isRight }: Certainties): number {
	const apart = new Float64Array(bins);
	confidences.forEach((confidence, i) => {
		const bin = Math.max(0, Math.ceil(confidence * bins) - 1);
		apart[bin]! += isRight[i]! - confidence;
	});
	const total = apart.reduce((sum, one) => sum + Math.abs(one), 0);
	return (100 * total) / confidences.length;
}

/** Images from the least sure on, a hundred in a bin; the last has the rest too. */
function equalBins(images: number): [start: number, end: number][] {
	const count = Math.max(1, Math.floor(images / imagesOfBin));
	return Array.from({ length: count }, (_, i) => [
		i * imagesOfBin,
		i === count - 1 ? images : (i + 1) * imagesOfBin,
	]);
}

/**
 * The calibration error in percent over bins of a hundred images of like confidence: the root of the mean square for a
 * `power` of 2, the mean of what accuracy and confidence are apart for 1; `left` bins of the surest are left out.
 */
export function binnedError(
	{ confidences, isRight }: Certainties,
	{ power, left = 0 }: { readonly power: 1 | 2; readonly left?: number },
): number {
	const order = [...confidences.keys()].sort(
		(a, b) => confidences[a]! - confidences[b]! || a - b,
	);
	const all = equalBins(order.length);
	const sum = all.slice(0, all.length - left).reduce((total, [start, end]) => {
		const own = order.slice(start, end);
		const apart = own.reduce(
			(difference, i) => difference + isRight[i]! - confidences[i]!,
			0,
		);
		const share = Math.abs(apart / own.length) ** power;
		return total + (own.length / order.length) * share;
	}, 0);
	return 100 * sum ** (1 / power);
}

/**
 * The RMS calibration error in percent as the published code has it: the last bin, of the surest images, is left out,
 * but counted among the images.
 *
 * Source: hendrycks/natural-adv-examples, `calibration_tools.py`, `calib_err`.
 */
export const releasedError = (certainties: Certainties): number =>
	binnedError(certainties, { power: 2, left: 1 });
