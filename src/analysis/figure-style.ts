import type { Figure, Trace } from "./figure.js";

/** Colors that are told apart in all common forms of color blindness and in gray (Okabe and Ito 2008). */
export const colors = [
	"#0072B2",
	"#D55E00",
	"#009E73",
	"#CC79A7",
	"#E69F00",
	"#56B4E9",
	"#000000",
] as const;

/** The check of lines that mean the same backbone. */
export const dashes = ["solid", "dot", "dash", "dashdot"] as const;

/** The check of markers. */
export const symbols = [
	"circle",
	"diamond",
	"square",
	"triangle-up",
	"x",
] as const;

/** Text, lesser text, and lines that are not data. */
export const ink = { text: "#1f2430", soft: "#5b6270", rule: "#e3e6eb" };

/** From little to much, for white paper: light to dark blue. */
export const sequence: readonly (readonly [number, string])[] = [
	[0, "#f7fbff"],
	[0.25, "#c6dbef"],
	[0.5, "#6baed6"],
	[0.75, "#2171b5"],
	[1, "#08306b"],
];

/** What a color of figures becomes where the page is dark; `white` becomes the color of the page. */
export const darkColors: Readonly<Record<string, string>> = {
	"#0072B2": "#3fa7e6",
	"#D55E00": "#f5822f",
	"#009E73": "#2cc296",
	"#CC79A7": "#e29ac1",
	"#E69F00": "#f0b429",
	"#56B4E9": "#a8dcf7",
	"#000000": "#f4f5f7",
	[ink.text]: "#e6e8ec",
	[ink.soft]: "#a7aebb",
	[ink.rule]: "#3b414d",
	"#f7fbff": "#101c2b",
	"#c6dbef": "#17395e",
	"#6baed6": "#2470b3",
	"#2171b5": "#62abdf",
	"#08306b": "#c9e3f6",
};

const family = "Helvetica, Arial, 'DejaVu Sans', sans-serif";

/** An axis with its title; numbers and units belong into the title. */
export const axis = (
	title: string,
	more: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> => ({
	title: { text: title, font: { size: 13 }, standoff: 8 },
	showline: true,
	linecolor: ink.soft,
	ticks: "outside",
	ticklen: 4,
	tickcolor: ink.soft,
	gridcolor: ink.rule,
	zeroline: false,
	automargin: true,
	...more,
});

/** The names of the axes of a panel, and where it lies: from 0 to 1. */
export interface Panel {
	/** For traces. */
	readonly axes: { readonly xaxis: string; readonly yaxis: string };
	/** For the layout: `xaxis2` and `yaxis2`. */
	readonly x: string;
	readonly y: string;
	readonly domain: readonly [number, number];
}

/** Equal panels, in order, with `gap` of the whole between them. */
export const panels = (count: number, gap: number): Panel[] =>
	Array.from({ length: count }, (_, i) => {
		const number = i === 0 ? "" : String(i + 1);
		const size = (1 - gap * (count - 1)) / count;
		const start = i * (size + gap);
		return {
			axes: { xaxis: `x${number}`, yaxis: `y${number}` },
			x: `xaxis${number}`,
			y: `yaxis${number}`,
			domain: [start, start + size],
		};
	});

/** The height of a figure in pixels that has room for the legend of so many lines. */
export function heightFor(lines: number): number {
	return Math.max(420, 180 + 24 * lines);
}

/** Text inside a figure: small, without an arrow. */
export const note = (
	text: string,
	more: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> => ({
	text,
	showarrow: false,
	font: { size: 11, color: ink.soft },
	...more,
});

/** What a figure is called, and of what. */
export interface Heading {
	readonly title: string;
	readonly subtitle: string;
}

/**
 * A figure in the house style: white, quiet, title on the left, legend on the right.
 *
 * `width` and `height` are those of its picture; on a page it is as wide as there is room.
 */
export const styled = (
	data: readonly Trace[],
	{ title, subtitle }: Heading,
	layout: Readonly<Record<string, unknown>>,
): Figure => ({
	data,
	layout: {
		autosize: true,
		title: {
			text: `<b>${title}</b>`,
			subtitle: { text: subtitle, font: { size: 12, color: ink.soft } },
			font: { size: 16 },
			x: 0,
			xref: "container",
			xanchor: "left",
			pad: { l: 16, t: 20 },
			y: 1,
			yref: "container",
			yanchor: "top",
		},
		font: { family, size: 12, color: ink.text },
		paper_bgcolor: "white",
		plot_bgcolor: "white",
		colorway: colors,
		margin: { t: 84, r: 24, b: 56, l: 64 },
		hovermode: "closest",
		legend: { font: { size: 12 }, tracegroupgap: 4, itemwidth: 36 },
		...layout,
	},
});
