import type { Figure } from "./figure.js";
import { heightFor } from "./figure-style.js";

// The functions here also run in browsers, where `live-figure.ts` puts their source: they use nothing but each other.

/** How texts of a figure are set. */
interface Font {
	readonly size?: number;
	readonly family?: string;
}

/** The width of a text in pixels, tags left out: measured in a browser, estimated elsewhere. */
export function widthOf(
	text: string,
	{ size = 12, family = "" }: Font,
): number {
	const plain = text.replace(/<[^>]*>/g, "");
	const brush = globalThis.document?.createElement("canvas").getContext?.("2d");
	if (!brush) return 0.6 * size * plain.length;
	brush.font = `${text.includes("<b>") ? "bold " : ""}${size}px ${family || "sans-serif"}`;
	return brush.measureText(plain).width;
}

/** Breaks a text at spaces into lines of a width in pixels; tags are not broken. */
export function wrapText(text: string, font: Font, width: number): string[] {
	const bold = text.includes("<b>") ? "<b>" : "";
	const lines: string[] = [];
	for (const word of text.match(/(?:<[^>]*>|[^\s<])+/g) ?? []) {
		const longer = `${lines.at(-1)} ${word}`;
		if (lines.length > 0 && widthOf(bold + longer, font) <= width)
			lines[lines.length - 1] = longer;
		else lines.push(word);
	}
	return lines;
}

/** A title of lines that fit, and how many pixels of height they need more than before. */
export function fitTitle(
	given: unknown,
	font: Font,
	width: number,
): { title: Record<string, unknown>; more: number } {
	const title = (
		typeof given === "string" ? { text: given } : { ...(given ?? {}) }
	) as Record<string, unknown> & { text?: string; font?: Font };
	if (!title.text) return { title, more: 0 };
	const own = { ...font, ...title.font };
	const before = title.text.split("<br>");
	const lines = before.flatMap((line) => wrapText(line, own, width));
	return {
		title: { ...title, text: lines.join("<br>") },
		more: 1.3 * (own.size ?? 12) * Math.max(0, lines.length - before.length),
	};
}

/** Where the legend goes: beside the figure where that leaves it room enough, else below, in columns. */
export function fitLegend(
	{ data, layout }: Figure,
	width: number,
): { legend: Record<string, unknown>; height: number; lines: number } | null {
	const legend = (layout.legend ?? {}) as Record<string, unknown> & {
		font?: Font;
		itemwidth?: number;
		tracegroupgap?: number;
	};
	const named = data.filter(
		({ showlegend, name }) => name && showlegend !== false,
	);
	const isShown =
		layout.showlegend ??
		(named.length > 1 || named.some(({ showlegend }) => showlegend));
	if (!isShown || named.length === 0 || legend.orientation === "h") return null;
	const font = { size: 12, ...(layout.font as Font), ...legend.font };
	const longestAt = (size: number) =>
		Math.max(
			...named.map(({ name }) => widthOf(String(name), { ...font, size })),
		);
	const mark = (legend.itemwidth ?? 30) + 20;
	const beside = longestAt(font.size) + mark;
	if (beside < 0.28 * width && width - beside > 520) return null;
	const size = font.size - 1;
	const entrywidth = Math.ceil(longestAt(size));
	const columns = Math.max(1, Math.floor((width - 16) / (entrywidth + mark)));
	const isGrouped = named.some(({ legendgroup }) => legendgroup);
	const pitch =
		Math.max(16, 1.3 * size) +
		3 +
		(isGrouped ? (legend.tracegroupgap ?? 10) : 0);
	return {
		legend: {
			...legend,
			font: { ...legend.font, size },
			entrywidth,
			orientation: "h",
			x: 0,
			y: 0,
			xanchor: "left",
			yanchor: "bottom",
			xref: "container",
			yref: "container",
		},
		height: Math.ceil(named.length / columns) * pitch + 10,
		lines: named.length,
	};
}

/** Long names along the vertical axis in two lines, broken at a dot between their parts. */
export function fitNames(
	axis: unknown,
	font: Font,
	width: number,
): { axis: Record<string, unknown>; more: number } {
	const given = (axis ?? {}) as Record<string, unknown> & {
		ticktext?: readonly string[];
	};
	const names = given.ticktext ?? [];
	const isLong = names.some((name) => widthOf(name, font) > 0.3 * width);
	if (!isLong || !names.every((name) => name.includes(" · ")))
		return { axis: given, more: 0 };
	const ticktext = names.map((name) => name.replace(" · ", "<br>"));
	return {
		axis: { ...given, ticktext, tickfont: { size: 10 } },
		more: 6 * names.length,
	};
}

/** Panels side by side whose vertical axes have titles, far enough apart for them. */
export function fitPanels(
	layout: Readonly<Record<string, unknown>>,
	width: number,
): Record<string, unknown> {
	type Axis = { domain?: readonly number[]; title?: { text?: string } };
	const axesOf = (letter: string) =>
		Object.keys(layout)
			.filter((key) => key.startsWith(`${letter}axis`))
			.map((key) => [key, layout[key] as Axis] as const);
	const across = axesOf("x");
	const count = across.length;
	const hasTitles = axesOf("y").every(([, { title }]) => title?.text);
	const places = across.map(([, { domain }]) => domain ?? [0, 1]);
	const gap = (places[1]?.[0] ?? 0) - (places[0]?.[1] ?? 1);
	const wanted = Math.min(64 / (width - 88), 0.5 / count);
	const isEqual = places.every(
		([start = 0], i) =>
			i === 0 || Math.abs(start - (places[i - 1]?.[1] ?? 0) - gap) < 1e-6,
	);
	if (!hasTitles || !isEqual || gap <= 0 || gap >= wanted) return {};
	const size = (1 - wanted * (count - 1)) / count;
	return Object.fromEntries(
		across.map(([key, axis], i) => {
			const start = i * (size + wanted);
			return [key, { ...axis, domain: [start, start + size] }];
		}),
	);
}

/** Columns of numbers beside a map, wide enough for both of them to be told apart. */
export function fitTotals(
	layout: Readonly<Record<string, unknown>>,
	width: number,
): Record<string, unknown> {
	type Axis = { domain?: readonly number[]; ticktext?: readonly string[] };
	const [map, totals] = [layout.xaxis as Axis, layout.xaxis2 as Axis];
	const isMap = map?.ticktext && totals?.ticktext;
	const [left = 0, right = 1] = map?.domain ?? [];
	const [start = 0] = totals?.domain ?? [];
	// less than the part of the width that names and margins leave
	const share = (42 * (totals?.ticktext?.length ?? 0)) / (0.56 * width);
	if (!isMap || start <= right || 1 - start >= share) return {};
	const gap = start - right;
	return {
		xaxis: { ...map, domain: [left, 1 - share - gap] },
		xaxis2: { ...totals, domain: [1 - share, 1] },
	};
}

/** Notes at one height of a figure whose horizontal axis has a range: those that would cover the one before are left out. */
export function fitNotes(
	layout: Readonly<Record<string, unknown>>,
	width: number,
): Record<string, unknown> {
	type Note = { text: string; x: number; y: number; xref?: string } & {
		xanchor?: string;
		font?: Font;
	};
	const { range } = (layout.xaxis ?? {}) as { range?: readonly number[] };
	const [low = 0, high = 0] = (range ?? []).map(Number);
	const notes = layout.annotations as readonly Note[] | undefined;
	if (!notes || !(high > low)) return {};
	const margin = (layout.margin ?? {}) as Record<string, number>;
	const scale = (width - (margin.l ?? 80) - (margin.r ?? 80)) / (high - low);
	const ends = new Map<number, number>();
	const kept = notes.filter(({ text, x, y, xref = "x", xanchor, font }) => {
		if (xref !== "x" || xanchor !== "center") return true;
		const half = widthOf(text, { ...(layout.font as Font), ...font }) / 2;
		const at = (x - low) * scale;
		if (at - half < (ends.get(y) ?? Number.NEGATIVE_INFINITY) + 6) return false;
		ends.set(y, at + half);
		return true;
	});
	return { annotations: kept };
}

/**
 * The layout of a figure on so many pixels of width: titles are broken into lines, and a legend that leaves
 * too little room for the rest goes below.
 *
 * A figure that asks for a width of its own, without `autosize`, never becomes wider than that.
 */
export function fitFigure(
	figure: Figure,
	room: number,
): Readonly<Record<string, unknown>> {
	const { autosize, width: wanted, ...layout } = figure.layout;
	const width =
		autosize || !wanted ? room : Math.min(room, Number(wanted) || room);
	const font = (layout.font ?? {}) as Font;
	const { title, more } = fitTitle(
		layout.title,
		{ ...font, size: 17 },
		width - 40,
	);
	const below = fitTitle(title.subtitle, { ...font, size: 12 }, width - 40);
	const names = fitNames(layout.yaxis, font, width);
	const legend = fitLegend(figure, width);
	const height = Number(layout.height) || 450;
	const plain =
		legend && height === heightFor(legend.lines) ? heightFor(0) : height;
	const margin = layout.margin as Record<string, number> | undefined;
	const above = more + below.more;
	const xaxis = layout.xaxis as { automargin?: boolean } | undefined;
	// axes that keep their own room make it for the legend too
	const under = legend && !xaxis?.automargin ? legend.height : 0;
	return {
		...layout,
		autosize: false,
		width,
		height: Math.round(plain + above + names.more + (legend?.height ?? 0)),
		...(title.text
			? { title: title.subtitle ? { ...title, subtitle: below.title } : title }
			: {}),
		...fitPanels(layout, width),
		...fitTotals(layout, width),
		...fitNotes(layout, width),
		...(above + under > 0
			? {
					margin: {
						...margin,
						t: (margin?.t ?? 100) + above,
						b: (margin?.b ?? 80) + under,
					},
				}
			: {}),
		...(names.more > 0 ? { yaxis: names.axis } : {}),
		...(legend ? { legend: legend.legend } : {}),
	};
}
