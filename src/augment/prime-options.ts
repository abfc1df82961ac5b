import type { Checks } from "../check/check-options.js";
import { keyed, oneOf, required, whole } from "../check/checks.js";
import {
	type DiffeomorphismOptions,
	diffeomorphismChecks,
} from "./draw-diffeomorphism.js";
import { type RandomFilterOptions, randomFilterChecks } from "./draw-filter.js";
import {
	type RandomSmoothColorOptions,
	randomSmoothColorChecks,
} from "./draw-smooth-color.js";

/** What a chain is made of, in the order in which upstream lists them. */
export const primitives = [
	"diffeomorphism",
	"randomSmoothColor",
	"randomFilter",
] as const;
/** One of the three changes that PRIME mixes. */
export type Primitive = (typeof primitives)[number];

/** Everything that distinguishes one PRIME from another: plain JSON, for a recipe. */
export interface PrimeOptions {
	/** The spatial primitive; left out where undefined. */
	readonly diffeomorphism?: DiffeomorphismOptions;
	/** The color primitive; left out where undefined. */
	readonly randomSmoothColor?: RandomSmoothColorOptions;
	/** The spectral primitive; left out where undefined. */
	readonly randomFilter?: RandomFilterOptions;
	/** Chains per image. */
	readonly width: number;
	/** The depth of a chain is uniform in 1..maximumDepth, each chain for itself. */
	readonly maximumDepth: number;
	/** Where chains stop at the latest: 1 gives chains of one primitive (upstream's `mixture_depth`). */
	readonly depthLimit?: number;
	/** What the primitives, made for images in 0-1, are given as white: 1 as described, 255 as released. */
	readonly white: 1 | 255;
}

const count = whole({ from: 1 });

/** Checks of PRIME's options. */
export const primeChecks: Checks<PrimeOptions> = {
	diffeomorphism: keyed(diffeomorphismChecks),
	randomSmoothColor: keyed(randomSmoothColorChecks),
	randomFilter: keyed(randomFilterChecks),
	width: required(count),
	maximumDepth: required(count),
	depthLimit: count,
	white: required(oneOf([1, 255])),
};

const imagenet: PrimeOptions = Object.freeze({
	diffeomorphism: Object.freeze({ minimumCut: 2, maximumCut: 500 }),
	randomSmoothColor: Object.freeze({
		maximumCut: 500,
		maximumTemperature: 0.05,
		bandwidth: 20,
	}),
	randomFilter: Object.freeze({
		kernelSize: 3,
		sigma: 4,
		impulse: "off-center",
	}),
	width: 3,
	maximumDepth: 3,
	white: 1,
});

const cifar: PrimeOptions = Object.freeze({
	...imagenet,
	diffeomorphism: Object.freeze({ minimumCut: 2, maximumCut: 100 }),
	randomSmoothColor: Object.freeze({
		maximumCut: 100,
		maximumTemperature: 0.01,
		bandwidth: "all",
	}),
});

const dense: PrimeOptions = Object.freeze({
	...imagenet,
	diffeomorphism: undefined,
});

/**
 * PRIME as its authors trained on ImageNet and on CIFAR, and `dense`: ImageNet's without the
 * diffeomorphism, which would move objects away from their boxes and masks.
 *
 * Source: amodas/PRIME-augmentations, `config/imagenet_cfg.py` and `config/cifar10_cfg.py`; the study,
 * supplementary material.
 */
export const primePresets = Object.freeze({ imagenet, cifar, dense });

/** How the study's PRIME fine-tuning is read. */
export type PrimeReading = "as-described" | "as-released";

/**
 * Two faithful readings of the study, to spread over a preset.
 *
 * `as-described`: PRIME on images in 0-1 with its defaults. `as-released`: what the study's published
 * code does. It gives images in 0-255 to primitives that clip to 0-1, so that every chain, of a single
 * primitive, is almost black and the mixture is the image darkened by a random factor, `(1 - m) x` with
 * m uniform in 0-1. Whether the study's own runs used that code is not known. Source:
 * runopti/RobustDownstreamTransfer, `tools/aug_utils/epoch_runner_with_prime.py`.
 */
export const primeReadings: Readonly<
	Record<PrimeReading, Pick<PrimeOptions, "white" | "depthLimit">>
> = Object.freeze({
	"as-described": Object.freeze({ white: 1 }),
	"as-released": Object.freeze({ white: 255, depthLimit: 1 }),
});
