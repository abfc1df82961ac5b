import { type Checks, checkOptions } from "../check/check-options.js";
import { text, whole } from "../check/checks.js";
import { corruptionOf } from "../corruptions/built-in.js";
import {
	type CorruptOptions,
	corrupt,
	corruptionChecks,
} from "../corruptions/corrupt.js";
import {
	type AnyCorruption,
	commonCorruptions,
	type Severity,
	severities,
} from "../corruptions/corruption.js";
import { cellChecks } from "../corruptions/define-corruption.js";
import type { Image } from "../image/image.js";
import { resize } from "../image/resize.js";
import type { Figure } from "./figure.js";
import {
	type ImageStripsOptions,
	plotImageStrips,
	stripsChecks,
} from "./plot-image-strips.js";

/** What a grid of corruptions shows; the options of `corrupt` besides the severity apply to every cell. */
export interface PlotCorruptionsOptions
	extends Omit<CorruptOptions, "severity">,
		Omit<ImageStripsOptions, "columns"> {
	/** One row each; default the fifteen common ones. */
	readonly corruptions?: readonly AnyCorruption[];
	/** One column each; default 1 to 5. */
	readonly severities?: readonly Severity[];
	/** The width of a picture in pixels; default 160. */
	readonly cellWidth?: number;
}

const checks: Checks<PlotCorruptionsOptions> = {
	...corruptionChecks,
	...cellChecks,
	...stripsChecks,
	id: text,
	cellWidth: whole({ from: 1 }),
};

/** What screens of twice as many pixels show of an image. */
function shrunk(image: Image, cellWidth: number): Image {
	const width = 2 * cellWidth;
	if (image.width <= width) return image;
	const height = Math.max(1, Math.round((image.height * width) / image.width));
	return resize(image, { height, width, filter: "box" });
}

/**
 * Shows an image under corruptions (rows) of several severities (columns), the clean image in front of each row.
 *
 * The image is corrupted at its own size and shrunk afterwards. Throws where there are no corruptions to show.
 */
export function plotCorruptions(
	image: Image,
	given: PlotCorruptionsOptions = {},
): Figure {
	checkOptions("plotCorruptions", given, checks);
	const {
		corruptions = commonCorruptions,
		severities: columns = severities,
		title = "An image, clean and corrupted",
		subtitle,
		cellWidth = 160,
		...options
	} = given;
	const shown = (full: Image) => ({ image: shrunk(full, cellWidth) });
	const clean = shown(image);
	const strips = corruptions.map((one) => ({
		label: corruptionOf(one).name,
		pictures: [
			clean,
			...columns.map((severity) =>
				shown(corrupt(image, one, { ...options, severity })),
			),
		],
	}));
	return plotImageStrips(strips, {
		title,
		subtitle,
		cellWidth,
		columns: ["clean", ...columns.map((severity) => `severity ${severity}`)],
	});
}
