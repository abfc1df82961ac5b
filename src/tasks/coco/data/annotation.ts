import type { Size } from "../../task.js";
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
	readonly id: number;
	readonly image_id: number;
	readonly category_id: number;
	/** Left, top, width and height. */
	readonly bbox: readonly [number, number, number, number];
	/** In pixels. */
	readonly area: number;
	readonly segmentation: Segmentation;
	readonly iscrowd?: number;
	readonly ignore?: number;
}

const isNumber = (value: unknown): value is number => Number.isFinite(value);
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

/** What is wrong with an annotation, as the end of a sentence; undefined where nothing is. */
export function annotationProblem(value: unknown): string | undefined {
	const annotation = (value ?? {}) as Partial<
		Record<keyof Annotation, unknown>
	>;
	for (const key of ["id", "image_id", "category_id", "area"] as const)
		if (!isNumber(annotation[key])) return `has no ${key}`;
	const { bbox } = annotation;
	if (!(Array.isArray(bbox) && bbox.length === 4 && bbox.every(isNumber)))
		return "has a bbox that is not four numbers: left, top, width and height";
	return segmentationProblem(annotation.segmentation);
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
