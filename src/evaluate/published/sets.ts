import { builtIn } from "../../corruptions/built-in.js";
import {
	type CorruptionName,
	commonCorruptions,
	corruptionNames,
} from "../../corruptions/corruption.js";
import { arraySets } from "./array-images.js";
import { acdc, cocoO } from "./domains.js";
import { folderSets } from "./folder-images.js";
import type { SetKind } from "./set-kind.js";

/** A published set: how it lies, and what is in it. */
interface KnownSet {
	readonly kind: SetKind;
	/** What is scored under by default; null where it is what is there. */
	readonly names: readonly string[] | null;
	/** What else may be in it. */
	readonly others?: readonly string[];
	group(name: string): string;
}

const heldOut = corruptionNames.slice(commonCorruptions.length);

/** The ten of ImageNet-C-bar, Mintun et al. 2021. */
const imagenetCBar = [
	"blue-noise-sample",
	"brownish-noise",
	"caustic-refraction",
	"checkerboard-cutout",
	"cocentric-sine-waves",
	"inverse-sparkles",
	"perlin-noise",
	"plasma-noise",
	"single-frequency-greyscale",
	"sparkles",
];

/** The ten of CIFAR-10-C-bar. */
const cifar10CBar = [
	"blue-noise-sample",
	"brownish-noise",
	"checkerboard-cutout",
	"circular-motion-blur",
	"inverse-sparkles",
	"lines",
	"pinch-and-twirl",
	"ripple",
	"sparkles",
	"transverse-chromatic-abberation",
];

/** The twelve of ImageNet-3DCC, Kar et al. 2022. */
const threeD = [
	"near-focus",
	"far-focus",
	"fog-3d",
	"flash",
	"color-quant",
	"low-light",
	"xy-motion-blur",
	"z-motion-blur",
	"iso-noise",
	"bit-error",
	"h265-abr",
	"h265-crf",
];

const seen = folderSets({ isSeen: true });
const given = folderSets({ isSeen: false });

const common = {
	names: commonCorruptions,
	others: heldOut,
	group: (name: string) => builtIn[name as CorruptionName].group,
};
const bar = { group: () => "c-bar" };
const corruptions3d = { names: threeD, group: () => "3dcc" };
const domain = { group: () => "domain" };
const any = {
	names: null,
	group: (name: string) => builtIn[name as CorruptionName]?.group ?? "own",
};

/** The published sets by their names. */
export const publishedSets = {
	"imagenet-c": { kind: seen, ...common },
	"imagenet-c-bar": { kind: seen, names: imagenetCBar, ...bar },
	"imagenet-3dcc": { kind: seen, ...corruptions3d },
	"cifar-10-c": { kind: arraySets, ...common },
	"cifar-100-c": { kind: arraySets, ...common },
	"cifar-10-c-bar": { kind: arraySets, names: cifar10CBar, ...bar },
	"coco-3dcc": { kind: given, ...corruptions3d },
	"coco-o": {
		kind: cocoO,
		names: ["sketch", "weather", "cartoon", "painting", "tattoo", "handmake"],
		...domain,
	},
	acdc: { kind: acdc, names: ["fog", "night", "rain", "snow"], ...domain },
	folders: { kind: given, ...any },
	arrays: { kind: arraySets, ...any },
} as const satisfies Readonly<Record<string, KnownSet>>;

/** The name of a published set, or of a layout. */
export type PublishedSetName = keyof typeof publishedSets;

/** A published set by its name. */
export const knownSet = (name: PublishedSetName): KnownSet =>
	publishedSets[name];
