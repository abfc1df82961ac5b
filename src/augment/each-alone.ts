import * as tf from "@tensorflow/tfjs";
import type { BatchFacts, ChangeImages } from "./augmentation.js";

/** Changes each image by itself, whatever padding it has, for changes that ask what colors an image has. */
export function eachAlone(
	change: ChangeImages,
): (
	images: tf.Tensor4D,
	random: Parameters<ChangeImages>[1],
	facts: Pick<BatchFacts, "sizes">,
) => tf.Tensor4D {
	return (images, random, { sizes }) => {
		const [, height, width] = images.shape;
		const isWhole = sizes.every(
			(size) => size.height === height && size.width === width,
		);
		if (isWhole) return change(images, random);
		const changed = sizes.map((size, n) => {
			const alone = tf.slice(
				images,
				[n, 0, 0, 0],
				[1, size.height, size.width, 3],
			);
			return tf.pad(change(alone, random), [
				[0, 0],
				[0, height - size.height],
				[0, width - size.width],
				[0, 0],
			]);
		});
		return tf.concat(changed);
	};
}
