import { brightness } from "./brightness.js";
import { contrast } from "./contrast.js";
import type {
	AnyCorruption,
	Corruption,
	CorruptionName,
} from "./corruption.js";
import { defocusBlur } from "./defocus-blur.js";
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

/** The nineteen corruptions by their names. */
export const builtIn: Readonly<Record<CorruptionName, Corruption>> = {
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

/** The corruption that is meant: the built-in one of a name, or one's own. */
export const corruptionOf = (corruption: AnyCorruption): Corruption =>
	typeof corruption === "string" ? builtIn[corruption] : corruption;
