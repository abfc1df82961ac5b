import {
	type Checks,
	checkArgument,
	checkOptions,
} from "../check/check-options.js";
import { flag, list, oneOf, required, text, whole } from "../check/checks.js";
import { checkImage, type Image, imageCheck } from "../image/image.js";
import { jpegRoundTrip } from "../image/jpeg/round-trip.js";
import { withScratch } from "../image/scratch.js";
import { Random } from "../random.js";
import { corruptionOf } from "./built-in.js";
import {
	type AnyCorruption,
	type Corruption,
	type CorruptionContext,
	type Severity,
	severityCheck,
	type Variant,
	variantCheck,
} from "./corruption.js";
import { corruptionCheck } from "./define-corruption.js";
import { randomDraws } from "./draws.js";

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
 * The corruption is named, or is one of one's own, as `defineCorruption` made it.
 * Source: Hendrycks & Dietterich, ICLR 2019 (hendrycks/robustness), and the imagecorruptions package
 * (bethgelab/imagecorruptions); their constants, algorithms and oddities. The two variants that upstream
 * fixes to 224 x 224 and 32 x 32 pixels take their sizes from the image.
 * Throws a `RangeError` where the image, the name or an option is not one of those allowed, the image is too small, or
 * what a corruption of one's own makes of it is no image of its size.
 */
export function corrupt(
	image: Image,
	corruption: AnyCorruption,
	options: CorruptOptions,
): Image {
	checkImage(image);
	checkArgument("corrupt", ["corruption", corruption], corruptionCheck);
	checkOptions("corrupt", options, checks);
	const { severity, id = "", seed = 0, variant = "any-size" } = options;
	const { channelOrder = "rgb", savedAsJpeg = false, frostPictures } = options;
	const chosen = corruptionOf(corruption);
	const { name, code, usesFrost } = chosen;
	const constants = chosen.constants[variant][severity - 1];
	checkSides(image, chosen.minimumSide?.(constants, variant) ?? 1, name);
	const random = new Random(id, name, severity, seed);
	const shown = channelOrder === "bgr" ? reverseChannels(image) : image;
	const context: CorruptionContext = {
		variant,
		draws: randomDraws(random),
		...(usesFrost && { frostPictures }),
	};
	const result =
		code === undefined
			? withScratch(() => chosen.apply(shown, constants, context))
			: applyOwn(chosen, shown, { constants, context });
	const ordered = channelOrder === "bgr" ? reverseChannels(result) : result;
	return savedAsJpeg ? jpegRoundTrip(ordered, 85) : ordered;
}

const copyOf = ({ data, height, width }: Image): Image => ({
	data: data.slice(),
	height,
	width,
});

/** Applies a corruption of one's own, which may write over what it is given, or keep what it gives. */
function applyOwn(
	corruption: Corruption,
	image: Image,
	{ constants, context }: { constants: unknown; context: CorruptionContext },
): Image {
	const { name } = corruption;
	const result = corruption.apply(copyOf(image), constants, context);
	try {
		checkImage(result);
	} catch (error) {
		throw new RangeError(
			`${name} must give an image: ${(error as Error).message}`,
			{ cause: error },
		);
	}
	const { height, width } = image;
	if (result.height !== height || result.width !== width)
		throw new RangeError(
			`${name} must give an image of ${height} x ${width} pixels, as it was given, not ${result.height} x ${result.width}`,
		);
	return copyOf(result);
}

function checkSides(
	{ height, width }: Image,
	minimum: number,
	name: string,
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
