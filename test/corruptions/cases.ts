import { brightness } from "../../src/corruptions/brightness.js";
import { contrast } from "../../src/corruptions/contrast.js";
import type { Corruption } from "../../src/corruptions/corruption.js";
import { defocusBlur } from "../../src/corruptions/defocus-blur.js";
import { elasticTransform } from "../../src/corruptions/elastic-transform.js";
import { fog } from "../../src/corruptions/fog.js";
import { frost } from "../../src/corruptions/frost.js";
import { gaussianBlur } from "../../src/corruptions/gaussian-blur.js";
import { gaussianNoise } from "../../src/corruptions/gaussian-noise.js";
import { glassBlur } from "../../src/corruptions/glass-blur.js";
import { impulseNoise } from "../../src/corruptions/impulse-noise.js";
import { jpegCompression } from "../../src/corruptions/jpeg-compression.js";
import { motionBlur } from "../../src/corruptions/motion-blur.js";
import { pixelate } from "../../src/corruptions/pixelate.js";
import { saturate } from "../../src/corruptions/saturate.js";
import { shotNoise } from "../../src/corruptions/shot-noise.js";
import { snow } from "../../src/corruptions/snow.js";
import { spatter } from "../../src/corruptions/spatter.js";
import { speckleNoise } from "../../src/corruptions/speckle-noise.js";
import { zoomBlur } from "../../src/corruptions/zoom-blur.js";
import { picture } from "../lcg.js";

/** The corruptions that add something random to an image. */
export const additions = {
	"gaussian-noise": gaussianNoise as Corruption,
	"shot-noise": shotNoise as Corruption,
	"impulse-noise": impulseNoise as Corruption,
	"speckle-noise": speckleNoise as Corruption,
	snow: snow as Corruption,
	frost: frost as Corruption,
	fog: fog as Corruption,
	spatter: spatter as Corruption,
};

/** The corruptions that move or change what is in an image. */
export const alterations = {
	"defocus-blur": defocusBlur as Corruption,
	"glass-blur": glassBlur as Corruption,
	"motion-blur": motionBlur as Corruption,
	"zoom-blur": zoomBlur as Corruption,
	"gaussian-blur": gaussianBlur as Corruption,
	brightness: brightness as Corruption,
	contrast: contrast as Corruption,
	saturate: saturate as Corruption,
	"elastic-transform": elasticTransform as Corruption,
	pixelate: pixelate as Corruption,
	"jpeg-compression": jpegCompression as Corruption,
};

/** What test/fixtures/corruptions/upstream.py gives the reference for pictures of frost. */
export const frostPictures = [0, 1, 2, 3, 4].map((index) =>
	picture(240 + 10 * index, 300 + 7 * index),
);
