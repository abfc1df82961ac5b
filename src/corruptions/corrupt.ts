import {
	type Checks,
	checkArgument,
	checkOptions,
} from "../check/check-options.js";
import { flag, list, oneOf, required, text, whole } from "../check/checks.js";
import { checkImage, type Image, imageCheck } from "../image/image.js";
import { jpegRoundTrip } from "../image/jpeg/round-trip.js";
import { Random } from "../random.js";
import { brightness } from "./brightness.js";
import { contrast } from "./contrast.js";
import {
	type Corruption,
	type CorruptionContext,
	type CorruptionName,
	corruptionCheck,
	type Severity,
	severityCheck,
	type Variant,
	variantCheck,
} from "./corruption.js";
import { defocusBlur } from "./defocus-blur.js";
import { randomDraws } from "./draws.js";
import { elasticTransform } from "./elastic-transform.js";
import { fog } from "./fog.js";
import { frost } from "./frost.js";
import { gaussianBlur } from "./gaussian-blur.js";
import { gaussianNoise } from "./gaussian-noise.js";
import { glassBlur } from "./glass-blur.js";
import { impulseNoise } from "./impulse-noise.js";
import { jpegCompression } from "./jpeg-compression.js";
import { motionBlur } from "./motion-blur.js";
import { pixelate } from "./pixelate.js";
import { saturate } from "./saturate.js";
import { shotNoise } from "./shot-noise.js";
import { snow } from "./snow.js";
import { spatter } from "./spatter.js";
import { speckleNoise } from "./speckle-noise.js";
import { zoomBlur } from "./zoom-blur.js";

const corruptions: Readonly<Record<CorruptionName, Corruption>> = {
	"gaussian-noise": gaussianNoise,
	"shot-noise": shotNoise,
	"impulse-noise": impulseNoise,
	"defocus-blur": defocusBlur,
	"glass-blur": glassBlur,
	"motion-blur": motionBlur,
	"zoom-blur": zoomBlur,
	snow,
	frost,
	fog,
	brightness,
	contrast,
	"elastic-transform": elasticTransform,
	pixelate,
	"jpeg-compression": jpegCompression,
	"speckle-noise": speckleNoise,
	"gaussian-blur": gaussianBlur,
	spatter,
	saturate,
};

/** The order of the three channels in memory. */
export type ChannelOrder = "rgb" | "bgr";

/** The orders that there are. */
export const channelOrders = ["rgb", "bgr"] as const satisfies ChannelOrder[];

/** How `corrupt` corrupts an image. */
export interface CorruptOptions
	extends Pick<CorruptionContext, "frostPictures"> {
	/** From 1, the weakest, to 5. */
	readonly severity: Severity;
	/** Which image this is, for the draws: images of other ids are corrupted otherwise. Default `""`. */
	readonly id?: string;
	/** Default 0. */
	readonly seed?: number;
	/** Default `"any-size"`, the study's. */
	readonly variant?: Variant;
	/**
	 * The order in which the corruption is shown the channels; the image itself is RGB. Default `"rgb"`.
	 *
	 * The study showed `"bgr"`, which tints snow, frost and spatter.
	 */
	readonly channelOrder?: ChannelOrder;
	/** Whether to save the result as a JPEG of quality 85, as the published ImageNet-C is. Default false. */
	readonly savedAsJpeg?: boolean;
}

/** Checks of the options that hold for many images. */
export const corruptionChecks: Checks<Omit<CorruptOptions, "severity" | "id">> =
	{
		seed: whole(),
		variant: variantCheck,
		channelOrder: oneOf(channelOrders),
		savedAsJpeg: flag,
		frostPictures: list(imageCheck),
	};

const checks: Checks<CorruptOptions> = {
	severity: required(severityCheck),
	id: text,
	...corruptionChecks,
};

/**
 * A corrupted copy of an image, the same for the same image, corruption, options and `id`.
 *
 * Source: Hendrycks & Dietterich, ICLR 2019 (hendrycks/robustness), and the imagecorruptions package
 * (bethgelab/imagecorruptions); their constants, algorithms and oddities. The two variants that upstream
 * fixes to 224 x 224 and 32 x 32 pixels take their sizes from the image.
 * Throws a `RangeError` where the image, the name or an option is not one of those allowed, or the image is too small.
 */
export function corrupt(
	image: Image,
	name: CorruptionName,
	options: CorruptOptions,
): Image {
	checkImage(image);
	checkArgument("corrupt", ["corruption", name], corruptionCheck);
	checkOptions("corrupt", options, checks);
	const { severity, id = "", seed = 0, variant = "any-size" } = options;
	const { channelOrder = "rgb", savedAsJpeg = false, frostPictures } = options;
	const corruption = corruptions[name];
	const constants = corruption.constants[variant][severity - 1];
	checkSides(image, corruption.minimumSide?.(constants, variant) ?? 1, name);
	const draws = randomDraws(new Random(id, name, severity, seed));
	const shown = channelOrder === "bgr" ? reverseChannels(image) : image;
	const context = { variant, draws, frostPictures };
	const result = corruption.apply(shown, constants, context);
	const ordered = channelOrder === "bgr" ? reverseChannels(result) : result;
	return savedAsJpeg ? jpegRoundTrip(ordered, 85) : ordered;
}

function checkSides(
	{ height, width }: Image,
	minimum: number,
	name: CorruptionName,
): void {
	if (height >= minimum && width >= minimum) return;
	throw new RangeError(
		`${name} of this severity needs an image of at least ${minimum} x ${minimum} pixels, not ${height} x ${width}`,
	);
}

function reverseChannels({ data, height, width }: Image): Image {
	const reversed = new Uint8Array(data.length);
	for (let i = 0; i < data.length; i += 3) {
		reversed[i] = data[i + 2]!;
		reversed[i + 1] = data[i + 1]!;
		reversed[i + 2] = data[i]!;
	}
	return { data: reversed, height, width };
}
