import * as tf from "@tensorflow/tfjs";
import type { Check, Checks } from "../check/check-options.js";
import { keyed, number, oneOf, required, whole } from "../check/checks.js";
import type { Params } from "../nn/params.js";

/**
 * A moving average of the weights, which the run ends with in their place; its last weights are saved too.
 *
 * After each update `average = decay · average + (1 - decay) · weights`; the first update sets it. Choose `1 / (1 -
 * decay)` of at most a tenth of all updates. Source: timm, `ModelEmaV3`.
 */
export interface Average {
	/** From 0, which averages nothing, to below 1; 0.9999 is usual for long runs. */
	readonly decay: number;
	/** Lets the decay rise to that, `1 - (1 + updates / gamma) ^ -power`; left out, it is there from the start. */
	readonly warmUp?: {
		/** 1 in timm. */
		readonly gamma: number;
		/** 2/3 for long runs, 3/4 for short ones. */
		readonly power: number;
	};
	/** Updates after which it begins; before, it is the weights. 0 by default. */
	readonly after?: number;
	/** Whether running statistics are averaged too, or copied, as PyTorch's `AveragedModel` does; `average` by default. */
	readonly statistics?: "average" | "copy";
}

const checks: Checks<Average> = {
	decay: required(number({ from: 0, below: 1 })),
	warmUp: keyed({
		gamma: required(number({ above: 0 })),
		power: required(number({ above: 0 })),
	}),
	after: whole({ from: 0 }),
	statistics: oneOf(["average", "copy"]),
};

/** The check of the average of a recipe. */
export const averageCheck: Check = keyed(checks);

/** How much of the average is kept in update `step`, from 1 on. */
export function decayAt(
	step: number,
	{ decay, warmUp, after = 0 }: Average,
): number {
	const since = Math.max(0, step - after - 1);
	if (since === 0) return 0;
	if (!warmUp) return decay;
	return Math.min(decay, 1 - (1 + since / warmUp.gamma) ** -warmUp.power);
}

const statistic = /\.running_(mean|var)$/;

/** Before the names of averages in a saved state, where no optimizer's slot is called so. */
export const averagePrefix = "average of/";

/** Follows weights with their averages, after an update of these. */
export interface Following {
	/** The averages of weights that change, by `average of/<name>`. */
	readonly slots: Params;
	/** Pure tensor operations, made to be compiled; `kept` is `decayAt`. */
	update(kept: tf.Scalar): void;
}

/** Prepares the averages of a model, those variables of another one with the same values. */
export function following(
	{ statistics = "average" }: Average,
	changing: Params,
	averages: Params,
): Following {
	const pairs = Object.entries(changing).map(([name, weight]) => ({
		name,
		weight,
		average: averages[name] as tf.Variable,
	}));
	return {
		slots: Object.fromEntries(
			pairs.map(({ name, average }) => [averagePrefix + name, average]),
		),
		update(kept) {
			for (const { name, weight, average } of pairs)
				average.assign(
					statistics === "copy" && statistic.test(name)
						? tf.clone(weight)
						: // Exact where nothing is kept, and where both are the same.
							tf.add(weight, tf.mul(tf.sub(average, weight), kept)),
				);
		},
	};
}
