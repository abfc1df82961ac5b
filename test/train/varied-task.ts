/** A task whose images and targets vary in size, which threads can make anew. */
import * as tf from "@tensorflow/tfjs";
import { architectures } from "../../src/backbones/architectures.js";
import {
	type Backbone,
	untrainedBackbone,
} from "../../src/backbones/backbone.js";
import { pyramidChannels } from "../../src/backbones/pyramid-channels.js";
import { createImage, type Image } from "../../src/image/image.js";
import { linear, linearParams } from "../../src/nn/linear.js";
import { imagenetNormalization } from "../../src/nn/normalize.js";
import { Random } from "../../src/random.js";
import { defineTask } from "../../src/tasks/define-task.js";
import type { Dataset, Metric, Size, Task } from "../../src/tasks/task.js";

/** The class of each pixel; 255 does not count. */
export interface Labels extends Size {
	readonly data: Uint8Array;
}

/** What distinguishes one of these tasks from another. */
export interface VariedOptions {
	/** A training image that cannot be read, and a test image. */
	readonly damaged?: number;
	readonly damagedTest?: number;
	/** How many pixels are cut off at the left of training images. */
	readonly cut?: number;
	readonly testBatchSize?: number;
	/** 32 by default: so small that a message holds many images. */
	readonly inputSize?: number;
	/** How many random numbers are drawn for nothing, for each example. */
	readonly idle?: number;
	readonly module?: string;
}

const classes = ["dark", "bright", "never"];
const ignored = 255;
const stride = 4;

function scene(name: string, index: number): { image: Image; target: Labels } {
	const random = new Random(name, index);
	const [height, width] = [random.integer(32, 60), random.integer(32, 60)];
	const image = createImage(height, width);
	const data = new Uint8Array(height * width);
	const border = random.integer(8, width - 8);
	for (let pixel = 0; pixel < data.length; pixel++) {
		const isBright = pixel % width > border;
		data[pixel] = isBright ? 1 : 0;
		for (let c = 0; c < 3; c++)
			image.data[3 * pixel + c] = random.integer(0, 150) + (isBright ? 80 : 0);
	}
	return { image, target: { data, height, width } };
}

function dataset(
	name: string,
	length: number,
	damaged?: number,
): Dataset<Labels> {
	return {
		name: `varied/${name}`,
		length,
		sample(index) {
			if (index === damaged) throw new Error(`image ${index} is damaged`);
			return { id: `${name}-${index}`, ...scene(name, index) };
		},
	};
}

/** Leaves out columns at the left. */
function cutLeft<Map extends Size & { readonly data: Uint8Array }>(
	{ data, height, width }: Map,
	{ cut, channels }: { cut: number; channels: number },
): Map {
	const kept = new Uint8Array(height * (width - cut) * channels);
	for (let row = 0; row < height; row++)
		kept.set(
			data.subarray(
				(row * width + cut) * channels,
				(row + 1) * width * channels,
			),
			row * (width - cut) * channels,
		);
	return { data: kept, height, width: width - cut } as Map;
}

/** The labels at the corners of the feature map's pixels, those of the padding ignored. */
function labelsOf(targets: readonly Labels[], padded: Size): tf.Tensor1D {
	const [rows, columns] = [padded.height / stride, padded.width / stride];
	const labels = targets.flatMap(({ data, height, width }) =>
		Array.from({ length: rows * columns }, (_, i) => {
			const y = Math.floor(i / columns) * stride;
			const x = (i % columns) * stride;
			return y < height && x < width
				? (data[y * width + x] as number)
				: ignored;
		}),
	);
	return tf.tensor1d(labels, "int32");
}

/** The share of right pixels, and of each class. */
function pixelAccuracy(): Metric<Labels, Labels> {
	const right = classes.map(() => 0);
	const count = classes.map(() => 0);
	const add = (numbers: number[], i: number, what: number) => {
		numbers[i] = (numbers[i] as number) + what;
	};
	const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b);
	return {
		add(prediction, target) {
			if (prediction.data.length !== target.data.length)
				throw new Error("a prediction is of another size than its target");
			target.data.forEach((label, i) => {
				add(count, label, 1);
				add(right, label, prediction.data[i] === label ? 1 : 0);
			});
		},
		value: () => (100 * sum(right)) / sum(count),
		details: () =>
			Object.fromEntries(
				classes
					.map((name, i) => [name, i] as const)
					.filter(([, i]) => (count[i] as number) > 0)
					.map(([name, i]) => [
						name,
						(100 * (right[i] as number)) / (count[i] as number),
					]),
			),
	};
}

type Output = tf.Tensor[];

/** Two kinds of pixels, dark and bright, in images of 32 to 59 pixels. */
export function variedTask(
	options: VariedOptions = {},
): Task<Labels, Labels, Output> {
	const { damaged, damagedTest, cut = 3, testBatchSize = 1 } = options;
	const { inputSize = 32, idle = 0 } = options;
	const task: Task<Labels, Labels, Output> = defineTask({
		name: "varied",
		miniature: true,
		classes,
		train: dataset("train", 24, damaged),
		test: dataset("test", 6, damagedTest),
		inputSize,
		settings: { cut },
		normalization: imagenetNormalization,
		corruptionVariant: "any-size",
		testBatchSize,
		uses: "pyramid",
		metricName: "pixel accuracy",
		metric: pixelAccuracy,
		headParams({ architecture }) {
			const [fine, coarse] = pyramidChannels(architecture);
			return {
				...linearParams("main", [fine, classes.length]),
				...linearParams("auxiliary", [coarse, classes.length]),
			};
		},
		forward({ params, backbone }, images, options) {
			const [fine, coarse] = backbone.pyramid(images, options);
			return [
				linear(params, "main", fine),
				linear(params, "auxiliary", coarse),
			];
		},
		loss: ({ params, backbone }, { images, targets: { labels } }, options) =>
			tf.tidy(() => {
				const [main] = task.forward({ params, backbone }, images, options);
				const logits = tf.reshape(main as tf.Tensor, [-1, classes.length]);
				const counted = tf.notEqual(labels as tf.Tensor, ignored);
				return tf.losses.softmaxCrossEntropy(
					tf.oneHot(labels as tf.Tensor1D, classes.length),
					logits,
					tf.cast(counted, "float32"),
				);
			}),
		predictions: ([main], shown) =>
			shown.map(({ given: { height, width } }, n) => {
				const [, rows = 0, columns = 0] = (main as tf.Tensor).shape;
				const found = tf.tidy(() =>
					tf.argMax(main as tf.Tensor, -1).dataSync(),
				);
				const data = Uint8Array.from({ length: height * width }, (_, i) => {
					const y = Math.floor(i / width / stride);
					const x = Math.floor((i % width) / stride);
					return found[(n * rows + y) * columns + x] as number;
				});
				return { data, height, width };
			}),
		batchTargets: (targets, padded) => ({ labels: labelsOf(targets, padded) }),
		augment({ image, target }, random) {
			const width = random.integer(0, cut + 1);
			for (let i = 0; i < idle; i++) random.uint32();
			return {
				image: cutLeft(image, { cut: width, channels: 3 }),
				target: cutLeft(target, { cut: width, channels: 1 }),
			};
		},
		prepare: (image) => image,
		padded: (sizes) => ({
			height: 32 * Math.ceil(Math.max(...sizes.map((s) => s.height)) / 32),
			width: 32 * Math.ceil(Math.max(...sizes.map((s) => s.width)) / 32),
		}),
		source: {
			module: options.module ?? import.meta.url,
			name: variedTask.name,
			options,
		},
	});
	return task;
}

export const variedBackbone = (): Backbone =>
	untrainedBackbone({ ...architectures["resnet-mini"], width: 4 });
