import type { Image } from "./image.js";
import { type ResizeOptions, resize } from "./resize.js";

/** Resizes an image so that its shorter side has a length, as `torchvision.transforms.Resize(side)`. */
export function resizeShorter(
	image: Image,
	side: number,
	{ filter }: Pick<ResizeOptions, "filter"> = {},
): Image {
	const { height, width } = image;
	const shorter = Math.min(height, width);
	if (shorter === side) return image;
	const longer = Math.trunc((side * Math.max(height, width)) / shorter);
	const size =
		width <= height
			? { height: longer, width: side }
			: { height: side, width: longer };
	return resize(image, { ...size, filter });
}
