import { createRequire } from "node:module";
import type { DOMWindow } from "jsdom";
import { Random } from "../random.js";
import { type Figure, plainFigure, sizeOf } from "./figure.js";
import { installDomStubs } from "./plotly-dom.js";
import { plotlySource } from "./plotly-source.js";

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

interface Page {
	readonly window: DOMWindow;
	readonly plotly: Plotly;
	/** What Plotly draws the names of clip paths with. */
	readonly random: Random;
}

const require = createRequire(import.meta.url);

let page: Page | undefined;

/** Loads Plotly into a page of jsdom; takes about half a second, once. */
function openPage(): Page {
	const { JSDOM } = require("jsdom") as typeof import("jsdom");
	const { window } = new JSDOM("<!doctype html><body></body>", {
		runScripts: "outside-only",
		pretendToBeVisual: true,
	});
	installDomStubs(window);
	const random = new Random();
	Object.defineProperty(window.Math, "random", {
		value: () => random.uniform(),
	});
	window.eval(plotlySource());
	const { Plotly: plotly } = window as unknown as { Plotly: Plotly };
	return { window, plotly, random };
}

/**
 * Draws a figure as an SVG document without a browser.
 *
 * The same figure gives the same document, as wide and high as its layout says, or 700 x 450 pixels.
 * Text is measured by a table of widths, so that legends may be a little wider than in a browser.
 */
export function figureToSvg(figure: Figure): string {
	page ??= openPage();
	const { window, plotly, random } = page;
	const holder = window.document.createElement("div");
	window.document.body.append(holder);
	const plain = plainFigure(figure);
	random.reseed("figure", JSON.stringify(plain));
	const layout = { ...plain.layout, ...sizeOf(figure) };
	// The page's own JSON makes arrays and objects that Plotly recognizes as plain.
	const copy = window.JSON.parse(JSON.stringify({ data: plain.data, layout }));
	const drawn = plotly.newPlot(holder, copy.data, copy.layout, {
		staticPlot: true,
	});
	// Plotly's stand-in for quotes, which jsdom serializes otherwise than browsers do.
	const svg = plotly.Snapshot.toSVG(holder, "svg", 1).replaceAll(
		"TOBESTRIPPED",
		"'",
	);
	// Off the page at once, since names of clip paths avoid those that are on it.
	holder.remove();
	const discard = () => plotly.purge(holder);
	drawn.then(discard, discard);
	return svg;
}
