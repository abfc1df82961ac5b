import {
	type Checks,
	checkArgument,
	checkOptions,
} from "../check/check-options.js";
import { list, number, text, thing } from "../check/checks.js";
import type { Image } from "../image/image.js";
import {
	type ImageNote,
	type NotedImage,
	notesOf,
} from "../image/noted-image.js";
import { escapeHtml } from "./escape-html.js";
import type { Figure } from "./figure.js";
import { colors, ink, note, styled } from "./figure-style.js";
import { imageUrl } from "./image-url.js";

/** A picture of a strip, and what was predicted for it. */
export interface StripPicture {
	/** Where it has notes, as `drawDetections` makes them, they are written over it. */
	readonly image: Image | NotedImage;
	/** The predicted class. */
	readonly prediction?: string;
	/** Whether it is the right one. */
	readonly isRight?: boolean;
}

/** Pictures side by side: one scene under several corruptions, or as several runs see it. */
export interface Strip {
	/** Stands in front of the pictures. */
	readonly label: string;
	readonly pictures: readonly StripPicture[];
}

/** The words around image strips. */
export interface ImageStripsOptions {
	readonly title?: string;
	readonly subtitle?: string;
	/** One for each place in a strip: `clean`, `fog 3`. */
	readonly columns?: readonly string[];
	/** The width of a picture in pixels; default 120. */
	readonly cellWidth?: number;
}

/** Checks of what is not about the places in a strip. */
export const stripsChecks: Checks<Omit<ImageStripsOptions, "columns">> = {
	title: text,
	subtitle: text,
	cellWidth: number({ above: 0 }),
};

const checks: Checks<ImageStripsOptions> = {
	...stripsChecks,
	columns: list(text),
};

const gap = 10;
const captionHeight = 22;
const titleHeight = 56;
const subtitleHeight = 24;
const columnHeight = 24;
const labelWidth = 140;
const noteSize = 10;

/** The room around the pictures: as much as there are words. */
const marginOf = (
	strips: readonly Strip[],
	{ title, subtitle, columns = [] }: ImageStripsOptions,
) => {
	const edge = title ? 24 : gap;
	return {
		t:
			(title ? titleHeight : gap) +
			(subtitle ? subtitleHeight : 0) +
			(columns.length > 0 ? columnHeight : 0),
		r: edge,
		b: edge,
		l: strips.some(({ label }) => label !== "") ? labelWidth : edge,
	};
};

function caption({ prediction, isRight }: StripPicture): string {
	if (prediction === undefined) return "";
	if (isRight === undefined) return prediction;
	return `${isRight ? "✓" : "✗"} ${prediction}`;
}

const captionColor = ({ isRight }: StripPicture): string =>
	isRight === undefined ? ink.text : isRight ? colors[0] : colors[1];

/** As wide a figure as this is shown at its own size on narrow pages. */
const narrow = 800;
const mostEnlarged = 1.6;

/** A figure that is wider than narrow pages with larger words, so that they can be read where it is made smaller. */
function withReadableText({ data, layout }: Figure): Figure {
	const width = Number(layout.width);
	const factor = Math.min(mostEnlarged, Math.max(1, width / narrow));
	if (factor === 1) return { data, layout };
	type Sized = { font?: { size?: number }; xref?: string; bgcolor?: string };
	const larger = <Words extends Sized>(words: Words): Words => ({
		...words,
		font: { ...words.font, size: factor * (words.font?.size ?? 12) },
	});
	const title = layout.title as Sized & { subtitle: Sized };
	const margin = layout.margin as Readonly<Record<string, number>>;
	const words = layout.annotations as readonly Sized[];
	const wider = Object.entries(margin).map(
		([side, size]) => [side, Math.round(size * factor)] as const,
	);
	const added = (sides: string) =>
		wider.reduce(
			(sum, [side, size]) =>
				sides.includes(side) ? sum + size - Number(margin[side]) : sum,
			0,
		);
	return {
		data,
		layout: {
			...layout,
			title: { ...larger(title), subtitle: larger(title.subtitle) },
			width: width + added("lr"),
			height: Number(layout.height) + added("tb"),
			margin: Object.fromEntries(wider),
			// what is written into pictures keeps its size, and leaves them to be seen
			annotations: words.map((one) => (one.bgcolor ? one : larger(one))),
		},
	};
}

/** Sizes in pixels, which are the units of both axes. */
interface Grid {
	readonly cell: { readonly width: number; readonly height: number };
	/** From one picture to the next. */
	readonly step: { readonly x: number; readonly y: number };
}

interface Placed {
	readonly picture: StripPicture;
	readonly left: number;
	readonly top: number;
}

const inside = { xref: "x", yref: "y" };

function gridOf(pictures: readonly StripPicture[], width: number): Grid {
	const [first] = pictures;
	if (!first) throw new RangeError("there are no pictures to show");
	const height = (width * first.image.height) / first.image.width;
	const isCaptioned = pictures.some((picture) => caption(picture) !== "");
	const below = gap + (isCaptioned ? captionHeight : 0);
	return {
		cell: { width, height },
		step: { x: width + gap, y: height + below },
	};
}

const pictureAt = ({ picture, left, top }: Placed, { cell }: Grid) => ({
	source: imageUrl(picture.image, cell.width),
	...inside,
	x: left,
	y: top,
	sizex: cell.width,
	sizey: cell.height,
	sizing: "contain",
	layer: "above",
});

const captionAt = ({ picture, left, top }: Placed, { cell }: Grid) =>
	note(caption(picture), {
		...inside,
		x: left + cell.width / 2,
		y: top + cell.height + 2,
		yanchor: "top",
		font: { size: 12, color: captionColor(picture) },
	});

/** On the upper edge of its box, or under it where there is no room; at the right end of the picture where it would go beyond. */
function noteAt(
	{ text, box: [boxLeft, boxTop], color }: ImageNote,
	{ picture: { image }, left, top }: Placed,
	{ cell }: Grid,
) {
	const scale = Math.min(cell.width / image.width, cell.height / image.height);
	const [x, y] = [boxLeft * scale, boxTop * scale];
	const width = 0.6 * noteSize * text.length;
	const isBeyond = x + width > cell.width;
	return note(escapeHtml(text), {
		...inside,
		x: left + (isBeyond ? cell.width : Math.max(0, x)),
		xanchor: isBeyond ? "right" : "left",
		y: top + Math.max(0, y),
		yanchor: y < 1.5 * noteSize ? "top" : "bottom",
		bgcolor: `rgb(${color.join(",")})`,
		borderpad: 1,
		font: { size: noteSize, color: ink.text },
	});
}

const labelAt = (label: string, y: number, { cell, step }: Grid) =>
	note(label, {
		xref: "paper",
		x: 0,
		xanchor: "right",
		xshift: -gap,
		yref: "y",
		y: y * step.y + cell.height / 2,
		yanchor: "middle",
		font: { size: 12, color: ink.text },
	});

const columnAt = (column: string, x: number, { cell, step }: Grid) =>
	note(column, {
		...inside,
		x: x * step.x + cell.width / 2,
		y: 0,
		yanchor: "bottom",
		yshift: 4,
	});

/**
 * Strips of images, with predictions under them where there are any: blue and ticked where right, orange and crossed
 * where wrong.
 *
 * Throws where there are no pictures, or `columns` do not fit the strips.
 */
export function plotImageStrips(
	strips: readonly Strip[],
	options: ImageStripsOptions = {},
): Figure {
	checkArgument("plotImageStrips", ["strips", strips], list(thing("a strip")));
	checkOptions("plotImageStrips", options, checks);
	const {
		title = "Images and predictions",
		subtitle = "",
		columns = [],
		cellWidth = 120,
	} = options;
	const grid = gridOf(
		strips.flatMap(({ pictures }) => pictures),
		cellWidth,
	);
	const across = Math.max(...strips.map(({ pictures }) => pictures.length));
	if (columns.length > 0 && columns.length !== across)
		throw new RangeError(
			`${columns.length} column names do not fit strips of ${across} pictures`,
		);
	const width = across * grid.step.x;
	const height = strips.length * grid.step.y;
	const placed = strips.flatMap(({ pictures }, y) =>
		pictures.map((picture, x) => ({
			picture,
			left: x * grid.step.x,
			top: y * grid.step.y,
		})),
	);
	const margin = marginOf(strips, { title, subtitle, columns });
	const hidden = { visible: false, fixedrange: true };
	const figure = styled(
		[],
		{ title, subtitle },
		{
			width: width + margin.l + margin.r,
			height: height + margin.t + margin.b,
			margin,
			xaxis: { ...hidden, range: [0, width] },
			yaxis: { ...hidden, range: [height, 0] },
			images: placed.map((one) => pictureAt(one, grid)),
			annotations: [
				...placed.map((one) => captionAt(one, grid)),
				...placed.flatMap((one) =>
					notesOf(one.picture.image).map((words) => noteAt(words, one, grid)),
				),
				...strips.map(({ label }, y) => labelAt(label, y, grid)),
				...columns.map((column, x) => columnAt(column, x, grid)),
			],
		},
	);
	return withReadableText(figure);
}
