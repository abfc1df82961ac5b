import { randomUUID } from "node:crypto";
import { type Figure, plainFigure, sizeOf } from "../../src/analysis/figure.js";
import { svgToPng } from "../../src/analysis/figure-to-png.js";
import { figureToSvg } from "../../src/analysis/figure-to-svg.js";
import { plotlySource } from "../../src/analysis/plotly-source.js";
import type { Bundle } from "./bundle.js";
import { escapeScript } from "./html.js";

const figureKeys = new Set(["data", "layout", "config", "frames"]);
const plotlyVersion = "4.1.1";

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

/** The source of Plotly, for a script element. */
export const plotlyScript = (): string =>
	plotlySource().replaceAll("</script", "<\\/script");

/** Where the live figure's script comes from. */
export type PlotMode =
	/** With the first figure of the kernel: works offline, 1.5 MB. */
	| "inline"
	/** From Plotly's CDN, the picture standing in until then. */
	| "connected"
	/** Nowhere: the picture only. */
	| "static";

let isSourceSent = false;

function loader(mode: PlotMode): string {
	if (mode === "inline") {
		if (isSourceSent) return "";
		isSourceSent = true;
		return `<script>${plotlyScript()}</script>`;
	}
	const url = `https://cdn.plot.ly/plotly-cartesian-${plotlyVersion}.min.js`;
	return `<script>if(!window.Plotly&&!document.querySelector('script[src="${url}"]')){const s=document.createElement("script");s.src="${url}";document.head.append(s)}</script>`;
}

function script(id: string, figure: Figure): string {
	const json = escapeScript(JSON.stringify(figure));
	return `<script>(function(){const figure=${json};let tries=0;
(function draw(){const holder=document.getElementById("${id}");
if(!window.Plotly||!holder){if(tries++<100)setTimeout(draw,100);return}
holder.textContent="";window.Plotly.newPlot(holder,figure.data,figure.layout,Object.assign({responsive:true},figure.config))})()})()</script>`;
}

/**
 * A figure for every client: Plotly's own MIME type, HTML that becomes a live figure where scripts
 * run and stays a picture where they do not, and a PNG for those that show only images.
 */
export function figureBundle(figure: Figure): Bundle {
	const plain = plainFigure(figure);
	const drawing = figureToSvg(plain);
	const { width, height } = sizeOf(plain);
	const mode = (process.env.ROBUST_TRANSFER_PLOTS ?? "inline") as PlotMode;
	const id = `figure-${randomUUID()}`;
	const svg = Buffer.from(drawing).toString("base64");
	const picture = `<img width="${width}" height="${height}" alt="figure" src="data:image/svg+xml;base64,${svg}">`;
	// notebooks that the runner writes stay small
	const scale = mode === "connected" ? 1 : 2;
	const live = mode === "static" ? "" : loader(mode) + script(id, plain);
	const { title } = plain.layout as { title?: { text?: string } | string };
	const name = (typeof title === "string" ? title : title?.text) ?? "";
	return {
		data: {
			"application/vnd.plotly.v1+json": plain,
			"text/html": `<div id="${id}">${picture}</div>${live}`,
			"image/png": Buffer.from(svgToPng(drawing, { scale })).toString("base64"),
			"text/plain": `Figure ${name ? `"${name}" ` : ""}with ${plain.data.length} trace${plain.data.length === 1 ? "" : "s"}`,
		},
		metadata: { "image/png": { width, height } },
	};
}
