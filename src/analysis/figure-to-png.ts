import { createRequire } from "node:module";
import { type Checks, checkOptions } from "../check/check-options.js";
import { number } from "../check/checks.js";
import type { Figure } from "./figure.js";
import { figureToSvg } from "./figure-to-svg.js";

const require = createRequire(import.meta.url);

/** How large a picture becomes. */
export interface PngOptions {
	/** Pixels for each pixel of the figure; default 2, for sharp screens and print. */
	readonly scale?: number;
}

const checks: Checks<PngOptions> = { scale: number({ above: 0 }) };

/** Draws an SVG document on white as a PNG file, with the fonts of the system. */
export function svgToPng(
	svg: string,
	{ scale = 2 }: PngOptions = {},
): Uint8Array {
	const { Resvg } =
		require("@resvg/resvg-js") as typeof import("@resvg/resvg-js");
	const drawing = new Resvg(svg, {
		fitTo: { mode: "zoom", value: scale },
		background: "white",
		font: { loadSystemFonts: true, defaultFontFamily: "DejaVu Sans" },
	});
	return drawing.render().asPng();
}

/** Draws a figure as a PNG file without a browser. */
export function figureToPng(
	figure: Figure,
	options: PngOptions = {},
): Uint8Array {
	checkOptions("figureToPng", options, checks);
	return svgToPng(figureToSvg(figure), options);
}
