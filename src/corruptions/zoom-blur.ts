import { meanMagnified } from "../image/magnify.js";
import { defineCorruption } from "./define-corruption.js";

/** Magnifications from 1 up to but not including `end`, as `numpy.arange(1, end, step)`. */
interface ZoomBlurConstants {
	readonly end: number;
	readonly step: number;
}

const imagenet = [
	{ end: 1.11, step: 0.01 },
	{ end: 1.16, step: 0.01 },
	{ end: 1.21, step: 0.02 },
	{ end: 1.26, step: 0.02 },
	{ end: 1.31, step: 0.03 },
] as const;

/** The mean of the image and its magnifications, as from a camera moving towards the scene. */
export const zoomBlur = defineCorruption<ZoomBlurConstants>({
	name: "zoom-blur",
	constants: {
		"any-size": imagenet,
		"imagenet-c": imagenet,
		"cifar-10-c": [
			{ end: 1.06, step: 0.01 },
			{ end: 1.11, step: 0.01 },
			{ end: 1.16, step: 0.01 },
			{ end: 1.21, step: 0.01 },
			{ end: 1.26, step: 0.01 },
		],
	},
	apply: (image, constants) => meanMagnified(image, zoomFactors(constants)),
	source: { module: import.meta.url, name: "zoomBlur" },
});

/** The magnifications after the first, which is none. */
function zoomFactors({ end, step }: ZoomBlurConstants): number[] {
	const count = Math.ceil((end - 1) / step);
	const delta = 1 + step - 1;
	return Array.from({ length: count - 1 }, (_, i) => 1 + (i + 1) * delta);
}
