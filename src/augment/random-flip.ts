import { createImage, type Image } from "../image/image.js";
import type { Random } from "../random.js";

/** The image seen in a mirror, left and right exchanged. */
export function mirrored({ data, height, width }: Image): Image {
	const result = createImage(height, width);
	const to = result.data;
	const length = width * 3;
	for (let start = 0; start < to.length; start += length) {
		let from = start + length - 3;
		for (let i = start; i < start + length; i += 3, from -= 3) {
			to[i] = data[from]!;
			to[i + 1] = data[from + 1]!;
			to[i + 2] = data[from + 2]!;
		}
	}
	return result;
}

/** The image or its mirror image, each as often; as `torchvision.transforms.RandomHorizontalFlip`. */
export function randomFlip(image: Image, random: Random): Image {
	return random.uniform() < 0.5 ? mirrored(image) : image;
}
