import { minimize, type Objective } from "./minimize.js";

/** What a backbone makes of images, and the classes they are of. */
export interface Features {
	/** `[images, size]`. */
	readonly values: Float32Array | Float64Array;
	/** Of one image. */
	readonly size: number;
	/** From 0 on, one for each image. */
	readonly targets: readonly number[];
}

/** One linear layer: the logits of an image are `weight · features + bias`. */
export interface LinearLayer {
	/** `[classes, size]`, as PyTorch has it. */
	readonly weight: Float64Array;
	readonly bias: Float64Array;
}

/** How a logistic regression is fitted. */
export interface LogisticOptions {
	readonly classes: number;
	/** Inverse strengths of the penalty, each fitted from where the last one ended. */
	readonly C: readonly number[];
	/** Steps at most for each C. */
	readonly iterations: number;
	/** Of the slope of the mean loss. */
	readonly tolerance: number;
	/** How good a layer is: the first of the highest is kept; the last C where it is left out. */
	readonly score?: (layer: LinearLayer) => number;
	/** Awaited before each step; throws to stop. */
	readonly between?: () => Promise<void>;
}

/** What was fitted. */
export interface Logistic extends LinearLayer {
	readonly C: number;
	/** Of each C, where they were scored. */
	readonly scores: readonly number[];
	/** The values of C at which the iterations ended before it had converged. */
	readonly unfinished: readonly number[];
}

/** The logits, `[images, classes]`. */
export function logitsOf(
	{ values, size, targets: { length } }: Features,
	{ weight, bias }: LinearLayer,
): Float64Array {
	const classes = bias.length;
	const logits = new Float64Array(length * classes);
	for (let n = 0; n < length; n++)
		for (let k = 0; k < classes; k++) {
			let sum = bias[k] as number;
			for (let i = 0; i < size; i++)
				sum +=
					(weight[k * size + i] as number) * (values[n * size + i] as number);
			logits[n * classes + k] = sum;
		}
	return logits;
}

/** Turns logits into what the loss changes by for each, and returns the loss. */
function softmaxSlope(logits: Float64Array, target: number): number {
	const own = logits[target] as number;
	const most = logits.reduce((a, b) => Math.max(a, b));
	let sum = 0;
	for (let k = 0; k < logits.length; k++) {
		logits[k] = Math.exp((logits[k] as number) - most);
		sum += logits[k] as number;
	}
	for (let k = 0; k < logits.length; k++)
		logits[k] = (logits[k] as number) / sum - (k === target ? 1 : 0);
	return Math.log(sum) + most - own;
}

/** The mean cross-entropy and half the penalty times the squared weights; a layer is its weight, then its bias. */
function objectiveOf(
	features: Features,
	classes: number,
	penalty: number,
): Objective {
	const { values, size, targets } = features;
	const count = targets.length;
	return (at, slope) => {
		const layer = splitLayer(at, classes);
		const logits = logitsOf(features, layer);
		const { weight: weightSlope, bias: biasSlope } = splitLayer(slope, classes);
		biasSlope.fill(0);
		let [loss, squares] = [0, 0];
		layer.weight.forEach((value, i) => {
			squares += value ** 2;
			weightSlope[i] = penalty * value;
		});
		for (let n = 0; n < count; n++) {
			const own = logits.subarray(n * classes, (n + 1) * classes);
			loss += softmaxSlope(own, targets[n] as number);
			for (let k = 0; k < classes; k++) {
				const share = (own[k] as number) / count;
				biasSlope[k] = (biasSlope[k] as number) + share;
				for (let i = 0; i < size; i++)
					weightSlope[k * size + i] =
						(weightSlope[k * size + i] as number) +
						share * (values[n * size + i] as number);
			}
		}
		return loss / count + (penalty / 2) * squares;
	};
}

function splitLayer(whole: Float64Array, classes: number): LinearLayer {
	const weights = whole.length - classes;
	return { weight: whole.subarray(0, weights), bias: whole.subarray(weights) };
}

/** Mean and deviation of all numbers together; throws where they are all the same, or not finite. */
function scaleOf(values: Features["values"]) {
	let sum = 0;
	for (const value of values) sum += value;
	const mean = sum / values.length;
	let squares = 0;
	for (const value of values) squares += (value - mean) ** 2;
	const deviation = Math.sqrt(squares / values.length);
	if (deviation > 0 && Number.isFinite(deviation)) return { mean, deviation };
	throw new Error(
		`the features of the training images have the standard deviation ${deviation}: nothing can be told apart by them`,
	);
}

/** The layer for features as they are, of one for `(features - mean) / deviation`. */
export function unstandardized(
	{ weight, bias }: LinearLayer,
	{ mean, deviation }: { readonly mean: number; readonly deviation: number },
): LinearLayer {
	const size = weight.length / bias.length;
	const scaled = weight.map((value) => value / deviation);
	return {
		weight: scaled,
		bias: bias.map((value, k) => {
			const own = scaled.subarray(k * size, (k + 1) * size);
			return value - mean * own.reduce((sum, part) => sum + part, 0);
		}),
	};
}

/**
 * Logistic regression with an L2 penalty on the weights, not on the biases, on features that are standardized by one
 * mean and one deviation; the layer that it gives is for the features as they are.
 *
 * `C` is that of scikit-learn, where two classes share one weight vector: `sum of losses + |w|^2 / (2 C)`. Every class
 * must have an image. Source: AnanyaKumar/transfer_learning, `log_reg_sk.py`; sklearn.linear_model.LogisticRegression.
 */
export async function logisticRegression(
	features: Features,
	{ classes, C, iterations, tolerance, score, between }: LogisticOptions,
): Promise<Logistic> {
	const scale = scaleOf(features.values);
	const standard: Features = {
		...features,
		values: features.values.map(
			(value) => (value - scale.mean) / scale.deviation,
		),
	};
	const weightVectors = classes === 2 ? 2 : 1;
	let at = new Float64Array(classes * (features.size + 1));
	const scores: number[] = [];
	const unfinished: number[] = [];
	let best: (LinearLayer & { readonly C: number }) | undefined;
	for (const strength of C) {
		const penalty = weightVectors / (strength * features.targets.length);
		const found = await minimize(objectiveOf(standard, classes, penalty), at, {
			iterations,
			tolerance,
			...(between && { between }),
		});
		at = new Float64Array(found.at);
		if (!found.converged) unfinished.push(strength);
		const layer = unstandardized(splitLayer(at, classes), scale);
		const before = Math.max(...scores);
		if (score) scores.push(score(layer));
		if (!score || (scores.at(-1) as number) > before)
			best = { ...layer, C: strength };
	}
	return { ...(best as LinearLayer & { C: number }), scores, unfinished };
}
