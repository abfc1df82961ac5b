import { type Checks, checkOptions } from "../check/check-options.js";
import { number } from "../check/checks.js";
import { createImage, type Image } from "./image.js";
import { ignoredLabel, type LabelMap } from "./label-map.js";

/** How strongly the colors of the classes cover an image. */
export interface OverlayOptions {
	/** From 0, the image alone, to 1, the colors alone; 0.5 by default. */
	readonly opacity?: number;
}

const checks: Checks<OverlayOptions> = { opacity: number({ from: 0, to: 1 }) };

/**
 * The image with every pixel tinted in the color of its class; ignored pixels stay as they are.
 *
 * Throws where the sizes differ or the palette has no color for a class. The default is that of
 * mmsegmentation's `show_result`.
 */
export function overlay(
	image: Image,
	labels: LabelMap,
	palette: readonly (readonly [number, number, number])[],
	options: OverlayOptions = {},
): Image {
	checkOptions("overlay", options, checks);
	const { opacity = 0.5 } = options;
	const { height, width } = image;
	if (labels.height !== height || labels.width !== width) {
		throw new Error(
			`labels of ${labels.height} x ${labels.width} pixels do not fit an image of ${height} x ${width} (height x width)`,
		);
	}
	const tinted = createImage(height, width, image.data.slice());
	const { data } = tinted;
	labels.data.forEach((label, i) => {
		if (label === ignoredLabel) return;
		const color = palette[label];
		if (!color) {
			throw new Error(
				`the palette has ${palette.length} colors, none for class ${label}`,
			);
		}
		for (let c = 0; c < 3; c++) {
			const at = 3 * i + c;
			data[at] = data[at]! * (1 - opacity) + color[c]! * opacity;
		}
	});
	return tinted;
}
