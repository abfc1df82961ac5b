import type * as tf from "@tensorflow/tfjs";
import { randomCrop } from "../../augment/random-crop.js";
import { randomFlip } from "../../augment/random-flip.js";
import { type Checks, checkOptions } from "../../check/check-options.js";
import type { Normalization } from "../../nn/normalize.js";
import { classification } from "../classification.js";
import { defineTask } from "../define-task.js";
import type { Task } from "../task.js";
import { type Domain, domains } from "./domain.js";
import { pictureChecks, pictures } from "./pictures.js";
import { scene } from "./scene.js";

/** How many pictures of which size there are. */
export interface ShapesOptions {
	/** Pictures to train on; 4,000 by default. */
	readonly trainImages?: number;
	/** Pictures to test on; 1,000 by default. */
	readonly testImages?: number;
	/** The sides of the pictures, in pixels; 64 by default. */
	readonly size?: number;
	/** Other pictures for another seed. */
	readonly seed?: number;
	/** The world of the backbones, or that of the transfer; `target` by default. */
	readonly domain?: Domain["name"];
}

const checks: Checks<ShapesOptions> = pictureChecks;

/** Mean and standard deviation of the source domain's pictures, rounded. */
export const shapesNormalization: Normalization = Object.freeze({
	mean: [0.49, 0.49, 0.49] as const,
	std: [0.18, 0.18, 0.18] as const,
});

const padding = 4;
const usualSize = 64;

/**
 * Classification of drawn shapes: a miniature that needs no download.
 *
 * Ten classes in the target domain, sixteen in the source domain; the class of a picture is that of the
 * one large thing in it. Every picture is drawn when it is asked for, in about a millisecond.
 */
export function shapes(
	options: ShapesOptions = {},
): Task<number, number, tf.Tensor> {
	checkOptions("shapes", options, checks);
	const {
		trainImages = 4000,
		testImages = 1000,
		size = usualSize,
		seed = 0,
		domain: name = "target",
	} = options;
	const domain = domains[name];
	const classes = Object.keys(domain.classes);
	return defineTask({
		...classification(classes),
		name: name === "target" ? "shapes" : "shapes-source",
		miniature: true,
		classes,
		...pictures(
			{ usualSize, scene, target: ({ label }) => label },
			{ domain, trainImages, testImages, size, seed },
		),
		inputSize: size,
		normalization: shapesNormalization,
		corruptionVariant: "any-size",
		augment: ({ image, target }, random) => ({
			image: randomFlip(randomCrop(image, random, { padding }), random),
			target,
		}),
		prepare: (image) => image,
		source: { module: import.meta.url, name: shapes.name, options },
	});
}
