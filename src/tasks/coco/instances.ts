import type { BoxArray } from "./box-array.js";
import type { Rle } from "./rle/rle.js";

/** What annotation files tell images, categories and annotations apart by. */
export type Id = number | string;

/** The things in an image: what a detector is to find. */
export interface Instances {
	/** `[n * 4]`: left, top, right and bottom of each, in pixels of the image. */
	readonly boxes: BoxArray;
	/** `[n]`: indices of classes. */
	readonly labels: Int32Array;
	/** `[n]`, of the image's size; none at all where only boxes are known. */
	readonly masks: readonly Rle[];
	/** `[n]`: 1 where it is a region of many things, in which detections count neither way. */
	readonly crowd: Uint8Array;
	/** The id of the image in its annotation file. */
	readonly image?: Id;
	/** The annotations as they stand in the file, where there are any, to score against exactly. */
	readonly annotated?: Annotated;
}

/** What an annotation file says of the things in an image, in full precision. */
export interface Annotated {
	/** `[n]`: the ids of the annotations. */
	readonly ids: readonly Id[] | Float64Array;
	/** `[n * 4]`: left, top, width and height. */
	readonly boxes: Float64Array;
	/** `[n]`: in pixels; it decides what is small, medium and large. */
	readonly areas: Float64Array;
	/** `[n]`: 1 where it is not to be trained on. */
	readonly ignored?: Uint8Array;
}

/** What a detector finds in an image. */
export interface Detections {
	/** `[n * 4]`: left, top, right and bottom of each, in pixels of the image. */
	readonly boxes: BoxArray;
	/** `[n]`: indices of classes. */
	readonly labels: Int32Array;
	/** `[n]`: 0 to 1; of equal scores, the one that comes first counts first. */
	readonly scores: Float32Array | Float64Array;
	/** `[n]`, of the image's size; none at all where only boxes are found. */
	readonly masks: readonly Rle[];
}
