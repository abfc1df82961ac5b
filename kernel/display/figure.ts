import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Bundle } from "./bundle.js";
import { escapeScript } from "./html.js";
import { drawFigure } from "./static-figure.js";

/** A Plotly figure as plain data. */
export interface FigureLike {
	readonly data: readonly object[];
	readonly layout: Record<string, unknown>;
	readonly config?: object;
	readonly frames?: readonly object[];
}

const figureKeys = new Set(["data", "layout", "config", "frames"]);
const plotlyVersion = "4.1.1";

/** Tells a figure: an object of `data` (traces), `layout` and nothing that Plotly does not know. */
export function isFigure(value: object): value is FigureLike {
	const { data, layout } = value as Partial<FigureLike>;
	return (
		Array.isArray(data) &&
		data.every((trace) => typeof trace === "object" && trace !== null) &&
		typeof layout === "object" &&
		layout !== null &&
		Object.keys(value).every((key) => figureKeys.has(key))
	);
}

/** A figure as JSON data: typed arrays become arrays. */
export function plainFigure({
	data,
	layout,
	config,
	frames,
}: FigureLike): FigureLike {
	const text = JSON.stringify({ data, layout, config, frames }, (_, value) =>
		ArrayBuffer.isView(value) && !(value instanceof DataView)
			? Array.from(value as unknown as ArrayLike<number>)
			: value,
	);
	return JSON.parse(text) as FigureLike;
}

/** The source of Plotly, for a script element. */
export function plotlySource(): string {
	const path = createRequire(import.meta.url).resolve(
		"plotly.js-cartesian-dist-min",
	);
	return readFileSync(path, "utf8").replaceAll("</script", "<\\/script");
}

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
		return `<script>${plotlySource()}</script>`;
	}
	const url = `https://cdn.plot.ly/plotly-cartesian-${plotlyVersion}.min.js`;
	return `<script>if(!window.Plotly&&!document.querySelector('script[src="${url}"]')){const s=document.createElement("script");s.src="${url}";document.head.append(s)}</script>`;
}

function script(id: string, figure: FigureLike): string {
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
export function figureBundle(figure: FigureLike): Bundle {
	const plain = plainFigure(figure);
	const drawn = drawFigure(plain);
	const mode = (process.env.ROBUST_TRANSFER_PLOTS ?? "inline") as PlotMode;
	const id = `figure-${randomUUID()}`;
	const svg = Buffer.from(drawn.svg).toString("base64");
	const picture = `<img width="${drawn.width}" height="${drawn.height}" alt="figure" src="data:image/svg+xml;base64,${svg}">`;
	const live = mode === "static" ? "" : loader(mode) + script(id, plain);
	const { title } = plain.layout as { title?: { text?: string } | string };
	const name = (typeof title === "string" ? title : title?.text) ?? "";
	return {
		data: {
			"application/vnd.plotly.v1+json": plain,
			"text/html": `<div id="${id}">${picture}</div>${live}`,
			"image/png": drawn.png.toString("base64"),
			"text/plain": `Figure ${name ? `"${name}" ` : ""}with ${plain.data.length} trace${plain.data.length === 1 ? "" : "s"}`,
		},
		metadata: { "image/png": { width: drawn.width, height: drawn.height } },
	};
}
