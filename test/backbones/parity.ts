import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs";
import type { Architecture } from "../../src/backbones/architectures.js";
import {
	type Backbone,
	backbone,
	paramsOf,
} from "../../src/backbones/backbone.js";
import { resnetStages, resnetStem } from "../../src/backbones/resnet.js";
import { swinStages, swinStem } from "../../src/backbones/swin.js";
import { formulaValues, formulaWeight } from "../nn/formula.js";
import type { Summary } from "../nn/summary.js";

export interface ReferenceCase {
	readonly size: [number, number];
	readonly mode: "eval" | "train" | "dense";
	readonly layers: Readonly<Record<string, Summary>>;
	readonly gradients?: Readonly<Record<string, Summary>>;
	readonly statistics?: Readonly<Record<string, Summary>>;
}

export interface Reference {
	readonly model: string;
	readonly parameters: number;
	readonly cases: readonly ReferenceCase[];
}

/** What `fixtures/backbones/make.py` wrote about a model. */
export function reference(model: string): Reference {
	const path = `../../../test/fixtures/backbones/${model}.json`;
	return JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
}

/** A backbone whose weights come from the formula. */
export function formulaBackbone(architecture: Architecture): Backbone {
	const specs = Object.entries(paramsOf(architecture));
	const tensors = specs.map(
		([name, spec]) => [name, formulaWeight(name, spec)] as const,
	);
	return backbone(architecture, Object.fromEntries(tensors));
}

/** The images of the reference, NHWC. */
export function formulaImages([height, width]: [number, number]): tf.Tensor4D {
	const values = formulaValues("images", 2 * 3 * height * width);
	return tf.tidy(() =>
		tf.transpose(tf.tensor4d(values, [2, 3, height, width]), [0, 2, 3, 1]),
	);
}

/** The sum of all logits, each times a number of the formula. */
export function formulaLoss(logits: tf.Tensor): tf.Scalar {
	const factors = tf.tensor(formulaValues("loss", logits.size), logits.shape);
	return tf.sum(tf.mul(logits, factors));
}

/** What the first stage of either family sees. */
export function stemOf(
	{ architecture, params }: Backbone,
	images: tf.Tensor4D,
	batchNorm: "eval" | "train",
): tf.Tensor4D {
	return architecture.family === "resnet"
		? resnetStem(architecture, params, images, { batchNorm })
		: swinStem(architecture, params, images);
}

/** The output of each stage of either family. */
export function stagesOf(
	{ architecture, params }: Backbone,
	images: tf.Tensor4D,
	batchNorm: "eval" | "train",
): tf.Tensor4D[] {
	return architecture.family === "resnet"
		? resnetStages(architecture, params, images, { batchNorm })
		: swinStages(architecture, params, images);
}
