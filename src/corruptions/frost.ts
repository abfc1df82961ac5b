import { blockValues, changeBlocks } from "../image/blocks.js";
import { createImage, type Image } from "../image/image.js";
import { resizeCubic } from "../image/resize-cubic.js";
import { simdKernels } from "../image/simd-kernels.js";
import type { Draws, Variant } from "./corruption.js";
import { defineCorruption } from "./define-corruption.js";
import { proceduralFrost } from "./procedural-frost.js";

/** How an image and its frost are weighed. */
export interface FrostConstants {
	/** The weight of the image. */
	readonly image: number;
	/** The weight of the frost. */
	readonly frost: number;
}

const large = [
	{ image: 1, frost: 0.4 },
	{ image: 0.8, frost: 0.6 },
	{ image: 0.7, frost: 0.7 },
	{ image: 0.65, frost: 0.7 },
	{ image: 0.6, frost: 0.75 },
] as const;
const small = [
	{ image: 1, frost: 0.2 },
	{ image: 1, frost: 0.3 },
	{ image: 0.9, frost: 0.4 },
	{ image: 0.85, frost: 0.4 },
	{ image: 0.75, frost: 0.45 },
] as const;

/** Where the levels of an image lie in the memory of the kernels; before them is the layer. */
const levelsAt = blockValues + 32;

/** The sixth picture is never drawn upstream; kept for parity. */
const drawnPictures = 5;

/**
 * Lays a random part of a picture of frost over the image: `clip(a · x + b · frost)`.
 *
 * Source: `frost` of imagecorruptions and of hendrycks/robustness.
 */
export const frost = defineCorruption<FrostConstants>({
	name: "frost",
	constants: { "any-size": large, "imagenet-c": large, "cifar-10-c": small },
	apply(image, constants, { variant, draws, frostPictures }) {
		const index = draws.integers(1, 0, drawnPictures)[0]!;
		const picture = frostPictures?.[index] ?? proceduralFrost(index);
		const layer = cutOut(picture, image, { variant, draws }).data;
		const { kernels, bytes } = simdKernels(levelsAt + blockValues);
		return changeBlocks(image, { bytes, at: levelsAt }, (from, count) => {
			bytes.set(layer.subarray(from, from + count));
			kernels.addWeighed(levelsAt, 0, count, constants.image, constants.frost);
		});
	},
	usesFrost: true,
	source: { module: import.meta.url, name: "frost" },
});

/**
 * Cuts a part as large as the image out of a picture that has been enlarged to hold it.
 *
 * The two variants of one size leave their pictures as they are, upstream; here, where they are too small
 * for an image of another size, they are enlarged as for any size.
 */
function cutOut(
	picture: Image,
	{ height, width }: Image,
	{ variant, draws }: { variant: Variant; draws: Draws },
): Image {
	const whole = variant === "cifar-10-c" ? reducedOf(picture) : picture;
	const fits = whole.height > height && whole.width > width;
	const scale =
		fits && variant !== "any-size"
			? 1
			: 1.1 * Math.max(1, height / whole.height, width / whole.width);
	const resized = {
		height: Math.ceil(whole.height * scale),
		width: Math.ceil(whole.width * scale),
	};
	const top = draws.integers(1, 0, resized.height - height)[0]!;
	const left = draws.integers(1, 0, resized.width - width)[0]!;
	return resizeCubic(whole, resized, { top, left, height, width });
}

const reducedPictures = new WeakMap<Image, Image>();

/** A picture at a fifth of its size, made once: it takes forty times as long as all else of a small image. */
function reducedOf(picture: Image): Image {
	const reduced = reducedPictures.get(picture) ?? everyFifth(picture);
	reducedPictures.set(picture, reduced);
	return reduced;
}

/** One pixel of every 5 x 5, the middle one: what a linear resize to a fifth by OpenCV comes to. */
function everyFifth({ data, height, width }: Image): Image {
	const reduced = createImage(Math.round(height / 5), Math.round(width / 5));
	for (let y = 0, to = 0; y < reduced.height; y++) {
		for (let x = 0; x < reduced.width; x++, to += 3) {
			const row = Math.min(5 * y + 2, height - 1);
			const column = Math.min(5 * x + 2, width - 1);
			const from = (row * width + column) * 3;
			reduced.data.set(data.subarray(from, from + 3), to);
		}
	}
	return reduced;
}
