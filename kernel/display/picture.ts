import { svgToPng } from "../../src/analysis/figure-to-png.js";
import { figureToSvg } from "../../src/analysis/figure-to-svg.js";
import { plotImageStrips } from "../../src/analysis/plot-image-strips.js";
import type { Image } from "../../src/image/image.js";
import { notesOf } from "../../src/image/noted-image.js";
import type { Bundle } from "./bundle.js";
import { escapeHtml } from "./html.js";
import { encodePng, type Pixels } from "./png.js";

const mostInList = 32;

/** Tells an image by its fields. */
function isImage(value: unknown): value is Image {
	if (typeof value !== "object" || value === null) return false;
	const { data, height, width } = value as Partial<Image>;
	return (
		data instanceof Uint8Array &&
		typeof height === "number" &&
		typeof width === "number" &&
		data.length === 3 * height * width &&
		data.length > 0
	);
}

/** An image of which every so manieth pixel is kept, so that no side exceeds a number of pixels. */
function fitted({ data, height, width }: Image, side: number): Pixels {
	const step = Math.max(1, Math.ceil(Math.max(height, width) / side));
	const size = {
		height: Math.ceil(height / step),
		width: Math.ceil(width / step),
	};
	const kept = new Uint8Array(size.height * size.width * 3);
	let to = 0;
	for (let y = 0; y < height; y += step) {
		for (let x = 0; x < width; x += step) {
			const from = (y * width + x) * 3;
			kept.set(data.subarray(from, from + 3), to);
			to += 3;
		}
	}
	return { data: kept, ...size, channels: 3 };
}

/** An image element no larger than a number of pixels; small images are enlarged by a whole factor. */
function imageElement(image: Image, side: number): string {
	const pixels = fitted(image, side);
	const factor = Math.floor(side / Math.max(pixels.height, pixels.width));
	const source = encodePng(pixels).toString("base64");
	return `<img width="${pixels.width * factor}" height="${pixels.height * factor}" style="image-rendering:pixelated;margin:2px" alt="" src="data:image/png;base64,${source}">`;
}

/** An image with a few words below it. */
export const captioned = (image: Image, caption: string, side: number) =>
	`<figure style="display:inline-block;margin:2px 6px 2px 0;text-align:center;font-size:85%">${imageElement(image, side)}<figcaption>${escapeHtml(caption)}</figcaption></figure>`;

const sizeText = ({ height, width }: Image) => `${width} × ${height}`;

function oneImage(image: Image): Bundle {
	const text = `Image of ${sizeText(image)} pixels`;
	if (notesOf(image).length > 0) return notedImages([image], text);
	return {
		data: {
			"text/html": `${imageElement(image, 512)}<br><code>${text}</code>`,
			"image/png": encodePng(fitted(image, 1024)).toString("base64"),
			"text/plain": text,
		},
		metadata: {},
	};
}

/** Images side by side with the words about their parts. */
function notedImages(images: readonly Image[], text: string): Bundle {
	const cellWidth = images.length === 1 ? 480 : 240;
	const pictures = images.map((image) => ({ image }));
	const svg = figureToSvg(
		plotImageStrips([{ label: "", pictures }], { title: "", cellWidth }),
	);
	const source = Buffer.from(svg).toString("base64");
	return {
		data: {
			"text/html": `<img alt="" src="data:image/svg+xml;base64,${source}"><br><code>${text}</code>`,
			"image/png": Buffer.from(svgToPng(svg, { scale: 1 })).toString("base64"),
			"text/plain": text,
		},
		metadata: {},
	};
}

/** An image as a picture, a list of images as a row of them; words about their parts are written over them. */
export function pictureBundle(value: object): Bundle | undefined {
	if (isImage(value)) return oneImage(value);
	const isList = Array.isArray(value) && value.length > 0;
	if (!isList || !value.every(isImage)) return undefined;
	const left = value.length - mostInList;
	const kept = value.slice(0, mostInList);
	const text = `${value.length} image${value.length === 1 ? "" : "s"} of ${[...new Set(value.map(sizeText))].slice(0, 3).join(", ")} pixels`;
	if (kept.some((image) => notesOf(image).length > 0))
		return notedImages(kept, text);
	const row = kept.map((one) => imageElement(one, 128)).join("");
	const more = left > 0 ? `, the first ${mostInList} shown` : "";
	return {
		data: {
			"text/html": `<div>${row}</div><code>${text}${more}</code>`,
			"text/plain": text,
		},
		metadata: {},
	};
}
