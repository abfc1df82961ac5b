import * as tf from "@tensorflow/tfjs";
import type { Backbone } from "../../src/backbones/backbone.js";
import { untrainedBackbone } from "../../src/backbones/backbone.js";
import { createImage } from "../../src/image/image.js";
import { linear, linearParams } from "../../src/nn/linear.js";
import { imagenetNormalization } from "../../src/nn/normalize.js";
import { Random } from "../../src/random.js";
import { defineTask } from "../../src/tasks/define-task.js";
import type { Dataset, Task } from "../../src/tasks/task.js";
import { type Batch, batchMaker } from "../../src/train/batch.js";
import { exampleMaker } from "../../src/train/examples.js";
import { type Recipe, recipes } from "../../src/train/recipe.js";

const classes = 4;
const size = 32;

/** Noise in which red, green, blue or nothing is brighter. */
function dataset(name: string, length: number): Dataset<number> {
	return {
		name: `tiny/${name}`,
		length,
		sample(index) {
			const random = new Random("tiny", name, index);
			const target = random.integer(0, classes);
			const image = createImage(size, size);
			for (let i = 0; i < image.data.length; i++) {
				const isBrighter = i % 3 === target;
				image.data[i] = random.integer(0, 180) + (isBrighter ? 40 : 0);
			}
			return { id: `${name}-${index}`, image, target };
		},
	};
}

/** Four classes of 32 x 32 images, and the smallest network that can tell them apart. */
export const tinyTask: Task<number, number, tf.Tensor> = defineTask({
	name: "tiny",
	miniature: true,
	classes: ["first", "second", "third", "fourth"],
	train: dataset("train", 50),
	test: dataset("test", 40),
	inputSize: size,
	normalization: imagenetNormalization,
	corruptionVariant: "cifar-10-c",
	metricName: "accuracy",
	metric() {
		let right = 0;
		let count = 0;
		return {
			add(prediction, target) {
				count++;
				if (prediction === target) right++;
			},
			value: () => (100 * right) / count,
			hit: (prediction, target) => prediction === target,
		};
	},
	headParams: () => linearParams("linear", [16, classes]),
	outputLoss: (output, { labels }) =>
		tf.losses.softmaxCrossEntropy(
			tf.oneHot(labels as tf.Tensor1D, classes),
			output,
		),
	forward: ({ params, backbone }, images, options) =>
		linear(params, "linear", backbone.features(images, options)),
	predictions: (output) =>
		Array.from(tf.tidy(() => tf.argMax(output, 1).dataSync())),
	batchTargets: (targets) => ({ labels: tf.tensor1d([...targets], "int32") }),
	augment({ image, target }, random) {
		if (random.uniform() < 0.5) return { image, target };
		const { data, height, width } = image;
		const flipped = createImage(height, width);
		for (let i = 0; i < data.length; i++) {
			const row = Math.floor(i / (3 * width));
			const column = width - 1 - (Math.floor(i / 3) % width);
			flipped.data[(row * width + column) * 3 + (i % 3)] = data[i] as number;
		}
		return { image: flipped, target };
	},
	prepare: (image) => image,
});

export const tinyBackbone = (): Backbone =>
	untrainedBackbone({
		family: "resnet",
		variant: "cifar",
		block: "basic",
		depths: [1, 1],
		width: 8,
		classes: 10,
	});

/** A few steps of eight images. */
export const tinyRecipe: Recipe = {
	...recipes.cifar10,
	batchSize: 8,
	length: { steps: 12 },
};

/** The batches of a run, by step and part. */
export function batchSource<Target>(
	task: Task<Target, unknown>,
	recipe: Recipe,
): (step: number, part?: number) => Batch {
	const exampleAt = exampleMaker(task, recipe);
	const makeBatch = batchMaker(task, recipe);
	const { batchSize } = recipe;
	return (step, part = 0) => {
		const examples = Array.from({ length: batchSize }, (_, i) =>
			exampleAt(step * batchSize + i),
		);
		return makeBatch(examples, { step, part });
	};
}
