import { setImmediate as nextTurn } from "node:timers/promises";
import * as tf from "@tensorflow/tfjs";
import { paramsOf } from "../backbones/backbone.js";
import { exportParams } from "../backbones/state-dict.js";
import type { NamedTensors } from "../checkpoint/tensor.js";
import { compile } from "../engine/compile.js";
import { normalize } from "../nn/normalize.js";
import type { Params } from "../nn/params.js";
import { Random } from "../random.js";
import { remembered } from "../tasks/remembered.js";
import type { Task } from "../tasks/task.js";
import { dataOrder } from "../train/data-order.js";
import type { Model } from "../train/model.js";
import { inputOf } from "../train/predictor.js";
import type { FisherOptions } from "./combination.js";

function draw(probabilities: ArrayLike<number>, random: Random): number {
	let left = random.uniform();
	for (let label = 0; label < probabilities.length - 1; label++) {
		left -= probabilities[label] as number;
		if (left < 0) return label;
	}
	return probabilities.length - 1;
}

/** What of a model is differentiated, and where the squares of its gradients are added up. */
function squaresOf({ params }: Model): { trained: Params; sums: Params } {
	const trained = Object.fromEntries(
		Object.entries(params).filter(([, variable]) => variable.trainable),
	);
	const sums = Object.fromEntries(
		Object.entries(trained).map(([name, { shape }]) => [
			name,
			tf.tidy(() => tf.variable(tf.zeros(shape), false)),
		]),
	);
	return { trained, sums };
}

/**
 * The diagonal of the Fisher information of a classifier: the mean over examples, one at a time and prepared as test
 * images are, of the squared gradients of the log-likelihood of a label drawn from the model's own softmax.
 *
 * Batch norms are in eval mode. In PyTorch's layout, by name; weights that are not trained have none. Throws where the
 * task is no classification. Source: mlfoundations/wise-ft, `src/models/fisher`.
 */
export async function fisherOf(
	model: Model,
	task: Task,
	{
		examples,
		seed,
		signal,
	}: FisherOptions & { readonly signal?: AbortSignal | undefined },
): Promise<NamedTensors> {
	const { trained, sums } = squaresOf(model);
	const logitsOf = (images: tf.Tensor4D): tf.Tensor => {
		const logits = task.forward(model, normalize(images, task.normalization));
		if (logits instanceof tf.Tensor && logits.rank === 2) return logits;
		throw new Error(
			`the Fisher information is of labels drawn from the softmax of a classification, which ${task.name} is not: leave \`fisher\` out`,
		);
	};
	const likely = compile((images: tf.Tensor4D) => tf.softmax(logitsOf(images)));
	const add = compile((images: tf.Tensor4D, label: tf.Tensor2D) => {
		const { grads } = tf.variableGrads(
			() => tf.sum(tf.mul(tf.logSoftmax(logitsOf(images)), label)) as tf.Scalar,
			Object.values(trained),
		);
		for (const [name, { name: unique }] of Object.entries(trained)) {
			const gradient = grads[unique];
			const sum = sums[name] as tf.Variable;
			if (gradient)
				sum.assign(tf.add(sum, tf.div(tf.square(gradient), examples)));
		}
	});
	const indexAt = dataOrder(task.train, { seed, batchSize: 1 });
	try {
		for (let at = 0; at < examples; at++) {
			await nextTurn();
			signal?.throwIfAborted();
			const { image: given } = remembered(task.train, indexAt(at));
			const prepared = [{ image: task.prepare(given), given }];
			const { images, sizes } = inputOf(task, prepared, 1);
			tf.tidy(() => {
				const probabilities = likely(images).dataSync();
				const label = draw(probabilities, new Random("fisher", seed, at));
				add(images, tf.oneHot([label], probabilities.length) as tf.Tensor2D);
			});
			tf.dispose([images, ...(sizes ? [sizes] : [])]);
		}
		const specs = { ...paramsOf(model.backbone.architecture), ...model.head };
		return exportParams(
			Object.fromEntries(Object.entries(specs).filter(([name]) => sums[name])),
			sums,
		);
	} finally {
		tf.dispose(sums);
		likely.dispose?.();
		add.dispose?.();
	}
}
