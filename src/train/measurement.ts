import * as tf from "@tensorflow/tfjs";
import type { Params } from "../nn/params.js";
import type { Random } from "../random.js";
import type { Batch } from "./batch.js";
import {
	type Apply,
	type Differentiate,
	makeParts,
	type Parts,
} from "./batch-parts.js";
import type { Measuring } from "./measured.js";
import type { Model } from "./model.js";
import { copyOf } from "./optimizer-weight.js";
import type { Recipe } from "./recipe.js";

/** A measurement before the first step, or again and again. */
export interface Measurement extends Pick<Measuring, "every"> {
	/** How many batches it takes, where one pass over the training set has `epoch`. */
	batches(epoch: number): number;
	/** Begins anew; the weights are as they were when it has ended. */
	begin(): {
		/** Sees a batch, which it disposes of, for its share of the mean. */
		see(
			batch: (part: number) => Batch,
			at: { readonly step: number; readonly share: number },
		): void;
		/** Ends; what it saw counts where all batches were seen. */
		end(): void;
	};
	dispose(): void;
}

/** What gradients are made with. */
interface Given {
	readonly trained: Params;
	readonly frozen: tf.Variable[];
	readonly random: Random;
}

/** Prepares a measurement: it sees gradients as updates do, and changes no weight. */
export function measurement(
	measuring: Measuring,
	{ recipe, model }: { readonly recipe: Recipe; readonly model: Model },
	{ differentiate, ...given }: Given & { differentiate: Differentiate },
): Measurement {
	const { accumulate: count, seed } = recipe;
	const { every } = measuring;
	const see: Apply<{ share: tf.Scalar }> = (gradients, { share }) =>
		measuring.see(gradients, share);
	const kept = new Set([...given.frozen, ...Object.values(given.trained)]);
	const statistics = Object.values(model.params).filter(
		(variable) => !kept.has(variable),
	);
	let made: Parts<{ share: tf.Scalar }> | undefined;
	const dispose = () => {
		made?.dispose();
		made = undefined;
	};
	return {
		batches: (epoch) => measuring.batches(epoch),
		...(every && { every }),
		begin() {
			const before = snapshotOf(statistics);
			measuring.begin();
			made ??= makeParts(differentiate, see, { ...given, count });
			const parts = made;
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
					measuring.finish();
					before.restore();
					if (!every) dispose();
				},
			};
		},
		dispose,
	};
}

/** The values of variables, to be given back. */
function snapshotOf(variables: readonly tf.Variable[]): { restore(): void } {
	const kept = variables.map(
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
