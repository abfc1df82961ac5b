import {
	type Checks,
	checkOptions,
	isRecord,
} from "../../check/check-options.js";
import { list, number, required, text, whole } from "../../check/checks.js";
import { createImage, type Image } from "../../image/image.js";
import type { ImageNote, NotedImage } from "../../image/noted-image.js";
import { resize } from "../../image/resize.js";
import type { DetectionTask } from "./detection-task.js";
import type { Detections, Instances } from "./instances.js";
import { decodeRle } from "./rle/rle.js";
import { resizeRle } from "./rle/rle-geometry.js";

/** How detections are drawn. */
export interface DrawDetectionsOptions {
	/** The names of the classes, in the order of their indices. */
	readonly classes: readonly string[];
	/** Those of lower scores are not drawn; 0.5 by default. */
	readonly threshold?: number;
	/** How strongly masks are tinted, 0 to 1; 0.45 by default. */
	readonly opacity?: number;
	/** The whole factor by which the image is enlarged; by default the largest that leaves the shorter side at 400 pixels or less. */
	readonly enlarge?: number;
}

const checks: Checks<DrawDetectionsOptions> = {
	classes: required(list(text)),
	threshold: number(),
	opacity: number({ from: 0, to: 1 }),
	enlarge: whole({ from: 1 }),
};

type Color = ImageNote["color"];

/** One thing to draw, in pixels of the enlarged image. */
interface Drawn extends ImageNote {
	/** None where only the box is known. */
	readonly mask: Uint8Array | undefined;
}

const goldenSection = 0.618034;

/** Bright colors, those of neighboring indices far apart. */
function colorOf(label: number): Color {
	const hue = ((label * goldenSection) % 1) * 6;
	const channel = (start: number): number => {
		const k = (start + hue) % 6;
		return Math.round(255 * (1 - 0.75 * Math.max(0, Math.min(k, 4 - k, 1))));
	};
	return [channel(5), channel(3), channel(1)];
}

function fill(
	{ data, height, width }: Image,
	[left, top, right, bottom]: readonly [number, number, number, number],
	color: Color,
): void {
	for (let y = Math.max(0, top); y < Math.min(bottom, height); y++)
		for (let x = Math.max(0, left); x < Math.min(right, width); x++)
			data.set(color, (y * width + x) * 3);
}

function tint({ data }: Image, { mask, color }: Drawn, opacity: number): void {
	mask?.forEach((inside, i) => {
		if (inside === 0) return;
		for (let c = 0; c < 3; c++) {
			const at = 3 * i + c;
			data[at] = data[at]! * (1 - opacity) + color[c]! * opacity;
		}
	});
}

function frame(image: Image, { box, color }: Drawn, line: number): void {
	const [left, top, right, bottom] = box;
	fill(image, [left, top, right, top + line], color);
	fill(image, [left, bottom - line, right, bottom], color);
	fill(image, [left, top, left + line, bottom], color);
	fill(image, [right - line, top, right, bottom], color);
}

function things(
	found: Detections | Instances,
	{ classes, threshold = 0.5 }: DrawDetectionsOptions,
	{ image, factor }: { image: Image; factor: number },
): Drawn[] {
	const scores = "scores" in found ? found.scores : undefined;
	const indices = [...found.labels.keys()]
		.filter((i) => !scores || scores[i]! >= threshold)
		.sort((a, b) => (scores ? scores[a]! - scores[b]! : a - b));
	return indices.map((i) => {
		const name = classes[found.labels[i]!] ?? `class ${found.labels[i]}`;
		const score = scores ? ` ${scores[i]!.toFixed(2)}` : "";
		const [left, top, right, bottom] = found.boxes
			.subarray(4 * i, 4 * i + 4)
			.map((value) => Math.round(value * factor)) as unknown as number[];
		const mask = found.masks[i];
		return {
			box: [left!, top!, right!, bottom!],
			mask: mask && decodeRle(resizeRle(mask, image)),
			color: colorOf(found.labels[i]!),
			text: name + score,
		};
	});
}

/**
 * A picture of detections, or of what is to be found, in an image: masks and boxes, and classes and scores as notes.
 *
 * A task in place of the options gives the classes. The most certain ones lie on top. Each class has a color of its own.
 * A notebook, and `plotImageStrips`, write the notes over the picture; a file of it is without.
 */
export function drawDetections(
	image: Image,
	found: Detections | Instances,
	given: DrawDetectionsOptions | Pick<DetectionTask, "classes" | "made">,
): NotedImage {
	const isTask = isRecord(given) && "made" in given;
	const options: DrawDetectionsOptions = isTask
		? { classes: given.classes }
		: given;
	checkOptions("drawDetections", options, checks);
	const shorter = Math.min(image.height, image.width);
	const { opacity = 0.45, enlarge = Math.floor(400 / shorter) } = options;
	const factor = Math.max(1, enlarge);
	const height = image.height * factor;
	const width = image.width * factor;
	const large = resize(image, { height, width, filter: "nearest" });
	const picture = createImage(height, width, large.data.slice());
	const drawn = things(found, options, { image: picture, factor });
	const line = Math.max(1, Math.round((shorter * factor) / 400));
	for (const one of drawn) tint(picture, one, opacity);
	for (const one of drawn) frame(picture, one, line + 1);
	const notes = drawn.map(({ text, box, color }) => ({ text, box, color }));
	return { ...picture, notes };
}
