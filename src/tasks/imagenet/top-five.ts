import type * as tf from "@tensorflow/tfjs";
import { accuracy } from "../accuracy.js";
import type { Metric } from "../task.js";

/** What the share of images is called whose class is among the five likeliest. */
export const topFiveName = "top-5 accuracy";

/** The indices of the largest numbers of a row, the largest first; of equal ones the first. */
function largest(row: ArrayLike<number>, count: number): number[] {
	const best: number[] = [];
	for (let i = 0; i < row.length; i++) {
		const value = row[i] as number;
		if (best.length === count && value <= row[best[count - 1] as number]!)
			continue;
		let place = best.length;
		while (place > 0 && value > row[best[place - 1] as number]!) place--;
		best.splice(place, 0, i);
		best.length = Math.min(best.length, count);
	}
	return best;
}

/** The five likeliest classes of each image, the likeliest first, of logits `[batch, classes]`. */
export function topFive(logits: tf.Tensor): number[][] {
	const [batch = 0, classes = 0] = logits.shape;
	const values = logits.dataSync<"float32">();
	return Array.from({ length: batch }, (_, i) =>
		largest(values.subarray(i * classes, (i + 1) * classes), 5),
	);
}

/**
 * The share of images whose likeliest class is right, in percent; among the details, `top-5 accuracy`, the share whose
 * class is among the five likeliest, and `mean per class`.
 */
export function topFiveAccuracy(): Required<Metric<readonly number[], number>> {
	const first = accuracy();
	const five = accuracy();
	const firstOf = (prediction: readonly number[]) => prediction[0] as number;
	return {
		perImage: first.perImage,
		add(prediction, target, confidence) {
			first.add(firstOf(prediction), target, confidence);
			five.add(
				prediction.includes(target) ? target : firstOf(prediction),
				target,
			);
		},
		value: first.value,
		details: () => ({ ...first.details(), [topFiveName]: five.value() }),
		hit: (prediction, target) => firstOf(prediction) === target,
	};
}
