import { type Checks, checkOptions } from "../check/check-options.js";
import {
	abortSignal,
	callable,
	flag,
	list,
	oneOf,
	whole,
} from "../check/checks.js";
import { channelOrders } from "../corruptions/corrupt.js";
import type { Severity } from "../corruptions/corruption.js";
import { cellChecks } from "../corruptions/define-corruption.js";
import { type Image, imageCheck } from "../image/image.js";
import type { CorruptedAt } from "../tasks/task.js";
import type { Reporter } from "../train/reporter.js";
import { type Adaptation, adaptationCheck } from "./adaptation.js";
import {
	conditionsCheck,
	type TestCondition,
} from "./published/published-corruption.js";

/** Which cells are scored, on which images, and how. */
export interface EvaluateOptions {
	/**
	 * The fifteen common ones by default; beside them, one's own: `[...commonCorruptions, haze]`; or corrupted images as
	 * they were published: `publishedSet("imagenet-c", { folder })`.
	 */
	readonly corruptions?: readonly TestCondition[];
	/** `[1]` by default, as in the study. */
	readonly severities?: readonly Severity[];
	/** How many test images, from the first; all by default. */
	readonly images?: number;
	/** What the corruptions are drawn with; 0 by default. */
	readonly seed?: number;
	/** The order in which corruptions are shown the channels; the study's was `bgr`, the default is `rgb`. */
	readonly channelOrder?: "rgb" | "bgr";
	/**
	 * Whether images are corrupted as they are `given`, before they are resized, or as they are `seen`, after it; by
	 * default the task's choice: `seen` on ImageNet, else `given`, for CIFAR-10 thus before it is enlarged.
	 */
	readonly corruptedAt?: CorruptedAt;
	/** The original pictures of the frost corruption; without them, frost is procedural. */
	readonly frostPictures?: readonly Image[];
	/**
	 * Scores runs that are not finished too, as their last saved states have them; their rows say after how many
	 * updates.
	 */
	readonly unfinished?: boolean;
	/**
	 * What adapts the network to the images it is scored on, anew for each cell: `batchNormAdaptation()`, `tent()`, or
	 * one's own; none by default. Rows say which.
	 */
	readonly adaptation?: Adaptation;
	/** `false` scores the last weights of runs that end with an average of them; by default the average. */
	readonly average?: boolean;
	/**
	 * Scores again what has a row, but not what the score is made of, image by image, which intervals, `compare` and
	 * `calibration` need: rows of early versions have none.
	 */
	readonly perImage?: boolean;
	/** Images per forward pass; by default the task's choice, 64 where it makes none. */
	readonly batchSize?: number;
	/** Threads that corrupt and prepare, 0 for none; one for each core by default. The scores do not depend on it. */
	readonly workers?: number;
	/** By default a notebook's progress bar, and none elsewhere. */
	readonly reporter?: Reporter;
	/** Is told of each test image that cannot be read: it is left out, and its row counts it as skipped. */
	readonly onWarning?: (warning: string) => void;
	/** Stops after the batch in progress; rows that are complete are kept. In a notebook its interrupt does too, and the end of its kernel. */
	readonly signal?: AbortSignal;
}

/** The options with their defaults filled in. */
export type Settled = Required<
	Pick<
		EvaluateOptions,
		| "corruptions"
		| "severities"
		| "images"
		| "seed"
		| "channelOrder"
		| "corruptedAt"
		| "batchSize"
	>
> &
	EvaluateOptions;

const count = whole({ from: 1 });

/** Checks of the options of `evaluate`. */
export const evaluateChecks: Checks<EvaluateOptions> = {
	...cellChecks,
	corruptions: conditionsCheck,
	images: count,
	seed: whole(),
	channelOrder: oneOf(channelOrders),
	corruptedAt: oneOf(["given", "seen"]),
	frostPictures: list(imageCheck),
	unfinished: flag,
	adaptation: adaptationCheck,
	average: flag,
	perImage: flag,
	batchSize: count,
	workers: whole({ from: 0 }),
	reporter: callable,
	onWarning: callable,
	signal: abortSignal,
};

/** Throws where the options of `evaluate` cannot be followed. */
export const checkEvaluateOptions = (options: EvaluateOptions): void =>
	checkOptions("evaluate", options, evaluateChecks);
