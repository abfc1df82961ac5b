import * as tf from "@tensorflow/tfjs";
import type { Params } from "../nn/params.js";
import type { Random } from "../random.js";
import type { Batch } from "./batch.js";
import { type Apply, type Differentiate, makeParts } from "./batch-parts.js";
import type { Model } from "./model.js";
import { copyOf } from "./optimizer-weight.js";
import type { Recipe } from "./recipe.js";
import type { Regularization } from "./regularizer.js";

/** A measurement before the first step. */
export interface Measurement {
	/** How many batches it takes, where one pass over the training set has `epoch`. */
	batches(epoch: number): number;
	/** Begins anew; the weights are as they were when it has ended. */
	begin(): {
		/** Sees a batch, which it disposes of, for its share of the mean. */
		see(
			batch: (part: number) => Batch,
			at: { readonly step: number; readonly share: number },
		): void;
		end(): void;
	};
}

/** Prepares measurements before the first step: they see gradients as updates do, and change no weight. */
export function measurements(
	{
		recipe,
		regularized,
		model,
	}: {
		readonly recipe: Recipe;
		readonly regularized: Regularization | undefined;
		readonly model: Model;
	},
	differentiate: Differentiate,
	given: {
		readonly trained: Params;
		readonly frozen: tf.Variable[];
		readonly random: Random;
	},
): Measurement[] {
	const { accumulate: count, seed } = recipe;
	return (regularized?.measuring ?? []).map((measuring) => ({
		batches: (epoch) => measuring.batches(epoch),
		begin() {
			const before = snapshotOf(model.params);
			measuring.begin();
			const see: Apply<{ share: tf.Scalar }> = (gradients, { share }) =>
				measuring.see(gradients, share);
			const parts = makeParts(differentiate, see, { ...given, count });
			return {
				see(batchOf, { step, share }) {
					const numbers = { share: tf.scalar(share) };
					for (let part = 0; part < count; part++) {
						const batch = batchOf(part);
						given.random.reseed("measurement", seed, step, part);
						tf.dispose(tf.tidy(() => parts.part(batch, numbers)));
						tf.dispose(batch as never);
					}
					tf.tidy(() => parts.finish(numbers));
					numbers.share.dispose();
				},
				end() {
					parts.dispose();
					before.restore();
				},
			};
		},
	}));
}

/** The values of variables, to be given back. */
function snapshotOf(params: Params): { restore(): void } {
	const kept = Object.values(params).map(
		(variable) => [variable, copyOf(variable)] as const,
	);
	return {
		restore() {
			for (const [variable, copy] of kept) {
				variable.assign(copy);
				copy.dispose();
			}
		},
	};
}
