import type { Figure } from "./figure.js";
import { darkColors, heightFor, ink } from "./figure-style.js";
import {
	fitFigure,
	fitLegend,
	fitNames,
	fitNotes,
	fitPanels,
	fitTitle,
	fitTotals,
	widthOf,
	wrapText,
} from "./fit-figure.js";

// What runs in browsers is plain functions, whose source goes into pages: they use nothing but each other.

/** What figures need of `window.Plotly`. */
export interface BrowserPlotly {
	react(
		holder: Element,
		data: unknown,
		layout: unknown,
		config: unknown,
	): Promise<unknown>;
}

/** The color behind an element, and whether it is a dark one. */
export function pageColor(element: Element): {
	color: string;
	isDark: boolean;
} {
	for (let one: Element | null = element; one; one = one.parentElement) {
		const color = getComputedStyle(one).backgroundColor;
		const [red = 0, green = 0, blue = 0, alpha = 1] = (
			color.match(/[\d.]+/g) ?? []
		).map(Number);
		if (color.startsWith("rgb") && alpha > 0.5)
			return {
				color,
				isDark: 0.3 * red + 0.59 * green + 0.11 * blue < 128,
			};
	}
	return { color: "white", isDark: false };
}

/** A figure in other colors; `swap` gives those that change, opacity behind them stays. */
export function recolored<Value>(
	value: Value,
	swap: Readonly<Record<string, string>>,
	isColor = false,
): Value {
	if (typeof value === "string") {
		const [, base = value, alpha = ""] =
			/^(#[\da-f]{6})([\da-f]{2})$/i.exec(value) ?? [];
		return (isColor && swap[base] ? swap[base] + alpha : value) as Value;
	}
	if (Array.isArray(value))
		return value.map((one) => recolored(one, swap, isColor)) as Value;
	if (typeof value !== "object" || value === null) return value;
	return Object.fromEntries(
		Object.entries(value).map(([key, one]) => [
			key,
			recolored(one, swap, /color(scale|way)?$/i.test(key)),
		]),
	) as Value;
}

/** Calls `draw` now, and whenever the room for an element or the look of the page changes. */
export function keepDrawn(
	holder: Element,
	draw: (width: number, page: { color: string; isDark: boolean }) => void,
): void {
	let drawn = "";
	const look = () => {
		const width = Math.floor(holder.clientWidth);
		const page = pageColor(holder);
		const state = `${width} ${page.color}`;
		if (width < 50 || state === drawn) return;
		drawn = state;
		draw(width, page);
	};
	// a theme's style sheet may come a little later than its name
	const lookTwice = () => {
		look();
		setTimeout(look, 400);
	};
	new ResizeObserver(look).observe(holder);
	for (const element of [document.documentElement, document.body])
		new MutationObserver(lookTwice).observe(element, { attributes: true });
	matchMedia("(prefers-color-scheme: dark)").addEventListener(
		"change",
		lookTwice,
	);
	look();
}

/** Draws a figure as wide as its element, in colors that suit the page, and keeps it so. */
export function showFigure(
	holder: Element,
	figure: Figure,
	colors: Readonly<Record<string, string>>,
	plotly: BrowserPlotly,
): void {
	const target = document.createElement("div");
	holder.replaceChildren(target);
	keepDrawn(holder, (width, { color, isDark }) => {
		const fitted = { data: figure.data, layout: fitFigure(figure, width) };
		const lines = {
			gridcolor: colors.rule,
			linecolor: colors.soft,
			zerolinecolor: colors.soft,
		};
		const { data, layout } = isDark
			? recolored(fitted, { ...colors, white: color })
			: fitted;
		const template = {
			layout: {
				paper_bgcolor: color,
				plot_bgcolor: color,
				font: { color: colors.text },
				xaxis: lines,
				yaxis: lines,
			},
		};
		void plotly.react(
			target,
			// Plotly writes into what it is given
			structuredClone(data),
			structuredClone({
				...(isDark ? { template } : {}),
				uirevision: 1,
				...layout,
			}),
			{
				displaylogo: false,
				// The tools of a narrow figure would cover its title.
				displayModeBar: width < 800 ? false : "hover",
				...figure.config,
			},
		);
	});
}

/** Gives a picture of a figure, an SVG, the colors that suit the page, and keeps it so. */
export function showPicture(
	picture: HTMLImageElement,
	colors: Readonly<Record<string, string>>,
): void {
	const source = picture.src;
	const bytes = Uint8Array.from(atob(source.split(",")[1] ?? ""), (one) =>
		one.charCodeAt(0),
	);
	const svg = new TextDecoder().decode(bytes);
	const rgb = (color: string) =>
		`rgb(${[1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16)).join(", ")})`;
	keepDrawn(picture.parentElement as Element, (_, { color, isDark }) => {
		const swap: Record<string, string> = {
			white: color,
			"rgb(255, 255, 255)": color,
		};
		for (const [light, dark] of Object.entries(colors))
			if (light.startsWith("#")) swap[rgb(light)] = dark;
		picture.src = isDark
			? `data:image/svg+xml,${encodeURIComponent(
					svg.replace(
						/(?<=(?:fill|stroke|background)(?:: ?|="))(?:white|rgb\([^)]*\))/g,
						(one) => swap[one] ?? one,
					),
				)}`
			: source;
	});
}

const functions = [
	heightFor,
	widthOf,
	wrapText,
	fitTitle,
	fitTotals,
	fitLegend,
	fitNames,
	fitNotes,
	fitPanels,
	fitFigure,
	pageColor,
	recolored,
	keepDrawn,
	showFigure,
	showPicture,
];

/** The source of `showFigure`, `showPicture` and what they use, for a script element. */
export const liveSource = (): string => functions.map(String).join("\n");

/** The colors that `showFigure` and `showPicture` take. */
export const liveColors: Readonly<Record<string, string>> = {
	...darkColors,
	text: darkColors[ink.text] as string,
	soft: darkColors[ink.soft] as string,
	rule: darkColors[ink.rule] as string,
};
