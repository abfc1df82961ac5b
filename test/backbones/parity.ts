import assert from "node:assert/strict";
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
import { formulaValues, formulaWeight } from "./formula.js";

/** A tensor of the reference: its statistics and every `stride`-th element, in PyTorch's layout. */
export interface Summary {
	readonly shape: readonly number[];
	readonly mean: number;
	readonly deviation: number;
	readonly stride: number;
	readonly sample: readonly number[];
}

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

/** Moves the axes of a feature map to PyTorch's order. */
export function channelsFirst(x: tf.Tensor): tf.Tensor {
	return x.rank === 4 ? tf.transpose(x, [0, 3, 1, 2]) : x;
}

/**
 * Compares values in PyTorch's layout with the reference: shape, mean, deviation and samples.
 *
 * An element may be off by `rtol` of itself and `atol` of the deviation of its tensor, or of 1 if that is
 * smaller.
 */
export function assertMatches(
	label: string,
	{ shape, values }: { shape: readonly number[]; values: ArrayLike<number> },
	expected: Summary,
	{ rtol = 1e-3, atol = 1e-4 } = {},
): void {
	assert.deepEqual([...shape], [...expected.shape], `${label}: shape`);
	const numbers = Float64Array.from(values);
	const mean = numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
	const squares = numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0);
	const scale = Math.min(1, expected.deviation);
	const close = (what: string, actual: number, wanted: number): void => {
		const allowed = rtol * Math.abs(wanted) + atol * scale;
		assert.ok(
			Math.abs(actual - wanted) <= allowed,
			`${label}: ${what} is ${actual}, not ${wanted} +- ${allowed}`,
		);
	};
	close("the mean", mean, expected.mean);
	const deviation = Math.sqrt(squares / numbers.length);
	close("the deviation", deviation, expected.deviation);
	expected.sample.forEach((wanted, i) => {
		const position = i * expected.stride;
		close(`element ${position}`, numbers[position] as number, wanted);
	});
}
