import { createHash } from "node:crypto";
import { type Figure, plainFigure, sizeOf } from "../../src/analysis/figure.js";
import {
	pictureElement,
	pictureOf,
} from "../../src/analysis/figure-to-html.js";
import { svgToPng } from "../../src/analysis/figure-to-png.js";
import { figureToSvg } from "../../src/analysis/figure-to-svg.js";
import { liveColors, liveSource } from "../../src/analysis/live-figure.js";
import { plotlyVersion } from "../../src/analysis/plotly-source.js";
import type { Bundle } from "./bundle.js";
import { findPlotly, sourceClass, takeElement } from "./find-plotly.js";
import { escapeScript } from "./html.js";

const figureKeys = new Set(["data", "layout", "config", "frames"]);

/** Tells a figure: an object of `data` (traces), `layout` and nothing that Plotly does not know. */
export function isFigure(value: object): value is Figure {
	const { data, layout } = value as Partial<Figure>;
	return (
		Array.isArray(data) &&
		data.every((trace) => typeof trace === "object" && trace !== null) &&
		typeof layout === "object" &&
		layout !== null &&
		Object.keys(value).every((key) => figureKeys.has(key))
	);
}

/** Where the live figure's script comes from. */
export type PlotMode =
	/** From one output of the notebook: works offline and wherever the notebook goes, 0.7 MB. */
	| "inline"
	/** From the Jupyter server or Plotly's CDN, the picture standing in until then. */
	| "connected"
	/** Nowhere: the picture only. */
	| "static";

/** What `ROBUST_TRANSFER_PLOTS` asks for. */
export function plotMode(): PlotMode {
	const mode = process.env.ROBUST_TRANSFER_PLOTS || "inline";
	if (modes.includes(mode)) return mode as PlotMode;
	throw new RangeError(
		`ROBUST_TRANSFER_PLOTS must be ${modes.join(", ")}, not "${mode}"`,
	);
}

const modes = ["inline", "connected", "static"];
const address = `https://cdn.plot.ly/plotly-cartesian-${plotlyVersion}.min.js`;
const liveClass = "live-figure";

/** Whether HTML has a figure in it that looks for Plotly. */
export const isLive = (html: string): boolean =>
	html.includes(`class="${liveClass} `);

/** The script that makes what an element shows live. */
function script(className: string, figure: Figure): string {
	const hasTraces = figure.data.length > 0;
	const action = hasTraces
		? `findPlotly("${address}","${sourceClass}").then((plotly)=>showFigure(holder,figure,colors,plotly))`
		: `showPicture(holder.querySelector("img"),colors)`;
	const data = hasTraces
		? `const figure=${escapeScript(JSON.stringify(figure))};`
		: "";
	const functions = [liveSource(), findPlotly, takeElement].join("\n");
	return `<script>(()=>{${functions.replaceAll(/\n\s*/g, "\n")}
const colors=${escapeScript(JSON.stringify(liveColors))};${data}
takeElement("${className}",(holder)=>${action})})()</script>`;
}

/**
 * A figure for every client: Plotly's own MIME type, HTML that becomes a live figure where scripts
 * run and stays a picture where they do not, and a PNG for those that show only images.
 *
 * One without traces, such as a strip of images, is a picture and nothing else.
 */
export function figureBundle(figure: Figure): Bundle {
	const plain = plainFigure(figure);
	const hasTraces = plain.data.length > 0;
	const picture = hasTraces ? pictureOf(plain) : plain;
	const drawing = figureToSvg(picture);
	const { width, height } = sizeOf(picture);
	const mode = plotMode();
	const hash = createHash("sha256").update(JSON.stringify(plain)).digest("hex");
	const className = `figure-${hash.slice(0, 12)}`;
	// notebooks that the runner writes stay small
	const scale = mode === "connected" || !hasTraces ? 1 : 2;
	const live = mode === "static" ? "" : script(className, plain);
	const { title } = plain.layout as { title?: { text?: string } | string };
	const name = (typeof title === "string" ? title : title?.text) ?? "";
	const classes = hasTraces && live ? `${liveClass} ${className}` : className;
	return {
		data: {
			...(hasTraces && { "application/vnd.plotly.v1+json": plain }),
			"text/html": `<div class="${classes}">${pictureElement(drawing, picture)}</div>${live}`,
			"image/png": Buffer.from(svgToPng(drawing, { scale })).toString("base64"),
			"text/plain": `Figure ${name ? `"${name}" ` : ""}with ${plain.data.length} trace${plain.data.length === 1 ? "" : "s"}`,
		},
		metadata: { "image/png": { width, height } },
	};
}
