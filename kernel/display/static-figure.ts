import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { DOMWindow } from "jsdom";
import type { FigureLike } from "./figure.js";
import { installDomStubs } from "./plotly-dom.js";

/** A figure drawn once, for clients that run no scripts. */
export interface DrawnFigure {
	readonly svg: string;
	/** At twice the size, for sharp screens. */
	readonly png: Buffer;
	readonly width: number;
	readonly height: number;
}

interface Plotly {
	newPlot(
		holder: unknown,
		data: unknown,
		layout: unknown,
		config: unknown,
	): Promise<unknown>;
	Snapshot: { toSVG(holder: unknown, format: string, scale: number): string };
	purge(holder: unknown): void;
}

const require = createRequire(import.meta.url);
const defaultSize = { width: 700, height: 450 };

let loaded: { readonly window: DOMWindow; readonly plotly: Plotly } | undefined;

/** Loads Plotly into a page of jsdom; takes about half a second, once. */
function loadPlotly() {
	if (loaded) return loaded;
	const { JSDOM } = require("jsdom") as typeof import("jsdom");
	const { window } = new JSDOM("<!doctype html><body></body>", {
		runScripts: "outside-only",
		pretendToBeVisual: true,
	});
	installDomStubs(window);
	const path = require.resolve("plotly.js-cartesian-dist-min");
	window.eval(readFileSync(path, "utf8"));
	loaded = { window, plotly: (window as unknown as { Plotly: Plotly }).Plotly };
	return loaded;
}

function toPng(svg: string): Buffer {
	const { Resvg } =
		require("@resvg/resvg-js") as typeof import("@resvg/resvg-js");
	const drawing = new Resvg(svg, {
		fitTo: { mode: "zoom", value: 2 },
		background: "white",
		font: { loadSystemFonts: true, defaultFontFamily: "DejaVu Sans" },
	});
	return drawing.render().asPng();
}

/** Draws a figure as SVG and PNG without a browser. */
export function drawFigure({ data, layout }: FigureLike): DrawnFigure {
	const { window, plotly } = loadPlotly();
	const width = Number(layout.width) || defaultSize.width;
	const height = Number(layout.height) || defaultSize.height;
	const holder = window.document.createElement("div");
	window.document.body.append(holder);
	// the page's own JSON makes arrays and objects that Plotly recognizes as plain
	const copy = window.JSON.parse(
		JSON.stringify({ data, layout: { ...layout, width, height } }),
	);
	const drawn = plotly.newPlot(holder, copy.data, copy.layout, {
		staticPlot: true,
	});
	const discard = () => {
		plotly.purge(holder);
		holder.remove();
	};
	drawn.then(discard, discard);
	// Plotly's stand-in for quotes, which jsdom serializes otherwise than browsers do
	const svg = plotly.Snapshot.toSVG(holder, "svg", 1).replaceAll(
		"TOBESTRIPPED",
		"'",
	);
	return { svg, png: toPng(svg), width, height };
}
