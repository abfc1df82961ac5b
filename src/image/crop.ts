import { createImage, type Image } from "./image.js";
import { roundHalfEven } from "./round-half-even.js";

/** A rectangle of pixels, which may reach beyond the image. */
export interface Rectangle {
	readonly top: number;
	readonly left: number;
	readonly height: number;
	readonly width: number;
}

/** The pixels in a rectangle, black where it reaches beyond the image; as `PIL.Image.crop`. */
export function crop(
	image: Image,
	{ top, left, height, width }: Rectangle,
): Image {
	const cropped = createImage(height, width);
	const first = Math.max(0, left);
	const last = Math.min(image.width, left + width);
	if (last <= first) return cropped;
	const lastRow = Math.min(image.height, top + height);
	for (let y = Math.max(0, top); y < lastRow; y++) {
		const row = image.data.subarray(
			(y * image.width + first) * 3,
			(y * image.width + last) * 3,
		);
		cropped.data.set(row, ((y - top) * width + first - left) * 3);
	}
	return cropped;
}

/** The middle of an image, as `torchvision.transforms.CenterCrop`: black around a smaller image. */
export function centerCrop(
	image: Image,
	{ height, width }: { readonly height: number; readonly width: number },
): Image {
	// Half an odd rest goes to the even side inside the image, as Python rounds, and is cut down beyond it.
	const start = (whole: number, part: number): number =>
		part > whole
			? -Math.floor((part - whole) / 2)
			: roundHalfEven((whole - part) / 2);
	const top = start(image.height, height);
	const left = start(image.width, width);
	return crop(image, { top, left, height, width });
}
