/** Tasks and parts of recipes of one's own, which workers find here. */
import * as tf from "@tensorflow/tfjs";
import type { CorruptionParts } from "../../src/corruptions/corruption.js";
import { defineCorruption } from "../../src/corruptions/define-corruption.js";
import { createImage } from "../../src/image/image.js";
import type { Own } from "../../src/own.js";
import { vary } from "../../src/tasks/define-task.js";
import { shapes } from "../../src/tasks/shapes/shapes.js";
import type { Task } from "../../src/tasks/task.js";
import type { OutputLoss } from "../../src/train/output-loss.js";
import { makeDarker } from "../train/own-augmentations.js";

const module = import.meta.url;

const small = { trainImages: 16, testImages: 8, size: 32 };

/** The loss of shapes, twice as much of it. */
const changes = {
	outputLoss: (output: tf.Tensor, { labels }: { labels?: unknown }) =>
		tf.mul(
			2,
			tf.losses.softmaxCrossEntropy(
				tf.oneHot(labels as tf.Tensor1D, 10),
				output as tf.Tensor2D,
			),
		) as tf.Scalar,
} as unknown as Partial<Task>;

/** A task that says how it is made, the change included. */
export const doubled = (): Task =>
	vary(shapes(small) as unknown as Task, "twice the loss", {
		...changes,
		source: { module, name: "doubled", options: {} },
	});

/** The same change, of which the task's source knows nothing. */
export const doubledInSecret = (): Task =>
	vary(shapes(small) as unknown as Task, "twice the loss", changes);

/** A task that cannot be trained: its images are damaged. */
export const damaged = (): Task => {
	const { train, ...task } = shapes(small) as unknown as Task;
	return vary({ ...task, train } as Task, "damaged", {
		train: {
			...train,
			sample() {
				throw new Error("image 1 is damaged");
			},
		},
		source: { module, name: "damaged", options: {} },
	});
};

/** A loss, whose `make` its source names. */
export const makeHinge =
	({ by }: { by: number }): OutputLoss =>
	(output) =>
		tf.mul(by, tf.mean(tf.square(output))) as tf.Scalar;

/** A thing whose source names the function that gives it whole, as this package's own are made. */
export const hinge = (options: {
	by: number;
}): Own<OutputLoss, { by: number }> => ({
	name: "hinge",
	options,
	make: ({ by }) => makeHinge({ by }),
	source: { module, name: "hinge" },
});

/** A thing whose source names its `make`. */
export const darker = (most: number): Own<unknown, { most: number }> => ({
	name: "darker",
	options: { most },
	make: makeDarker,
	source: {
		module: new URL("../train/own-augmentations.js", module).href,
		name: "makeDarker",
	},
});

const grayParts: CorruptionParts<number> = {
	name: "grayer",
	constants: [1, 2, 3, 4, 5],
	apply: ({ data, height, width }, by) =>
		createImage(
			height,
			width,
			data.map((value) => (value + 128 * by) / (1 + by)),
		),
};

/** A corruption that a worker finds. */
export const gray = defineCorruption({
	...grayParts,
	source: { module, name: "gray" },
});

/** The same, which a worker does not find. */
export const grayHere = defineCorruption(grayParts);
