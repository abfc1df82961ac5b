import type { Image } from "./image.js";

/** A few words about a part of an image. */
export interface ImageNote {
	readonly text: string;
	/** Left, top, right and bottom of the part, in pixels of the image. */
	readonly box: readonly [number, number, number, number];
	/** What the words stand on: red, green and blue, 0 to 255. */
	readonly color: readonly [number, number, number];
}

/** An image and words about its parts, which figures and notebooks write over it; files of the image have none. */
export interface NotedImage extends Image {
	readonly notes: readonly ImageNote[];
}

/** The words about the parts of an image; none for most. */
export const notesOf = (image: Image | NotedImage): readonly ImageNote[] =>
	"notes" in image ? image.notes : [];
