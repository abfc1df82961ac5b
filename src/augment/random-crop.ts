import { crop } from "../image/crop.js";
import type { Image } from "../image/image.js";
import type { Random } from "../random.js";

/** A part of the image's own size, from the image with `padding` black pixels around it; as `torchvision.transforms.RandomCrop`. */
export function randomCrop(
	image: Image,
	random: Random,
	{ padding }: { readonly padding: number },
): Image {
	const top = random.integer(0, 2 * padding + 1) - padding;
	const left = random.integer(0, 2 * padding + 1) - padding;
	return crop(image, { ...image, top, left });
}
