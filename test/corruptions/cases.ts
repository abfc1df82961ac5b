import type { Corruption } from "../../src/corruptions/corruption.js";
import { fog } from "../../src/corruptions/fog.js";
import { frost } from "../../src/corruptions/frost.js";
import { gaussianNoise } from "../../src/corruptions/gaussian-noise.js";
import { impulseNoise } from "../../src/corruptions/impulse-noise.js";
import { shotNoise } from "../../src/corruptions/shot-noise.js";
import { snow } from "../../src/corruptions/snow.js";
import { spatter } from "../../src/corruptions/spatter.js";
import { speckleNoise } from "../../src/corruptions/speckle-noise.js";
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

/** What test/fixtures/corruptions/upstream.py gives the reference for pictures of frost. */
export const frostPictures = [0, 1, 2, 3, 4].map((index) =>
	picture(240 + 10 * index, 300 + 7 * index),
);
