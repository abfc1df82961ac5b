import { roundHalfEven } from "../../../image/round-half-even.js";
import type { Size } from "../../task.js";
import type { Boxes } from "./box.js";

/** Which boxes the region proposal network starts from. */
export interface AnchorSettings {
	/** The side of a square anchor on each feature map, in pixels. */
	readonly sizes: readonly number[];
	/** Height over width. */
	readonly ratios: readonly number[];
	/** Whether the edges of the anchor around the origin are rounded to whole pixels. */
	readonly rounded: boolean;
	/**
	 * Pixels between neighbors on each feature map; left out, the padded image by the feature map, rounded
	 * down: for the coarsest map of 13 rows of an image of 800, 61 and not 64.
	 */
	readonly strides?: readonly number[];
	/**
	 * Anchors centered beyond the image padded to a multiple of this, though within the batch, are left out
	 * of training; by default none is.
	 */
	readonly paddedTo?: number;
}

/** Where the anchors of one feature map are among all of them. */
export interface AnchorLevel extends Size {
	readonly start: number;
	readonly end: number;
	readonly strideY: number;
	readonly strideX: number;
}

/** The anchors of feature maps. */
export interface Anchors {
	/** One feature map after the other; of each place, from left to right and from top to bottom, one for each ratio. */
	readonly boxes: Boxes;
	readonly levels: readonly AnchorLevel[];
}

const { ceil, floor, fround, min, sqrt } = Math;

function anchorsAtOrigin(
	size: number,
	{ ratios, rounded }: AnchorSettings,
): number[] {
	const edges = ratios.flatMap((ratio) => {
		const tall = fround(sqrt(ratio));
		const right = fround(fround(1 / tall) * size) / 2;
		const bottom = fround(tall * size) / 2;
		return [-right, -bottom, right, bottom];
	});
	return rounded ? edges.map(roundHalfEven) : edges;
}

function fill(boxes: Boxes, origin: readonly number[], level: AnchorLevel) {
	const { height, width, strideY, strideX } = level;
	let at = 4 * level.start;
	for (let y = 0; y < height; y++) {
		for (let x = 0; x < width; x++) {
			for (let i = 0; i < origin.length; i++) {
				const shift = i % 2 === 0 ? x * strideX : y * strideY;
				boxes[at++] = origin[i] + shift;
			}
		}
	}
}

/**
 * The anchors of feature maps of the given sizes, of images padded to a size.
 *
 * Source: `AnchorGenerator` of mmdetection and of torchvision. Throws for another number of feature maps
 * than the settings have.
 */
export function makeAnchors(
	features: readonly Size[],
	padded: Size,
	settings: AnchorSettings,
): Anchors {
	const { sizes, strides, ratios } = settings;
	if (features.length !== sizes.length) {
		throw new Error(
			`anchors of ${sizes.length} sizes need as many feature maps, not ${features.length}`,
		);
	}
	let end = 0;
	const levels = features.map(({ height, width }, level): AnchorLevel => {
		const start = end;
		end += height * width * ratios.length;
		const strideY = strides?.[level] ?? floor(padded.height / height);
		const strideX = strides?.[level] ?? floor(padded.width / width);
		return { start, end, height, width, strideY, strideX };
	});
	const boxes = new Float32Array(4 * end);
	levels.forEach((level, i) => {
		fill(boxes, anchorsAtOrigin(sizes[i], settings), level);
	});
	return { boxes, levels };
}

/**
 * Marks with 1 the anchors that training leaves out for an image of a size before padding; undefined
 * where there are none.
 *
 * Source: `valid_flags` of mmdetection's `AnchorGenerator`, with `allowed_border=-1`.
 */
export function excludedAnchors(
	{ levels, boxes }: Anchors,
	image: Size,
	{ paddedTo, ratios }: AnchorSettings,
): Uint8Array | undefined {
	if (!paddedTo) return undefined;
	const places = (side: number, stride: number) =>
		ceil((ceil(side / paddedTo) * paddedTo) / stride);
	const excluded = new Uint8Array(boxes.length / 4).fill(1);
	let left = excluded.length;
	for (const { start, height, width, strideY, strideX } of levels) {
		const rows = min(places(image.height, strideY), height);
		const columns = min(places(image.width, strideX), width);
		for (let y = 0; y < rows; y++) {
			const at = start + y * width * ratios.length;
			excluded.fill(0, at, at + columns * ratios.length);
		}
		left -= rows * columns * ratios.length;
	}
	return left > 0 ? excluded : undefined;
}
