import * as tf from "@tensorflow/tfjs";
import { type Checks, checkOptions } from "../check/check-options.js";
import { flag, number, whole } from "../check/checks.js";
import { compile } from "../engine/compile.js";
import { normalize } from "../nn/normalize.js";
import type { NetworkOutput } from "../tasks/task.js";
import {
	type Gradients,
	makeOptimizer,
	type StepNumbers,
} from "../train/optimizer.js";
import type { Input } from "../train/predictor.js";
import {
	type Adaptation,
	type Adapter,
	type Adapting,
	batchNormsOf,
	orderCheck,
} from "./adaptation.js";

/** How a network adapts itself by the entropy of its predictions. */
export interface TentOptions {
	/** Of Adam; 0.001 by default. */
	readonly learningRate?: number;
	/** Updates for each batch, the predictions being those of the last forward pass before an update; 1 by default. */
	readonly steps?: number;
	/** Whether it begins anew with each batch; by default with each cell alone, and where images come one by one, with each. */
	readonly episodic?: boolean;
	/** Of the test images; `shuffled` by default. */
	readonly order?: Adaptation["order"];
}

const checks: Checks<TentOptions> = {
	learningRate: number({ from: 0 }),
	steps: whole({ from: 1 }),
	episodic: flag,
	order: orderCheck,
};

const adam = { name: "adamw", betas: [0.9, 0.999], epsilon: 1e-8 } as const;

const biased = { prior: 0, variance: "biased" } as const;

/** The options with their defaults filled in, which rows are keyed by. */
export type TentSettings = Required<
	Pick<TentOptions, "learningRate" | "steps">
> &
	Pick<TentOptions, "episodic">;

/** What a network is before it adapts: the numbers of the weights that change. */
const copied = (variables: readonly tf.Variable[]): tf.Tensor[] =>
	variables.map((variable) =>
		tf.tensor(variable.dataSync<"float32">().slice(), variable.shape),
	);

/** One forward pass, and the update that the entropy of its predictions asks for. */
function makeStep(
	{ task, model, isFrozen }: Adapting,
	weights: Readonly<Record<string, tf.Variable>>,
	update: (gradients: Gradients, numbers: StepNumbers) => void,
) {
	const changed = new Set(Object.values(weights));
	const frozen = isFrozen
		? Object.values(model.params).filter((variable) => !changed.has(variable))
		: [];
	return compile(
		(images: tf.Tensor4D, numbers: StepNumbers, sizes?: tf.Tensor2D) => {
			let output: NetworkOutput | undefined;
			const { grads } = tf.variableGrads(() => {
				const shown = {
					images: normalize(images, task.normalization),
					...(sizes && { sizes }),
				};
				const options = { batchNorm: biased, ...(sizes && { sizes }) };
				output = task.forward(model, shown.images, options);
				for (const tensor of [output].flat()) tf.keep(tensor);
				return task.entropy?.(output, shown) as tf.Scalar;
			}, [...changed]);
			const gradients = Object.entries(weights)
				.map(([name, { name: unique }]) => [name, grads[unique]] as const)
				.filter(([, gradient]) => gradient);
			update(Object.fromEntries(gradients) as Gradients, numbers);
			const kept = output as NetworkOutput;
			const result = Array.isArray(kept)
				? kept.map((tensor) => tf.clone(tensor))
				: tf.clone(kept);
			tf.dispose(kept);
			return result;
		},
		{ frozen },
	);
}

function adapterOf(
	given: Adapting,
	{ learningRate, steps, episodic }: TentSettings,
): Adapter {
	const { task, model } = given;
	if (!task.entropy)
		throw new Error(
			`tent needs the entropy of what a network says, which the task ${task.name} does not give: define its \`entropy\``,
		);
	const names = batchNormsOf(given, "tent").flatMap((name) => [
		`${name}.weight`,
		`${name}.bias`,
	]);
	const weights = Object.fromEntries(
		names.map((name) => [name, model.params[name] as tf.Variable]),
	);
	const group = { names, multiplier: 1, weightDecay: 0 };
	const optimizer = makeOptimizer(adam, model.params, { groups: [group] });
	const kept = copied(Object.values(weights));
	const step = makeStep(given, weights, optimizer.update);
	let updates = 0;
	const reset = () => {
		if (updates === 0) return;
		updates = 0;
		Object.values(weights).forEach((variable, i) => {
			variable.assign(kept[i] as tf.Tensor);
		});
		tf.tidy(() => {
			for (const slot of Object.values(optimizer.slots))
				slot.assign(tf.zeros(slot.shape));
		});
	};
	const forward = ({ images, sizes }: Input): NetworkOutput => {
		const numbers = optimizer.numbers(
			++updates,
			[learningRate],
			optimizer.momentum,
		);
		const output = tf.tidy(() => step(images, numbers, sizes));
		tf.dispose(numbers);
		return output;
	};
	const isEpisodic = episodic ?? task.testBatchSize === 1;
	const seen = <What>(input: Input, what: (output: NetworkOutput) => What) => {
		if (isEpisodic) reset();
		for (let i = 1; i < steps; i++) tf.dispose(forward(input));
		const output = forward(input);
		const found = what(output);
		tf.dispose(output);
		return found;
	};
	return {
		reset,
		predict: (input) =>
			seen(input, (output) => task.predictions(output, input.shown)),
		predictSurely: (input) =>
			seen(input, (output) => ({
				predictions: task.predictions(output, input.shown),
				confidences: task.confidences?.(output),
			})),
		dispose() {
			step.dispose?.();
			tf.dispose(kept);
			optimizer.dispose();
		},
	};
}

const prepare = (settings: TentSettings) => (given: Adapting) =>
	adapterOf(given, settings);

/**
 * TENT: batch norms see the statistics of each batch of test images, and their weights and biases are moved, by one
 * step of Adam, so that the entropy of the predictions becomes smaller.
 *
 * Predictions are those before the step. The network begins anew with each cell; where images come one by one, as
 * those of segmenters and detectors, with each. Rows are called `tent`. Scores depend on `batchSize` and the order of the
 * images. The entropy is the mean over images, positions or proposed regions. Networks without batch norms are refused,
 * and tasks without an `entropy`.
 *
 * Source: Wang et al., "Tent: Fully test-time adaptation by entropy minimization", ICLR 2021 (`DequanWang/tent`).
 */
export function tent(options: TentOptions = {}): Adaptation<TentSettings> {
	checkOptions("tent", options, checks);
	const { order, learningRate = 0.001, steps = 1, episodic } = options;
	return {
		name: episodic ? "tent-episodic" : "tent",
		options: {
			learningRate,
			steps,
			...(episodic !== undefined && { episodic }),
		},
		make: prepare,
		source: { module: import.meta.url, name: "tent" },
		...(order && { order }),
	};
}
