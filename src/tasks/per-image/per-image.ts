/** How what a score is made of is packed: classes predicted and wanted, areas of classes, or detections matched. */
export type PerImageKind = "predictions" | "areas" | "matches";

/** What a score is made of, image by image: enough to compute it for any choice of the images. */
export interface PerImage {
	readonly kind: PerImageKind;
	/** The names of the classes, where figures are called by them. */
	readonly classes: readonly string[];
	/** What the score itself is called among the figures. */
	readonly figure: string;
	/** Packed, in the order in which images were added. */
	readonly bytes: Uint8Array;
}

/** The images of a score, each ready to count as often as it is drawn. */
export interface ImageSums {
	readonly images: number;
	/**
	 * A figure in percent, by its name, where each image counts so many times.
	 *
	 * NaN where none of the images has anything to score, undefined where there is no figure of the name.
	 */
	figure(times: Float64Array, name: string): number | undefined;
	/** These images, and behind them those of another score of the same kind. */
	and(others: ImageSums): ImageSums;
}
