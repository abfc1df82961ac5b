import {
	type AnyCorruption,
	type Corruption,
	type CorruptionContext,
	commonCorruptions,
} from "./corruption.js";
import { defineCorruption } from "./define-corruption.js";
import { type FogConstants, fog } from "./fog.js";
import { type FrostConstants, frost } from "./frost.js";
import { type SnowConstants, snow } from "./snow.js";

/*
 * The published constants are for photographs of 224 pixels and for images of 32. Scenes of 64 pixels are a sixth
 * of the way from 32 to 224, and so are these: of two constants a and b, a · (b / a)^(1/6), to two digits.
 */

const anySize = (context: CorruptionContext): CorruptionContext => ({
	...context,
	variant: "any-size",
});

/** `fog` with constants for scenes of about 64 pixels. */
export const smallSceneFog = defineCorruption<FogConstants>({
	name: "small-scene-fog",
	group: "weather",
	constants: [
		{ thickness: 0.28, decay: 2.8 },
		{ thickness: 0.63, decay: 2.8 },
		{ thickness: 0.92, decay: 2.3 },
		{ thickness: 1.2, decay: 1.9 },
		{ thickness: 1.7, decay: 1.7 },
	],
	apply: (image, constants, context) =>
		fog.apply(image, constants, anySize(context)),
	source: { module: import.meta.url, name: "smallSceneFog" },
});

/** `snow` with constants for scenes of about 64 pixels. */
export const smallSceneSnow = defineCorruption<SnowConstants>({
	name: "small-scene-snow",
	group: "weather",
	constants: [
		flakes([0.1, 0.21, 1.2, 0.58, 8.3, 3.1, 0.92]),
		flakes([0.11, 0.21, 1.1, 0.5, 10, 4, 0.86]),
		flakes([0.19, 0.3, 2, 0.6, 10, 4.5, 0.86]),
		flakes([0.29, 0.3, 2.5, 0.64, 12, 6.3, 0.81]),
		flakes([0.33, 0.3, 1.4, 0.68, 14, 12, 0.75]),
	],
	apply: (image, constants, context) =>
		snow.apply(image, constants, anySize(context)),
	source: { module: import.meta.url, name: "smallSceneSnow" },
});

function flakes(
	row: readonly [number, number, number, number, number, number, number],
): SnowConstants {
	const [mean, deviation, zoom, threshold, radius, sigma, keep] = row;
	return { mean, deviation, zoom, threshold, radius, sigma, keep };
}

/** `frost` with constants for scenes of about 64 pixels. */
export const smallSceneFrost = defineCorruption<FrostConstants>({
	name: "small-scene-frost",
	group: "weather",
	constants: [
		{ image: 1, frost: 0.22 },
		{ image: 0.96, frost: 0.34 },
		{ image: 0.86, frost: 0.44 },
		{ image: 0.81, frost: 0.44 },
		{ image: 0.72, frost: 0.49 },
	],
	apply: (image, constants, context) =>
		frost.apply(image, constants, anySize(context)),
	usesFrost: true,
	source: { module: import.meta.url, name: "smallSceneFrost" },
});

/** Fog, snow and frost for scenes of about 64 pixels, such as those of `shapes()`. */
export const smallSceneWeather: readonly Corruption[] = [
	smallSceneSnow,
	smallSceneFrost,
	smallSceneFog,
] as Corruption[];

/**
 * The fifteen common corruptions with `smallSceneWeather` in place of fog, snow and frost, for scenes of about 64
 * pixels: `evaluate(run, shapes(), { corruptions: smallSceneCorruptions })`.
 *
 * The study's constants are for photographs: on so small a scene their fog leaves a classifier near chance from
 * severity 1 on, and a mean over fifteen corruptions is mostly one over the weather. Rows have names of their own,
 * such as `small-scene-fog`, so that no mean takes them for the study's; tables and figures are asked for the same
 * list: `robustness(rows, by, { corruptions: smallSceneCorruptions })`.
 */
export const smallSceneCorruptions: readonly AnyCorruption[] =
	commonCorruptions.map(
		(name) =>
			smallSceneWeather.find((one) => one.name === `small-scene-${name}`) ??
			name,
	);
