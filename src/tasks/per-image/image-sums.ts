import { areaSums } from "../ade20k/area-sums.js";
import { matchSums } from "../coco/score/match-sums.js";
import type { ImageSums, PerImage, PerImageKind } from "./per-image.js";
import { predictionSums } from "./prediction-sums.js";

const readers: Readonly<
	Record<
		PerImageKind,
		(bytes: Uint8Array, classes: readonly string[]) => ImageSums
	>
> = { predictions: predictionSums, areas: areaSums, matches: matchSums };

/** Unpacks what a score is made of; throws where it is packed in a way that this version does not know. */
export function imageSums({ kind, classes, bytes }: PerImage): ImageSums {
	if (!Object.hasOwn(readers, kind))
		throw new RangeError(
			`per-image data of the kind "${kind}" are not known: there are ${Object.keys(readers).join(", ")}; a later version may have written them`,
		);
	return readers[kind](bytes, classes);
}
