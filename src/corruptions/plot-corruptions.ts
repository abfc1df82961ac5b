import { type Checks, checkOptions } from "../check/check-options.js";
import { text, whole } from "../check/checks.js";
import { drawText, textSize } from "../image/draw-text.js";
import { encodePng } from "../image/encode.js";
import { createImage, type Image } from "../image/image.js";
import { resize } from "../image/resize.js";
import { corruptionOf } from "./built-in.js";
import { type CorruptOptions, corrupt, corruptionChecks } from "./corrupt.js";
import {
	type AnyCorruption,
	commonCorruptions,
	type Severity,
	severities,
} from "./corruption.js";
import { cellChecks } from "./define-corruption.js";

/** What a grid of corruptions shows; the options of `corrupt` besides the severity apply to every cell. */
export interface PlotCorruptionsOptions
	extends Omit<CorruptOptions, "severity"> {
	/** One row each; default the fifteen common ones. */
	readonly corruptions?: readonly AnyCorruption[];
	/** One column each; default 1 to 5. */
	readonly severities?: readonly Severity[];
	/** Wider images are shrunk to this width, in pixels, smaller ones enlarged by a whole factor up to it; default 160. */
	readonly cellWidth?: number;
}

const checks: Checks<PlotCorruptionsOptions> = {
	...corruptionChecks,
	...cellChecks,
	id: text,
	cellWidth: whole({ from: 1 }),
};

/** A picture, and the same as a PNG file for display. */
export interface Plot {
	readonly image: Image;
	readonly png: Uint8Array;
}

const gap = 4;
const textScale = 2;

/**
 * Shows an image under corruptions (rows) of several severities (columns), the clean image in front of each row.
 *
 * The image is corrupted at its own size and shrunk or enlarged afterwards.
 */
export function plotCorruptions(
	image: Image,
	given: PlotCorruptionsOptions = {},
): Plot {
	checkOptions("plotCorruptions", given, checks);
	const {
		corruptions = commonCorruptions,
		severities: columns = severities,
		cellWidth = 160,
		...options
	} = given;
	const shown = (full: Image): Image => fitted(full, cellWidth);
	const clean = shown(image);
	const cells = corruptions.map((name) => [
		clean,
		...columns.map((severity) =>
			shown(corrupt(image, name, { ...options, severity })),
		),
	]);
	const plot = drawGrid(cells, {
		rows: corruptions.map((one) => corruptionOf(one).name),
		columns: ["clean", ...columns.map((severity) => `severity ${severity}`)],
	});
	return { image: plot, png: encodePng(plot) };
}

function fitted(image: Image, cellWidth: number): Image {
	if (image.width < cellWidth) {
		const factor = Math.floor(cellWidth / image.width);
		const height = image.height * factor;
		const width = image.width * factor;
		return resize(image, { height, width, filter: "nearest" });
	}
	const exact = (image.height * cellWidth) / image.width;
	const height = Math.max(1, Math.round(exact));
	return resize(image, { height, width: cellWidth, filter: "box" });
}

/** Puts pictures of one size side by side on white, with a label before each row and above each column. */
function drawGrid(
	cells: readonly (readonly Image[])[],
	labels: { rows: readonly string[]; columns: readonly string[] },
): Image {
	const cell = cells[0]?.[0] ?? createImage(1, 1);
	const text = textSize("", textScale);
	const widths = labels.rows.map((row) => textSize(row, textScale).width);
	const head = { height: text.height + 2 * gap, width: 0 };
	head.width = Math.max(0, ...widths) + 2 * gap;
	const across = Math.max(
		cell.width,
		...labels.columns.map(
			(column) => textSize(column, textScale).width + 2 * gap,
		),
	);
	const step = { x: across + gap, y: Math.max(cell.height, text.height) + gap };
	const grid = createImage(
		head.height + labels.rows.length * step.y,
		head.width + labels.columns.length * step.x,
	);
	grid.data.fill(255);
	labels.columns.forEach((column, x) => {
		const left = head.width + x * step.x;
		drawText(grid, column, { top: gap, left, scale: textScale });
	});
	labels.rows.forEach((row, y) => {
		const top = head.height + y * step.y;
		const middle = top + Math.floor((cell.height - text.height) / 2);
		drawText(grid, row, {
			top: Math.max(top, middle),
			left: gap,
			scale: textScale,
		});
		cells[y]?.forEach((picture, x) => {
			paste(grid, picture, { top, left: head.width + x * step.x });
		});
	});
	return grid;
}

function paste(
	{ data, width }: Image,
	picture: Image,
	{ top, left }: { top: number; left: number },
): void {
	const length = picture.width * 3;
	for (let y = 0; y < picture.height; y++) {
		const row = picture.data.subarray(y * length, (y + 1) * length);
		data.set(row, ((top + y) * width + left) * 3);
	}
}
