import { type Checks, checkOptions } from "../../../check/check-options.js";
import { list, oneOf, required, text } from "../../../check/checks.js";
import { distinctNames } from "../../distinct-names.js";
import type { Metric } from "../../task.js";
import type { Detections, Id, Instances } from "../instances.js";
import { checkDetections, checkInstances } from "./check-detections.js";
import { type Summary, summarize } from "./coco-figures.js";
import { matchesOf, placed } from "./matches.js";
import { packMatches } from "./pack-matches.js";
import { type Kind, type ScoredImage, scoreImage } from "./score-image.js";

/** What is scored, and how. */
export interface AveragePrecisionOptions {
	/** The names of the classes, in the order of their indices. */
	readonly classes: readonly string[];
	/** Boxes, masks or both; by default boxes, and masks where the things to find have them. */
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

/** Whether masks are scored: as before, or as the first image tells in which there is something. */
function nowMasked(
	before: boolean | undefined,
	found: Detections,
	wanted: Instances,
): boolean | undefined {
	const isNew = before === undefined;
	if (wanted.labels.length === 0)
		return isNew && found.masks.length < found.labels.length ? false : before;
	const has = wanted.masks.length > 0;
	if (isNew || before === has) return has;
	throw new RangeError(
		`some things have masks and others have none: score boxes alone, by kinds: ["box"]`,
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
 * `add` throws a `RangeError` where scores are not numbers, lengths or sizes do not agree, an image comes twice,
 * or things have masks and those before had none; `value` where there is nothing to find.
 */
export function averagePrecision(
	options: AveragePrecisionOptions,
): Metric<Detections, Instances> {
	checkOptions("averagePrecision", options, checks);
	const { classes, kinds: chosen, maskArea = "mask" } = options;
	const names = distinctNames(classes);
	const images: ScoredImage[] = [];
	const ids = new Set<Id>();
	let masked: boolean | undefined;
	const kindsOf = (now: boolean | undefined): readonly Kind[] =>
		chosen ?? (now === false ? ["box"] : ["box", "mask"]);
	let known: readonly (readonly [Kind, Summary])[] | undefined;
	const summaries = () => {
		if (known) return known;
		const kinds = kindsOf(masked);
		const matches = matchesOf(placed(images), kinds);
		known = kinds.map(
			(kind) => [kind, summarize(matches, kind, classes.length)] as const,
		);
		return known;
	};
	return {
		add(found, wanted) {
			const now = chosen ? undefined : nowMasked(masked, found, wanted);
			const kinds = kindsOf(now);
			checkDetections(found, { classes, kinds });
			checkInstances(wanted, { classes, kinds });
			if (wanted.image !== undefined && ids.has(wanted.image))
				throw new RangeError(
					`image ${JSON.stringify(wanted.image)} was added already`,
				);
			images.push(scoreImage(found, wanted, { kinds, maskArea }));
			masked = now;
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
			const all = percentages(summaries(), names);
			const { [`${kindsOf(masked)[0]} AP`]: _, ...details } = all;
			return details;
		},
		perImage: () => ({
			kind: "matches",
			classes,
			figure: `${kindsOf(masked)[0]} AP`,
			bytes: packMatches(placed(images), kindsOf(masked)),
		}),
	};
}
