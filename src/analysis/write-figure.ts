import { dirname, extname } from "node:path";
import { didYouMean } from "../check/did-you-mean.js";
import { makeFolder, writeWhole } from "../runs/whole-file.js";
import { type Figure, plainFigure } from "./figure.js";
import { figureToHtml } from "./figure-to-html.js";
import { figureToPng } from "./figure-to-png.js";
import { figureToSvg } from "./figure-to-svg.js";

const encoders: Readonly<
	Record<string, (figure: Figure) => string | Uint8Array>
> = {
	".html": figureToHtml,
	".svg": figureToSvg,
	".png": (figure) => figureToPng(figure),
	".json": (figure) => JSON.stringify(plainFigure(figure)),
};

/**
 * Writes a figure as the end of the path says: `.html` (live, with Plotly in it), `.svg`, `.png` (twice the
 * size, for print) or `.json` (for Plotly elsewhere).
 *
 * The file appears once it is whole. Throws for any other ending, and where the path cannot be written.
 */
export function writeFigure(path: string, figure: Figure): void {
	const encode = encoders[extname(path).toLowerCase()];
	if (!encode)
		throw new RangeError(
			`a figure is written as ${Object.keys(encoders).join(", ")}, not as ${path}${didYouMean(extname(path), Object.keys(encoders))}`,
		);
	makeFolder(dirname(path));
	writeWhole(path, encode(figure));
}
