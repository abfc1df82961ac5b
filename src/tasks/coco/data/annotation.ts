import type { Size } from "../../task.js";
import type { Id } from "../instances.js";
import { polygonsRle } from "../rle/polygon.js";
import { createRle, type Rle } from "../rle/rle.js";
import { rleFromString } from "../rle/rle-string.js";

/** A mask as annotation files have it: polygons, or runs as numbers or as a compressed string. */
export type Segmentation =
	| readonly (readonly number[])[]
	| {
			readonly size: readonly [height: number, width: number];
			readonly counts: readonly number[] | string;
	  };

/** One annotation as annotation files have it. */
export interface Annotation {
	readonly id: Id;
	readonly image_id: Id;
	readonly category_id: Id;
	/** Left, top, width and height. */
	readonly bbox: readonly [number, number, number, number];
	/** In pixels. */
	readonly area?: number;
	/** Null or without polygons where only the box is known. */
	readonly segmentation?: Segmentation | null;
	readonly iscrowd?: number | boolean | null;
	readonly ignore?: number;
}

const isNumber = (value: unknown): value is number => Number.isFinite(value);

/** Whether a value tells things apart: a number or a text. */
export const isId = (value: unknown): value is Id =>
	isNumber(value) || typeof value === "string";

/** Whether an annotation says anything of a mask; some programs write empty lists where there is none. */
export const hasMask = ({
	segmentation,
}: Pick<Annotation, "segmentation">): boolean =>
	Array.isArray(segmentation)
		? segmentation.length > 0
		: segmentation !== undefined && segmentation !== null;

const leastNumbers = 6;

/** Whether numbers are x and y of at least three corners. */
const isPolygon = (polygon: readonly number[]): boolean =>
	polygon.length >= leastNumbers && polygon.length % 2 === 0;

function segmentationProblem(segmentation: unknown): string | undefined {
	if (Array.isArray(segmentation)) {
		if (!segmentation.every((one) => Array.isArray(one) && one.every(isNumber)))
			return "has a polygon that is no list of numbers";
		if (!segmentation.some(isPolygon))
			return "has no polygon of at least three corners";
		return undefined;
	}
	const { size, counts } = (segmentation ?? {}) as {
		size?: unknown;
		counts?: unknown;
	};
	if (!Array.isArray(size) || size.length !== 2)
		return "has a segmentation that is neither polygons nor runs with their size";
	if (typeof counts === "string") return undefined;
	return Array.isArray(counts) && counts.every(isNumber)
		? undefined
		: "has runs that are neither numbers nor a compressed string";
}

const crowdMarks: readonly unknown[] = [0, 1, false, true, null, undefined];

/**
 * What is wrong with an annotation, as the end of a sentence; undefined where nothing is.
 *
 * Masks are looked at where there are any and more than boxes is wanted.
 */
export function annotationProblem(
	value: unknown,
	{ boxesOnly = false } = {},
): string | undefined {
	const annotation = (value ?? {}) as Partial<
		Record<keyof Annotation, unknown>
	>;
	for (const key of ["id", "image_id", "category_id"] as const)
		if (!isId(annotation[key])) return `has no ${key}`;
	const { bbox, area, iscrowd } = annotation;
	if (area !== undefined && !isNumber(area))
		return "has no area that is a number";
	if (!crowdMarks.includes(iscrowd))
		return `has an iscrowd of ${JSON.stringify(iscrowd)}, not 0 or 1`;
	if (!(Array.isArray(bbox) && bbox.length === 4 && bbox.every(isNumber)))
		return "has a bbox that is not four numbers: left, top, width and height";
	return boxesOnly || !hasMask(annotation as Annotation)
		? undefined
		: segmentationProblem(annotation.segmentation);
}

/**
 * The mask of an annotation.
 *
 * Of several polygons, those of fewer than three corners are left out, as in mmdetection's
 * `process_polygons`. Throws a `RangeError` where the runs do not fit the image.
 */
export function segmentationRle(segmentation: Segmentation, image: Size): Rle {
	if (!("counts" in segmentation))
		return polygonsRle(segmentation.filter(isPolygon), image);
	const { counts } = segmentation;
	const [height, width] = segmentation.size;
	if (height !== image.height || width !== image.width)
		throw new RangeError(
			`a mask of ${height} x ${width} pixels (height x width) does not fit an image of ${image.height} x ${image.width}`,
		);
	return typeof counts === "string"
		? rleFromString(counts, image)
		: createRle(image, counts);
}
