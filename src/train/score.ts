import { setImmediate as nextTurn } from "node:timers/promises";
import * as tf from "@tensorflow/tfjs";
import { didYouMean } from "../check/did-you-mean.js";
import { remembered } from "../tasks/remembered.js";
import type { Dataset, Metric, Task } from "../tasks/task.js";
import { inputOf, type Predictor } from "./predictor.js";

/** What is scored, by which figure. */
export interface ScoreOptions<Target> {
	readonly data: Dataset<Target>;
	/** A further figure of the task's metric; its score by default. */
	readonly metric?: string | undefined;
	readonly signal?: AbortSignal | undefined;
}

function figureOf(
	{ metricName }: Pick<Task, "metricName">,
	metric: Metric<unknown, unknown>,
	name: string,
): number {
	const figures = {
		...metric.details?.(),
		[metricName]: metric.value(),
	};
	const figure = figures[name];
	if (figure !== undefined && Number.isFinite(figure)) return figure;
	const names = Object.keys(figures);
	throw new Error(
		figure === undefined
			? `the task's metric has no figure "${name}", only ${names.join(", ")}${didYouMean(name, names)}`
			: `the ${name} is ${figure}, no score`,
	);
}

/**
 * A figure, in percent, of what a model makes of all examples of a data set, prepared as test images are.
 *
 * Throws where one cannot be read, the metric has no such figure, or it is not finite; and the reason of `signal`
 * after the batch in progress.
 */
export async function scoreOn<Target, Prediction>(
	task: Task<Target, Prediction>,
	predictor: Predictor<Prediction>,
	{ data, metric: name = task.metricName, signal }: ScoreOptions<Target>,
): Promise<number> {
	const metric = task.metric();
	const batchSize = Math.min(task.testBatchSize ?? 64, data.length);
	for (let start = 0; start < data.length; start += batchSize) {
		await nextTurn();
		signal?.throwIfAborted();
		const count = Math.min(batchSize, data.length - start);
		const samples = Array.from({ length: count }, (_, i) =>
			remembered(data, start + i),
		);
		const prepared = samples.map(({ image }) => ({
			image: task.prepare(image),
			given: image,
		}));
		const { shown, ...tensors } = inputOf(task, prepared, batchSize);
		const predictions = predictor.predict({ ...tensors, shown });
		tf.dispose(Object.values(tensors));
		samples.forEach(({ target }, i) => {
			metric.add(predictions[i] as Prediction, target);
		});
	}
	return figureOf(task, metric as Metric<unknown, unknown>, name);
}
