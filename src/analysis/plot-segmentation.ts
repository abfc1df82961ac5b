import {
	type Checks,
	checkArgument,
	checkOptions,
} from "../check/check-options.js";
import { list, number, required, text, thing } from "../check/checks.js";
import type { Image } from "../image/image.js";
import { ignoredLabel, type LabelMap } from "../image/label-map.js";
import { overlay } from "../image/overlay.js";
import { paletteCheck } from "../tasks/ade20k/palette.js";
import type { Sample } from "../tasks/task.js";
import type { Figure } from "./figure.js";
import {
	type ImageStripsOptions,
	plotImageStrips,
	type StripPicture,
	stripsChecks,
} from "./plot-image-strips.js";

/** The same scenes in one state, such as `clean` or `fog 3`, and what was predicted for each. */
export interface SegmentedView {
	readonly name: string;
	readonly images: readonly Image[];
	readonly predictions: readonly LabelMap[];
}

/** What the colors mean, and the words around the figure. */
export interface SegmentationFigureOptions
	extends Omit<ImageStripsOptions, "columns"> {
	readonly classes: readonly string[];
	readonly palette: readonly (readonly [number, number, number])[];
	/** How strongly the colors cover the images; 0.65 by default. */
	readonly opacity?: number;
}

const checks: Checks<SegmentationFigureOptions> = {
	...stripsChecks,
	classes: required(list(text)),
	palette: required(paletteCheck),
	opacity: number({ from: 0, to: 1 }),
};

const mostNamed = 12;

function share(prediction: LabelMap, target: LabelMap): number {
	let right = 0;
	let counted = 0;
	target.data.forEach((label, i) => {
		if (label === ignoredLabel) return;
		counted++;
		if (prediction.data[i] === label) right++;
	});
	return right / counted;
}

/** The classes of some maps, the most frequent first, each in its color. */
function legend(
	maps: readonly LabelMap[],
	{ classes, palette }: SegmentationFigureOptions,
): string {
	const counts = new Float64Array(classes.length);
	for (const { data } of maps) for (const label of data) counts[label]!++;
	const order = [...classes.keys()].filter((label) => counts[label]! > 0);
	order.sort((a, b) => counts[b]! - counts[a]!);
	return order
		.slice(0, mostNamed)
		.map(
			(label) =>
				`<span style="color:rgb(${palette[label]!.join(",")})">■</span> ${classes[label]}`,
		)
		.join("  ");
}

function checkCounts(
	scenes: readonly unknown[],
	views: readonly SegmentedView[],
): void {
	for (const { name, images, predictions } of views) {
		if (images.length === scenes.length && predictions.length === scenes.length)
			continue;
		throw new RangeError(
			`"${name}" has ${images.length} images and ${predictions.length} predictions of ${scenes.length} scenes`,
		);
	}
}

/**
 * Scenes with their labels, then in each view the image and what was predicted, with the share of pixels that are right.
 *
 * Throws where a view has not one image and one prediction for each scene, or sizes differ.
 */
export function plotSegmentation(
	scenes: readonly Sample<LabelMap>[],
	views: readonly SegmentedView[],
	options: SegmentationFigureOptions,
): Figure {
	checkArgument(
		"plotSegmentation",
		["scenes", scenes],
		list(thing("a sample")),
	);
	checkArgument("plotSegmentation", ["views", views], list(thing("a view")));
	checkOptions("plotSegmentation", options, checks);
	checkCounts(scenes, views);
	const { classes: _, palette, opacity = 0.65, ...words } = options;
	const tinted = (image: Image, labels: LabelMap) =>
		overlay(image, labels, palette, { opacity });
	const strips = scenes.map(({ id, image, target }, i) => {
		const [first, ...rest] = views.map((view): StripPicture[] => {
			const prediction = view.predictions[i]!;
			const right = Math.round(100 * share(prediction, target));
			return [
				{ image: view.images[i]! },
				{
					image: tinted(view.images[i]!, prediction),
					prediction: `${right} %`,
				},
			];
		});
		const truth: StripPicture = { image: tinted(image, target) };
		const [seen, ...predicted] = first ?? [{ image }];
		return {
			label: id.split("/").at(-1) ?? id,
			pictures: [seen!, truth, ...predicted, ...rest.flat()],
		};
	});
	const [first, ...rest] = views.map(({ name }) => [name, "predicted"]);
	const [seen = "image", ...predicted] = first ?? [];
	return plotImageStrips(strips, {
		title: "What is where",
		subtitle: legend(
			scenes.map(({ target }) => target),
			options,
		),
		...words,
		columns: [seen, "labels", ...predicted, ...rest.flat()],
	});
}
