import * as tf from "@tensorflow/tfjs";
import type { Backbone } from "../../src/index.js";

const momentum = 0.9;
const weightDecay = 1e-4;

/** Changes the weights of a classifier by SGD with momentum, as `torch.optim.SGD`; the loss. */
export type TrainingStep = (
	images: tf.Tensor4D,
	labels: tf.Tensor2D,
	learningRate: tf.Scalar,
) => tf.Scalar;

/** The training step of a backbone with its own classifier, without augmentation or stochastic depth. */
export function trainingStep(model: Backbone): TrainingStep {
	const weights = Object.values(model.params).filter(
		({ trainable }) => trainable,
	);
	const velocities = weights.map((weight) => tf.variable(tf.zerosLike(weight)));
	return (images, labels, learningRate) =>
		tf.tidy(() => {
			const { value, grads } = tf.variableGrads(
				() =>
					tf.losses.softmaxCrossEntropy(
						labels,
						model.logits(images, { batchNorm: "train" }),
					),
				weights,
			);
			weights.forEach((weight, i) => {
				const velocity = velocities[i] as tf.Variable;
				const gradient = grads[weight.name] as tf.Tensor;
				const decayed = tf.add(gradient, tf.mul(weight, weightDecay));
				velocity.assign(tf.add(tf.mul(velocity, momentum), decayed));
				weight.assign(tf.sub(weight, tf.mul(velocity, learningRate)));
			});
			return value;
		});
}
