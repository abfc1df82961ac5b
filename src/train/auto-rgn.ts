import * as tf from "@tensorflow/tfjs";
import { type Checks, checkOptions } from "../check/check-options.js";
import { whole } from "../check/checks.js";
import type { Own } from "../own.js";
import { type Corrected, correctedCheck } from "./anchored.js";
import { rhythmCheck } from "./length.js";
import { optimizerRule } from "./optimizer.js";
import type { OptimizerRule } from "./optimizer-rule.js";
import type { Rhythm } from "./recipe.js";

/** How learning rates are chosen by relative gradient norms. */
export interface AutoRgnOptions extends Corrected {
	/** On how many batches gradients are measured; 5 by default. */
	readonly batches?: number;
	/** How often, the optimizer beginning anew each time; with each epoch by default. */
	readonly every?: Rhythm;
}

const checks: Checks<AutoRgnOptions> = {
	optimizer: correctedCheck,
	batches: whole({ from: 1 }),
	every: rhythmCheck,
};

/** The largest becomes 1; so does that of a weight of norm 0, which has none. */
function multipliers(
	means: Readonly<Record<string, tf.Tensor>>,
): Record<string, tf.Tensor> {
	const found = Object.entries(means).map(
		([name, mean]) => [name, mean.dataSync()[0] as number] as const,
	);
	const most = Math.max(
		...found.map(([, ratio]) => (Number.isFinite(ratio) ? ratio : 0)),
	);
	return Object.fromEntries(
		found.map(([name, ratio]) => {
			const share = ratio / most;
			return [name, tf.scalar(Number.isFinite(share) ? share : 1)];
		}),
	);
}

/**
 * Another optimizer whose learning rate is scaled for each weight by its relative gradient norm, the mean over batches of
 * `|gradient| / |weight|`, of which the largest is 1.
 *
 * It is measured anew with each epoch, where the optimizer begins anew. Weights with `bn` in their names stay as they
 * are; `batchNorm: "frozen"`, with which the authors fine-tune, freezes those in `downsample.1` too. They use Adam, and
 * a weight decay of 1e-4. Auto-RGN of Lee et al., "Surgical fine-tuning improves adaptation to distribution shifts",
 * ICLR 2023 (`anniesch/surgical-finetuning`).
 */
export function autoRgn(
	options: AutoRgnOptions,
): Own<OptimizerRule, AutoRgnOptions> {
	checkOptions("autoRgn", options, checks);
	return {
		name: "auto-rgn",
		options,
		source: { module: import.meta.url, name: autoRgn.name },
		make({ optimizer, batches = 5, every = { epochs: 1 } }): OptimizerRule {
			const rule = optimizerRule(optimizer);
			return {
				...rule,
				measured: {
					every,
					batches: () => batches,
					of: ({ value, gradient, facts }) =>
						facts.name.includes("bn")
							? undefined
							: tf.div(tf.norm(gradient), tf.norm(value)),
					finish: multipliers,
				},
				update(before, figures) {
					const { measured, value, slots } = before;
					if (!measured) return { value, slots };
					// A step is as long as its rate: so much of it is taken.
					const after = rule.update(before, figures);
					const taken = tf.mul(after.value, measured);
					const left = tf.mul(value, tf.sub(1, measured));
					return { ...after, value: tf.add(taken, left) };
				},
			};
		},
	};
}
