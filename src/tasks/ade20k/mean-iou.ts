import { checkArgument } from "../../check/check-options.js";
import { list, text } from "../../check/checks.js";
import { ignoredLabel, type LabelMap } from "../../image/label-map.js";
import { distinctNames } from "../distinct-names.js";
import type { Metric } from "../task.js";

/** Of each class, how many pixels were predicted, are labeled, and are both. */
interface Areas {
	readonly predicted: Float64Array;
	readonly labeled: Float64Array;
	readonly both: Float64Array;
}

function count(
	{ predicted, labeled, both }: Areas,
	prediction: LabelMap,
	target: LabelMap,
): void {
	if (
		prediction.height !== target.height ||
		prediction.width !== target.width
	) {
		throw new Error(
			`a prediction of ${prediction.height} x ${prediction.width} pixels does not fit labels of ${target.height} x ${target.width} (height x width)`,
		);
	}
	const guesses = prediction.data;
	const labels = target.data;
	for (let i = 0; i < labels.length; i++) {
		const label = labels[i]!;
		if (label === ignoredLabel) continue;
		const guess = guesses[i]!;
		predicted[guess]!++;
		labeled[label]!++;
		if (guess === label) both[label]!++;
	}
}

/** The mean of the numbers that are any. */
function nanMean(values: readonly number[]): number {
	const known = values.filter((value) => !Number.isNaN(value));
	return known.reduce((sum, value) => sum + value, 0) / known.length;
}

const sum = (values: Float64Array): number =>
	values.reduce((total, value) => total + value, 0);

/** The figures that are any. */
const known = (
	figures: readonly (readonly [name: string, value: number])[],
): Record<string, number> =>
	Object.fromEntries(figures.filter(([, value]) => !Number.isNaN(value)));

/**
 * The mean over the classes of intersection over union, of all pixels of all images together, in percent.
 *
 * Ignored pixels do not count; those of a label outside the list count only against the class predicted there. A
 * class that is neither labeled nor predicted anywhere is left out of the mean. `details` are the share of pixels
 * that are right (`aAcc`), the mean over the classes of the share of their own pixels that are (`mAcc`), and for each
 * class that occurs `IoU: <class>` and `Acc: <class>`. Throws where a prediction has another size than its labels.
 * Source: mmsegmentation 0.11, `metrics.py`.
 */
export function meanIou(
	classes: readonly string[],
): Required<Pick<Metric<LabelMap, LabelMap>, "add" | "value" | "details">> {
	checkArgument("meanIou", ["classes", classes], list(text));
	const none = () => new Float64Array(ignoredLabel + 1);
	const areas: Areas = { predicted: none(), labeled: none(), both: none() };
	const { predicted, labeled, both } = areas;
	const perClass = () => {
		const union = (i: number) => predicted[i]! + labeled[i]! - both[i]!;
		return {
			ious: classes.map((_, i) => (100 * both[i]!) / union(i)),
			accuracies: classes.map((_, i) => (100 * both[i]!) / labeled[i]!),
		};
	};
	const names = distinctNames(classes);
	const named = (what: string, values: readonly number[]) =>
		names.map((name, i) => [`${what}: ${name}`, values[i]!] as const);
	const ofClasses = (values: Float64Array): number =>
		sum(values.subarray(0, classes.length));
	return {
		add: (prediction, target) => count(areas, prediction, target),
		value() {
			const mean = nanMean(perClass().ious);
			if (Number.isNaN(mean))
				throw new Error("there is no mIoU of no labeled pixels");
			return mean;
		},
		details() {
			const { ious, accuracies } = perClass();
			return known([
				["aAcc", (100 * ofClasses(both)) / ofClasses(labeled)],
				["mAcc", nanMean(accuracies)],
				...named("IoU", ious),
				...named("Acc", accuracies),
			]);
		},
	};
}
