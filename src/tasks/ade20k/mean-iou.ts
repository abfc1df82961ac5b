import { checkArgument } from "../../check/check-options.js";
import { list, text } from "../../check/checks.js";
import { ignoredLabel, type LabelMap } from "../../image/label-map.js";
import type { Metric } from "../task.js";
import { areaPacker } from "./area-sums.js";
import {
	areaFigures,
	type ClassAreas,
	meanIouName,
	meanIouOf,
	noAreas,
} from "./class-areas.js";

function count(
	{ predicted, labeled, both }: ClassAreas,
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
): Required<
	Pick<Metric<LabelMap, LabelMap>, "add" | "value" | "details" | "perImage">
> {
	checkArgument("meanIou", ["classes", classes], list(text));
	const all = noAreas();
	const packed = areaPacker();
	return {
		add(prediction, target) {
			const areas = noAreas();
			count(areas, prediction, target);
			packed.add(areas);
			for (const name of ["predicted", "labeled", "both"] as const)
				areas[name].forEach((area, i) => {
					all[name][i]! += area;
				});
		},
		value() {
			const mean = meanIouOf(all, classes);
			if (Number.isNaN(mean))
				throw new Error("there is no mIoU of no labeled pixels");
			return mean;
		},
		details: () => areaFigures(all, classes),
		perImage: () => ({
			kind: "areas",
			classes,
			figure: meanIouName,
			bytes: packed.bytes(),
		}),
	};
}
