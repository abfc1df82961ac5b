import { type Checks, checkOptions } from "../../../check/check-options.js";
import { list, oneOf, required, text } from "../../../check/checks.js";
import type { Metric } from "../../task.js";
import type { Detections, Instances } from "../instances.js";
import { checkDetections, checkInstances } from "./check-detections.js";
import { type Summary, summarize } from "./coco-figures.js";
import { type Kind, type ScoredImage, scoreImage } from "./score-image.js";

/** What is scored, and how. */
export interface AveragePrecisionOptions {
	/** The names of the classes, in the order of their indices. */
	readonly classes: readonly string[];
	/** Boxes, masks or both; both by default. */
	readonly kinds?: readonly Kind[];
	/**
	 * Whether masks found are small, medium or large by their own area, as pycocotools has it by default,
	 * or by that of their boxes, as mmdetection had it before 2.12.
	 */
	readonly maskArea?: "mask" | "box";
}

const checks: Checks<AveragePrecisionOptions> = {
	classes: required(list(text)),
	kinds: list(oneOf(["box", "mask"]), { least: 1 }),
	maskArea: oneOf(["mask", "box"]),
};

/** The figures by name, without those of which there is nothing to find. */
function percentages(
	summaries: readonly (readonly [Kind, Summary])[],
	classes: readonly string[],
): Record<string, number> {
	const entries = summaries.flatMap(([kind, summary]) => [
		...Object.entries(summary.figures as unknown as Record<string, number>).map(
			([name, figure]) => [`${kind} ${name}`, figure] as const,
		),
		...summary.classes.map(
			(figure, i) => [`${kind} AP: ${classes[i]}`, figure] as const,
		),
	]);
	return Object.fromEntries(
		entries
			.filter(([, figure]) => !Number.isNaN(figure))
			.map(([name, figure]) => [name, 100 * figure]),
	);
}

/**
 * COCO's average precision of boxes and masks, in percent.
 *
 * The value is the AP of boxes, over all classes and overlaps of 0.5 to 0.95 (of masks where only they
 * are scored). Details are the other figures of COCO's twelve of each kind, `box AP50` to `mask ARl`, and the
 * AP of each class, `box AP: person`; what there is nothing of to find is left out. Equal to those of
 * pycocotools 2.0.11 wherever it has a figure, but that an annotation of id 0 counts as any other. Images
 * are ranked by their ids where they have them, else in the order in which they were added.
 * `add` throws a `RangeError` where scores are not numbers, lengths or sizes do not agree, or an image
 * comes twice; `value` where there is nothing to find.
 */
export function averagePrecision(
	options: AveragePrecisionOptions,
): Metric<Detections, Instances> {
	checkOptions("averagePrecision", options, checks);
	const { classes, kinds = ["box", "mask"], maskArea = "mask" } = options;
	const images: ScoredImage[] = [];
	const ids = new Set<number>();
	let known: readonly (readonly [Kind, Summary])[] | undefined;
	const summaries = () => {
		known ??= kinds.map(
			(kind) => [kind, summarize(images, kind, classes.length)] as const,
		);
		return known;
	};
	return {
		add(found, wanted) {
			checkDetections(found, { classes, kinds });
			checkInstances(wanted, { classes, kinds });
			if (wanted.image !== undefined && ids.has(wanted.image))
				throw new RangeError(`image ${wanted.image} was added already`);
			images.push(scoreImage(found, wanted, { kinds, maskArea }));
			if (wanted.image !== undefined) ids.add(wanted.image);
			known = undefined;
		},
		value() {
			if (images.length === 0)
				throw new Error("average precision needs at least one image");
			const score = summaries()[0]?.[1].figures.AP as number;
			if (Number.isNaN(score))
				throw new Error(
					`average precision needs something to find, but in ${images.length} images there is nothing, or only crowds`,
				);
			return 100 * score;
		},
		details() {
			const all = percentages(summaries(), classes);
			const { [`${kinds[0]} AP`]: _, ...details } = all;
			return details;
		},
	};
}
