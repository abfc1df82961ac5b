import { setImmediate as nextTurn } from "node:timers/promises";
import * as tf from "@tensorflow/tfjs";
import { compile } from "../engine/compile.js";
import { normalize } from "../nn/normalize.js";
import { remembered } from "../tasks/remembered.js";
import type { Dataset, Task } from "../tasks/task.js";
import type { Features } from "./logistic-regression.js";
import type { Model } from "./model.js";
import { inputOf } from "./predictor.js";

/** Reads what a network makes of images. */
export interface FeatureReader {
	/** The pooled features of all examples of a data set, prepared as test images are, and their classes. */
	read(data: Dataset<unknown>): Promise<Features>;
	/** The logits of the first batch of a data set, as the task's own network has them. */
	logits(data: Dataset<unknown>): Float32Array;
	dispose(): void;
}

function classOf(target: unknown, id: string, { name, classes }: Task): number {
	if (Number.isInteger(target) && classes[target as number] !== undefined)
		return target as number;
	throw new Error(
		`the target of ${id} is ${JSON.stringify(target)}, and a probe of ${name} needs one of its ${classes.length} classes, by its index`,
	);
}

/** Reads features in eval mode, in batches of one size; the first image that cannot be read throws. */
export function featureReader(
	task: Task,
	model: Model,
	signal: AbortSignal | undefined,
): FeatureReader {
	const seen = (images: tf.Tensor4D) => normalize(images, task.normalization);
	const features = compile((images: tf.Tensor4D) =>
		model.backbone.features(seen(images)),
	);
	const forward = compile((images: tf.Tensor4D) =>
		task.forward(model, seen(images)),
	);
	const batchAt = (data: Dataset<unknown>, start: number) => {
		const size = Math.min(task.testBatchSize ?? 64, data.length);
		const count = Math.min(size, data.length - start);
		const samples = Array.from({ length: count }, (_, i) =>
			remembered(data, start + i),
		);
		const prepared = samples.map(({ image }) => ({
			image: task.prepare(image),
			given: image,
		}));
		return { samples, images: inputOf(task, prepared, size).images };
	};
	const valuesOf = (
		run: (images: tf.Tensor4D) => tf.Tensor | tf.Tensor[],
		images: tf.Tensor4D,
	): Float32Array => {
		const output = tf.tidy(() => run(images));
		const [first] = [output].flat() as [tf.Tensor];
		const values = first.dataSync<"float32">().slice();
		tf.dispose([output, images] as never);
		return values;
	};
	return {
		async read(data) {
			let values = new Float32Array();
			let size = 0;
			const targets: number[] = [];
			while (targets.length < data.length) {
				await nextTurn();
				signal?.throwIfAborted();
				const start = targets.length;
				const { samples, images } = batchAt(data, start);
				const batch = images.shape[0];
				const some = valuesOf(features, images);
				size = some.length / batch;
				if (start === 0) values = new Float32Array(data.length * size);
				values.set(some.subarray(0, samples.length * size), start * size);
				for (const { id, target } of samples)
					targets.push(classOf(target, id, task));
			}
			return { values, size, targets };
		},
		logits: (data) => {
			const { samples, images } = batchAt(data, 0);
			const batch = images.shape[0];
			const values = valuesOf(forward, images);
			return values.subarray(0, (values.length / batch) * samples.length);
		},
		dispose() {
			features.dispose?.();
			forward.dispose?.();
		},
	};
}
