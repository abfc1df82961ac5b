import { oneOf } from "../check/checks.js";
import type { Image } from "../image/image.js";
import type { CodeSource } from "../own.js";

/** The nineteen corruptions in the order of the `imagecorruptions` package: fifteen common, then four held out. */
export const corruptionNames = [
	"gaussian-noise",
	"shot-noise",
	"impulse-noise",
	"defocus-blur",
	"glass-blur",
	"motion-blur",
	"zoom-blur",
	"snow",
	"frost",
	"fog",
	"brightness",
	"contrast",
	"elastic-transform",
	"pixelate",
	"jpeg-compression",
	"speckle-noise",
	"gaussian-blur",
	"spatter",
	"saturate",
] as const;

/** One of the nineteen corruptions. */
export type CorruptionName = (typeof corruptionNames)[number];

/** A group of corruptions; `extra` are the four held out. */
export type CorruptionGroup =
	| "noise"
	| "blur"
	| "weather"
	| "digital"
	| "extra";

/** The groups of the benchmark. */
export const corruptionGroups: Readonly<
	Record<CorruptionGroup, readonly CorruptionName[]>
> = {
	noise: corruptionNames.slice(0, 3),
	blur: corruptionNames.slice(3, 7),
	weather: corruptionNames.slice(7, 11),
	digital: corruptionNames.slice(11, 15),
	extra: corruptionNames.slice(15),
};

/** The fifteen corruptions that the study's corrupted scores are the mean of. */
export const commonCorruptions: readonly CorruptionName[] =
	corruptionNames.slice(0, 15);

/** How strong a corruption is, weakest first. */
export const severities = [1, 2, 3, 4, 5] as const;

/** How strong a corruption is, from 1 to 5. */
export type Severity = (typeof severities)[number];

/**
 * The published families of constants and algorithms.
 *
 * `imagenet-c` is made for 224 x 224 and `cifar-10-c` for 32 x 32 pixels (hendrycks/robustness);
 * `any-size` is the `imagecorruptions` package (bethgelab), which the study used.
 */
export const corruptionVariants = [
	"any-size",
	"imagenet-c",
	"cifar-10-c",
] as const;

/** A published family of constants and algorithms. */
export type Variant = (typeof corruptionVariants)[number];

/** The check of a severity. */
export const severityCheck = oneOf(severities);
/** The check of the name of a variant. */
export const variantCheck = oneOf(corruptionVariants);

/** The random numbers of one corrupted image, drawn many at a time; a test replays the reference's own. */
export interface Draws {
	/** Numbers uniform in [low, high), as `numpy.random.uniform`. */
	uniforms(count: number, low: number, high: number): Float64Array;
	/** Normal numbers, as `numpy.random.normal`. */
	normals(count: number, mean: number, deviation: number): Float64Array;
	/** Integers uniform in [low, high), as `numpy.random.randint`. */
	integers(count: number, low: number, high: number): Int32Array;
	/** One Poisson count for each element of `levels`, of rate `rates[level]`, as `numpy.random.poisson`. */
	poissons(levels: Uint8Array, rates: Float64Array): Uint16Array;
}

/** What a corruption may look at besides the image and its constants. */
export interface CorruptionContext {
	readonly variant: Variant;
	readonly draws: Draws;
	/** The original pictures of frost, for a corruption that `usesFrost`; without them, frost is procedural. */
	readonly frostPictures?: readonly Image[];
}

/** The constants of one variant, severity 1 first. */
export type SeverityTable<Constants> = readonly [
	Constants,
	Constants,
	Constants,
	Constants,
	Constants,
];

/** What a corruption is made of. */
export interface CorruptionParts<Constants> {
	/** Small letters, digits and hyphens, such as `salt-and-pepper`; no built-in one may have it. */
	readonly name: string;
	/** What it is counted among in tables and figures: `own` by default. */
	readonly group?: CorruptionGroup | (string & {});
	/** Five constants, severity 1 first, plain JSON: one table for all variants, or one for each. */
	readonly constants:
		| SeverityTable<Constants>
		| Readonly<Record<Variant, SeverityTable<Constants>>>;
	/** The shortest side, in pixels, of an image that can be corrupted; 1 where absent. */
	minimumSide?(constants: Constants, variant: Variant): number;
	/** An image of the same size; of one's own, it may be the given one, written over. */
	apply(image: Image, constants: Constants, context: CorruptionContext): Image;
	/** Whether it is shown the pictures of frost, and its scores depend on them. */
	readonly usesFrost?: boolean;
	/** Where threads find the corruption; without, it is applied in the main thread. */
	readonly source?: CodeSource;
}

/** One corruption: a function of image, constants and draws, and its constants, as `defineCorruption` makes it. */
export interface Corruption<Constants = unknown>
	extends CorruptionParts<Constants> {
	readonly group: string;
	readonly constants: Readonly<Record<Variant, SeverityTable<Constants>>>;
	/** Of one's own: a hash of the text of its functions and of its constants. */
	readonly code?: string;
}

/** A corruption: the name of a built-in one, or one as `defineCorruption` made it. */
export type AnyCorruption = CorruptionName | Corruption;

/** What rows call a corruption: the name of a built-in one, or of one's own. */
export type CorruptionLabel = CorruptionName | (string & {});
