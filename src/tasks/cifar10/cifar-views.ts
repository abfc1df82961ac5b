import { randomCrop } from "../../augment/random-crop.js";
import { randomFlip } from "../../augment/random-flip.js";
import { imageViews } from "../image-views.js";
import type { Task } from "../task.js";
import { side } from "./batch-file.js";

const padding = 4;

/** How images of 32 pixels are shown: shifted and mirrored at their own size, cropped and enlarged at others. */
export function cifarViews(
	inputSize: number,
): Pick<Task<number, number>, "augment" | "prepare"> {
	if (inputSize === side) {
		return {
			augment: ({ image, target }, random) => ({
				image: randomFlip(randomCrop(image, random, { padding }), random),
				target,
			}),
			prepare: (image) => image,
		};
	}
	return imageViews({ inputSize });
}
