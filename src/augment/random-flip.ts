import { createImage, type Image } from "../image/image.js";
import type { Random } from "../random.js";

/** The image seen in a mirror, left and right exchanged. */
export function mirrored({ data, height, width }: Image): Image {
	const result = createImage(height, width);
	for (let y = 0; y < height; y++) {
		let from = (y + 1) * width * 3;
		for (let to = y * width * 3; to < (y + 1) * width * 3; to += 3) {
			from -= 3;
			result.data[to] = data[from]!;
			result.data[to + 1] = data[from + 1]!;
			result.data[to + 2] = data[from + 2]!;
		}
	}
	return result;
}

/** The image or its mirror image, each as often; as `torchvision.transforms.RandomHorizontalFlip`. */
export function randomFlip(image: Image, random: Random): Image {
	return random.uniform() < 0.5 ? mirrored(image) : image;
}
