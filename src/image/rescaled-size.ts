import type { Image } from "./image.js";

/**
 * The largest size of the same shape whose longer and shorter side are at most as long as these.
 *
 * Source: mmcv 1.3, `rescale_size`; there, one side of a picture like a thread becomes none, here one pixel.
 */
export function rescaledSize(
	{ height, width }: Pick<Image, "height" | "width">,
	[longer, shorter]: readonly [longer: number, shorter: number],
): Pick<Image, "height" | "width"> {
	const factor = Math.min(
		longer / Math.max(height, width),
		shorter / Math.min(height, width),
	);
	return {
		height: Math.max(1, Math.floor(height * factor + 0.5)),
		width: Math.max(1, Math.floor(width * factor + 0.5)),
	};
}
