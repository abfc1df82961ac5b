import { distinctNames } from "./distinct-names.js";
import {
	meanPerClassName,
	packPredictions,
	sharesOf,
} from "./per-image/prediction-sums.js";
import type { Metric } from "./task.js";

export { meanPerClassName };

/**
 * The share of predicted classes that are right, in percent.
 *
 * `details` are the mean over the classes of the share of their own images that are right, `mean per class`, and
 * that share for each class that has images, `accuracy: <class>`, where the names of the classes are given.
 */
export function accuracy(
	classes: readonly string[] = [],
): Required<Metric<number, number>> {
	const names = distinctNames(classes);
	// By class, without an element for one that has no images.
	const counts: number[] = [];
	const right: number[] = [];
	const all = {
		targets: [] as number[],
		predicted: [] as number[],
		confidences: [] as number[],
	};
	const sum = (values: readonly number[]): number =>
		values.reduce((total, value) => total + value, 0);
	const hit = (prediction: number, target: number): boolean =>
		prediction === target;
	const some = (): void => {
		if (counts.length === 0)
			throw new Error("there is no accuracy of no predictions");
	};
	return {
		hit,
		add(prediction, target, confidence) {
			all.targets.push(target);
			all.predicted.push(prediction);
			if (confidence !== undefined) all.confidences.push(confidence);
			counts[target] = (counts[target] ?? 0) + 1;
			right[target] = (right[target] ?? 0) + (hit(prediction, target) ? 1 : 0);
		},
		value() {
			some();
			return (100 * sum(right)) / sum(counts);
		},
		details() {
			some();
			const shares = sharesOf({ counts, right });
			const ofClasses = names.flatMap((name, i) =>
				shares[i] === undefined
					? []
					: [[`accuracy: ${name}`, shares[i]] as const],
			);
			return {
				[meanPerClassName]: sum(shares) / Object.keys(shares).length,
				...Object.fromEntries(ofClasses),
			};
		},
		perImage: () => ({
			kind: "predictions",
			classes,
			figure: "accuracy",
			bytes: packPredictions(all),
		}),
	};
}

/**
 * The mean over the classes that have images of the share of them that are right, in percent: each class counts as
 * much as any other, however many images it has.
 *
 * `details` are `accuracy`, of all images alike, and the accuracy of each class. It is what Salman et al. report of
 * Aircraft, Caltech, Flowers and Pets: accuracy weighted by `images / (classes * images of the class)`. Source:
 * microsoft/robust-models-transfer, `src/main.py`, `get_per_class_accuracy`.
 */
export function meanPerClass(
	classes: readonly string[] = [],
): Required<Omit<Metric<number, number>, "hit">> {
	const { add, value, details, perImage } = accuracy(classes);
	return {
		add,
		perImage: () => ({ ...perImage(), figure: meanPerClassName }),
		value: () => details()[meanPerClassName]!,
		details() {
			const { [meanPerClassName]: _, ...ofClasses } = details();
			return { accuracy: value(), ...ofClasses };
		},
	};
}
