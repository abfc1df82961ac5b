import type { Corruption } from "../corruption.js";
import { blueNoiseSample } from "./blue-noise-sample.js";
import { brownishNoise } from "./brownish-noise.js";
import { causticRefraction } from "./caustic-refraction.js";
import { checkerboardCutout } from "./checkerboard-cutout.js";
import { cocentricSineWaves } from "./cocentric-sine-waves.js";
import { inverseSparkles } from "./inverse-sparkles.js";
import { perlinNoise } from "./perlin-noise.js";
import { plasmaNoise } from "./plasma-noise.js";
import { singleFrequencyGreyscale } from "./single-frequency-greyscale.js";
import { sparkles } from "./sparkles.js";

/**
 * The ten corruptions of ImageNet-C-bar, chosen to be unlike the common ones, which augmentations have been tuned to.
 *
 * `evaluate(run, task, { corruptions: [...imagenetCBar] })` scores them. Those that CIFAR-10-C-bar holds too have its
 * levels under the variant `cifar-10-c`; all else has the levels of ImageNet-C-bar under every variant.
 *
 * Source: Mintun, Kirillov and Xie, On Interaction Between Augmentations and Corruptions in Natural Corruption
 * Robustness (NeurIPS 2021); facebookresearch/augmentation-corruption, whose pixels they give of its draws.
 */
export const imagenetCBar: readonly Corruption[] = [
	causticRefraction,
	inverseSparkles,
	sparkles,
	perlinNoise,
	blueNoiseSample,
	plasmaNoise,
	checkerboardCutout,
	cocentricSineWaves,
	singleFrequencyGreyscale,
	brownishNoise,
] as Corruption[];
