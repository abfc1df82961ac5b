import { encodePng } from "../image/encode.js";
import type { Image } from "../image/image.js";
import { resize } from "../image/resize.js";
import type { Figure } from "./figure.js";
import { colors, ink, note, styled } from "./figure-style.js";

/** A picture of a strip, and what was predicted for it. */
export interface StripPicture {
	readonly image: Image;
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

const gap = 10;
const captionHeight = 22;
const margin = { t: 104, r: 24, b: 24, l: 140 };

/** Small images are enlarged by a whole factor, so that their pixels stay sharp. */
function dataUrl(image: Image, cellWidth: number): string {
	const factor = Math.max(1, Math.round((2 * cellWidth) / image.width));
	const height = image.height * factor;
	const width = image.width * factor;
	const enlarged =
		factor === 1 ? image : resize(image, { height, width, filter: "nearest" });
	return `data:image/png;base64,${Buffer.from(encodePng(enlarged)).toString("base64")}`;
}

function caption({ prediction, isRight }: StripPicture): string {
	if (prediction === undefined) return "";
	if (isRight === undefined) return prediction;
	return `${isRight ? "✓" : "✗"} ${prediction}`;
}

const captionColor = ({ isRight }: StripPicture): string =>
	isRight === undefined ? ink.text : isRight ? colors[0] : colors[1];

/**
 * Strips of images with predictions under them: blue and ticked where right, red and crossed where wrong.
 *
 * Throws where there are no pictures, or `columns` do not fit the strips.
 */
export function plotImageStrips(
	strips: readonly Strip[],
	{
		title = "Images and predictions",
		subtitle = "",
		columns = [],
		cellWidth = 120,
	}: ImageStripsOptions = {},
): Figure {
	const across = Math.max(0, ...strips.map(({ pictures }) => pictures.length));
	if (across === 0) throw new RangeError("there are no pictures to show");
	if (columns.length > 0 && columns.length !== across)
		throw new RangeError(
			`${columns.length} column names do not fit strips of ${across} pictures`,
		);
	const [first] = strips.flatMap(({ pictures }) => pictures) as [StripPicture];
	const { height, width } = first.image;
	const cell = { width: cellWidth, height: (cellWidth * height) / width };
	const step = {
		x: cell.width + gap,
		y: cell.height + captionHeight + gap,
	};
	const size = { width: across * step.x, height: strips.length * step.y };
	const at = { xref: "x", yref: "y" };
	const pictures = strips.flatMap(({ pictures }, y) =>
		pictures.map((picture, x) => ({
			picture,
			left: x * step.x,
			top: y * step.y,
		})),
	);
	const hidden = { visible: false, fixedrange: true };
	return styled(
		[],
		{ title, subtitle },
		{
			width: size.width + margin.l + margin.r,
			height: size.height + margin.t + margin.b,
			margin,
			xaxis: { ...hidden, range: [0, size.width] },
			yaxis: { ...hidden, range: [size.height, 0] },
			images: pictures.map(({ picture, left, top }) => ({
				source: dataUrl(picture.image, cellWidth),
				...at,
				x: left,
				y: top,
				sizex: cell.width,
				sizey: cell.height,
				sizing: "contain",
				layer: "above",
			})),
			annotations: [
				...pictures.map(({ picture, left, top }) =>
					note(caption(picture), {
						...at,
						x: left + cell.width / 2,
						y: top + cell.height + 2,
						yanchor: "top",
						font: { size: 12, color: captionColor(picture) },
					}),
				),
				...strips.map(({ label }, y) =>
					note(label, {
						xref: "paper",
						x: 0,
						xanchor: "right",
						xshift: -gap,
						yref: "y",
						y: y * step.y + cell.height / 2,
						yanchor: "middle",
						font: { size: 12, color: ink.text },
					}),
				),
				...columns.map((column, x) =>
					note(column, {
						...at,
						x: x * step.x + cell.width / 2,
						y: 0,
						yanchor: "bottom",
						yshift: 4,
					}),
				),
			],
		},
	);
}
