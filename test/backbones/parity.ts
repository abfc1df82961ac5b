import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs";
import type { Architecture } from "../../src/backbones/architectures.js";
import {
	type Backbone,
	backbone,
	paramsOf,
} from "../../src/backbones/backbone.js";
import { convnextStem } from "../../src/backbones/convnext.js";
import { familyOf } from "../../src/backbones/families.js";
import { resnetStem } from "../../src/backbones/resnet.js";
import { swinStem } from "../../src/backbones/swin.js";
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

/** What `make.py` or `make-torchvision.py` of `fixtures/backbones` wrote about a model. */
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

/** What the first stage sees. */
export function stemOf(
	{ architecture, params }: Backbone,
	images: tf.Tensor4D,
	batchNorm: "eval" | "train",
): tf.Tensor4D {
	switch (architecture.family) {
		case "resnet":
			return resnetStem(architecture, params, images, { batchNorm });
		case "swin":
			return swinStem(architecture, params, images);
		case "convnext":
			return convnextStem(params, images);
		default:
			throw new Error("a family of one's own has no stem to look at");
	}
}

/** The output of each stage. */
export const stagesOf = (
	{ architecture, params }: Backbone,
	images: tf.Tensor4D,
	batchNorm: "eval" | "train",
): tf.Tensor4D[] =>
	familyOf(architecture).stages({ net: architecture, params }, images, {
		batchNorm,
	});
