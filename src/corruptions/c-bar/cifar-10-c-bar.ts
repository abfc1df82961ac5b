import type { Corruption } from "../corruption.js";
import { blueNoiseSample } from "./blue-noise-sample.js";
import { brownishNoise } from "./brownish-noise.js";
import { checkerboardCutout } from "./checkerboard-cutout.js";
import { circularMotionBlur } from "./circular-motion-blur.js";
import { inverseSparkles } from "./inverse-sparkles.js";
import { lines } from "./lines.js";
import { pinchAndTwirl } from "./pinch-and-twirl.js";
import { ripple } from "./ripple.js";
import { sparkles } from "./sparkles.js";
import { transverseChromaticAbberation } from "./transverse-chromatic-abberation.js";

/**
 * The ten corruptions of CIFAR-10-C-bar, chosen to be unlike the common ones; five of them are in `imagenetCBar` too.
 *
 * Those five have the published levels under the variant `cifar-10-c`, which the task says:
 * `cifar10({ corruptionVariant: "cifar-10-c" })`. The levels of the other five do not depend on the variant.
 *
 * Source: Mintun, Kirillov and Xie (NeurIPS 2021); facebookresearch/augmentation-corruption.
 */
export const cifar10CBar: readonly Corruption[] = [
	blueNoiseSample,
	checkerboardCutout,
	inverseSparkles,
	pinchAndTwirl,
	ripple,
	brownishNoise,
	circularMotionBlur,
	lines,
	sparkles,
	transverseChromaticAbberation,
] as Corruption[];
