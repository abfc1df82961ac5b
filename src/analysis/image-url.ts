import { encodePng } from "../image/encode.js";
import type { Image } from "../image/image.js";
import { encodeJpeg } from "../image/jpeg/encode.js";
import { resize } from "../image/resize.js";

const quality = 90;
/** How much larger a PNG file may be than a JPEG file of the same image. */
const worth = 2;

const url = (type: string, bytes: Uint8Array): string =>
	`data:image/${type};base64,${Buffer.from(bytes).toString("base64")}`;

/**
 * An image as the address of itself, for a cell of a width in pixels on screens of twice as many.
 *
 * Small images are enlarged by a whole factor, so that their pixels stay sharp. Others are as they are: a PNG, or a
 * JPEG of quality 90 where that is less than half as long.
 */
export function imageUrl(image: Image, cellWidth: number): string {
	const factor = Math.max(1, Math.round((2 * cellWidth) / image.width));
	const height = image.height * factor;
	const width = image.width * factor;
	if (factor > 1) {
		const enlarged = resize(image, { height, width, filter: "nearest" });
		return url("png", encodePng(enlarged));
	}
	const png = encodePng(image);
	const jpeg = encodeJpeg(image, quality);
	return png.length > worth * jpeg.length ? url("jpeg", jpeg) : url("png", png);
}
