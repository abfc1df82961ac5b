import * as tf from "@tensorflow/tfjs";
import {
	defineTask,
	type Image,
	imagenetNormalization,
	Random,
	resize,
	type Task,
} from "../../src/index.js";
import { linear, linearParams } from "../../src/nn/linear.js";
import { meanEntropy } from "../../src/nn/mean-entropy.js";
import { createImage, type Dataset } from "../../src/parts.js";
import { classification } from "../../src/tasks/classification.js";

const classes = 10;
const side = 32;

function noise(random: Random): Image {
	const image = createImage(side, side);
	for (let i = 0; i < image.data.length; i++)
		image.data[i] = random.integer(0, 256);
	return image;
}

function dataset(name: string, length: number): Dataset<number> {
	// As in a file that is in memory: an image is there at once.
	const images = Array.from({ length }, (_, i) => noise(new Random(name, i)));
	return {
		name,
		length,
		sample: (index) => ({
			id: `${name}-${index}`,
			image: images[index] as Image,
			target: index % classes,
		}),
	};
}

function crop(
	{ data, width }: Image,
	{ top, left, size }: { top: number; left: number; size: number },
): Image {
	const cropped = createImage(size, size);
	for (let row = 0; row < size; row++) {
		const start = ((top + row) * width + left) * 3;
		cropped.data.set(data.subarray(start, start + size * 3), row * size * 3);
	}
	return cropped;
}

/** Noise of the size of CIFAR-10, cropped and resized as the study's code does it. */
export function benchTask(inputSize: number): Task<number, number, tf.Tensor> {
	const sized = (image: Image, size: number): Image =>
		size === image.width ? image : resize(image, { height: size, width: size });
	const larger = inputSize === side ? side : Math.round((inputSize * 8) / 7);
	return defineTask({
		name: "bench",
		miniature: true,
		classes: Array.from({ length: classes }, (_, i) => String(i)),
		train: dataset("train", 1000),
		test: dataset("test", 1000),
		inputSize,
		normalization: imagenetNormalization,
		corruptionVariant: "cifar-10-c",
		metricName: "accuracy",
		metric: () => ({ add: () => {}, value: () => 0, hit: (a, b) => a === b }),
		headParams: ({ architecture }) =>
			linearParams("head", [featuresOf(architecture.width as number), classes]),
		outputLoss: (output, { labels }) =>
			tf.losses.softmaxCrossEntropy(
				tf.oneHot(labels as tf.Tensor1D, classes),
				output,
			),
		forward: ({ params, backbone }, images, options) =>
			linear(params, "head", backbone.features(images, options)),
		entropy: (output) => meanEntropy(output),
		predictions: classification(classes).predictions,
		batchTargets: (targets) => ({ labels: tf.tensor1d([...targets], "int32") }),
		augment({ image, target }, random) {
			const size = random.integer(side / 2, side + 1);
			const top = random.integer(0, side - size + 1);
			const left = random.integer(0, side - size + 1);
			const seen = sized(crop(image, { top, left, size }), inputSize);
			return { image: seen, target };
		},
		prepare(image) {
			const start = Math.floor((larger - inputSize) / 2);
			const at = { top: start, left: start, size: inputSize };
			return crop(sized(image, larger), at);
		},
		source: {
			module: import.meta.url,
			name: benchTask.name,
			options: inputSize,
		},
	});
}

// Of a ResNet-20, 16 to 64 channels; of a ResNet-50, 64 to 2048.
const featuresOf = (width: number): number => (width === 16 ? 64 : 2048);
