import { setImmediate as nextTurn } from "node:timers/promises";
import * as tf from "@tensorflow/tfjs";
import { type Backbone, checkBackbone } from "../backbones/backbone.js";
import { type Checks, checkOptions } from "../check/check-options.js";
import { abortSignal, list, number, text, whole } from "../check/checks.js";
import type { NamedTensors } from "../checkpoint/tensor.js";
import type { Task } from "../tasks/task.js";
import { linearHead } from "./begin-with.js";
import { describeProbe } from "./describe-run.js";
import { featureReader } from "./features.js";
import {
	type Features,
	type LinearLayer,
	type Logistic,
	logisticRegression,
	logitsOf,
} from "./logistic-regression.js";
import { disposeModel, loadModel, modelStateDict, newModel } from "./model.js";
import { notebookSignal } from "./notebook-signal.js";
import { placeOf } from "./place-of.js";
import type { ProbeSettings } from "./probe-settings.js";
import type { Run, RunRecord } from "./run.js";
import { wholeRun } from "./whole-run.js";

/** How a probe is fitted, and where it is kept. */
export interface ProbeOptions {
	/**
	 * Inverse strengths of the penalty, as scikit-learn has them, of which held-out data choose one: a hundred from 1e-7
	 * to 100, evenly in their logarithms, by default. A single one is not chosen, and needs no held-out data.
	 */
	readonly C?: readonly number[];
	/** Steps at most for each C, which begins where the one before ended; 200 by default. */
	readonly iterations?: number;
	/** No part of the slope of the mean loss is larger in the end, where the steps suffice; 1e-5 by default. */
	readonly tolerance?: number;
	/** What the run calls the backbone; by default its own name, or that of its architecture. */
	readonly name?: string;
	/** Where runs are kept, each in a folder of its own; `runs` by default. */
	readonly folder?: string;
	/** Stops it, nothing saved; in a notebook its interrupt does too, and the end of its kernel. */
	readonly signal?: AbortSignal;
}

const checks: Checks<ProbeOptions> = {
	C: list(number({ above: 0 })),
	iterations: whole({ from: 1 }),
	tolerance: number({ above: 0 }),
	name: text,
	folder: text,
	signal: abortSignal,
};

/** Evenly from 1e-7 to 1e2 in their logarithms. */
const usualC = Array.from({ length: 100 }, (_, i) => 10 ** (-7 + i / 11));

function settingsOf(options: ProbeOptions, task: Task): ProbeSettings {
	const { C = usualC, iterations = 200, tolerance = 1e-5 } = options;
	const rising = [...new Set(C)].sort((a, b) => a - b);
	if (rising.length === 0)
		throw new RangeError("probe: C must have at least one number");
	if (rising.length > 1 && !task.heldOut)
		throw new Error(
			"a probe chooses C on held-out data, of which the task has none: give it holdOut(task, { share: 0.1 }), or a single C",
		);
	return { name: "logistic-regression", C: rising, iterations, tolerance };
}

/** The names of weight and bias of the layer that is fitted; throws for tasks that have another head. */
function layerNames(source: Backbone, task: Task) {
	const { name, uses = "features", headParams } = task;
	const advice = `a logistic regression is one linear layer on pooled features: a probe of other heads is finetune(backbone, task, { ...recipe, transfer: "fixed-feature" })`;
	if (uses !== "features")
		throw new Error(
			`probe is for classification, and ${name} uses feature maps; ${advice}`,
		);
	const [weight, bias] = linearHead(headParams(source)) ?? [];
	if (weight !== undefined && bias !== undefined) return { weight, bias };
	throw new Error(
		`probe is for a head of one linear layer with a bias, and that of ${name} has the weights ${Object.keys(headParams(source)).join(", ")}; ${advice}`,
	);
}

function checkClasses({ targets }: Features, { name, classes, train }: Task) {
	const present = new Set(targets);
	const absent = classes.filter((_, index) => !present.has(index));
	if (absent.length > 0)
		throw new Error(
			`${train.name} has no image of ${absent.join(", ")}: nothing can be fitted for ${absent.length} of the ${classes.length} classes of ${name}`,
		);
}

/** The task's score, in percent, of logits `[images, classes]`. */
function scoreOf(task: Task, data: Features, layer: LinearLayer): number {
	const metric = task.metric();
	const logits = tf.tensor2d(Float32Array.from(logitsOf(data, layer)), [
		data.targets.length,
		layer.bias.length,
	]);
	task.predictions(logits, []).forEach((prediction, i) => {
		metric.add(prediction, data.targets[i]);
	});
	logits.dispose();
	return metric.value();
}

/** Throws where the task's network is no linear layer on the features. */
function checkNetwork(
	source: Backbone,
	task: Task,
	{
		tensors,
		logits,
	}: { readonly tensors: NamedTensors; readonly logits: Float64Array },
): void {
	const model = loadModel(source.architecture, task, tensors);
	const reader = featureReader(task, model, undefined);
	const own = reader.logits(task.train);
	reader.dispose();
	disposeModel(model);
	const largest = logits.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
	const isSame = own.every(
		(value, i) =>
			Math.abs(value - (logits[i] as number)) <= 1e-3 * (1 + largest),
	);
	if (!isSame)
		throw new Error(
			`the network of ${task.name} is no linear layer on the pooled features: probe it with finetune(backbone, task, { ...recipe, transfer: "fixed-feature" })`,
		);
}

function withLayer(
	tensors: NamedTensors,
	names: { readonly weight: string; readonly bias: string },
	layer: LinearLayer,
): NamedTensors {
	const tensorOf = (key: keyof LinearLayer) => {
		const tensor = tensors[names[key]] as NamedTensors[string];
		return { ...tensor, data: Float32Array.from(layer[key]) };
	};
	return {
		...tensors,
		[names.weight]: tensorOf("weight"),
		[names.bias]: tensorOf("bias"),
	};
}

interface Work {
	readonly task: Task;
	readonly settings: ProbeSettings;
	readonly names: ReturnType<typeof layerNames>;
	readonly signal: AbortSignal | undefined;
}

async function fit(
	source: Backbone,
	{ task, settings, names, signal }: Work,
): Promise<{ readonly fitted: Logistic; readonly tensors: NamedTensors }> {
	const model = newModel(source, task, 0);
	const reader = featureReader(task, model, signal);
	try {
		const train = await reader.read(task.train);
		checkClasses(train, task);
		const isChosen = settings.C.length > 1;
		const heldOut =
			isChosen && task.heldOut ? await reader.read(task.heldOut) : undefined;
		const fitted = await logisticRegression(train, {
			...settings,
			classes: task.classes.length,
			...(heldOut && { score: (layer) => scoreOf(task, heldOut, layer) }),
			async between() {
				await nextTurn();
				signal?.throwIfAborted();
			},
		});
		const tensors = withLayer(modelStateDict(model), names, fitted);
		checkNetwork(source, task, { tensors, logits: logitsOf(train, fitted) });
		return { fitted, tensors };
	} finally {
		reader.dispose();
		disposeModel(model);
	}
}

function withFound(
	record: RunRecord,
	{ C, scores, unfinished }: Logistic,
): RunRecord {
	const found = {
		C,
		...(scores.length > 0 && { scores }),
		...(unfinished.length > 0 && { unfinished }),
	};
	return { ...record, probe: { ...(record.probe as ProbeSettings), found } };
}

/**
 * Fits the head of a classification task by logistic regression on the features of a backbone, which is left as it is:
 * a finished run, to score, and to fine-tune from, `finetune(backbone, task, recipe, { from: run })`.
 *
 * Features are those of the training images as test images are prepared, standardized by one mean and one deviation;
 * the run's `record.probe.found` says which C held-out data chose, the first of the best, and which ones the iterations
 * did not suffice for. Called again with the same arguments it returns the run. Choose the engine first. Throws where
 * the head is not one linear layer on pooled features, several C are to be chosen from without held-out data, or a class
 * has no training image. Source: Kumar et al., "Fine-Tuning can Distort Pretrained Features", 2022;
 * AnanyaKumar/transfer_learning, `log_reg_sk.py`.
 */
export async function probe<Target, Prediction>(
	source: Backbone,
	given: Task<Target, Prediction>,
	options: ProbeOptions = {},
): Promise<Run> {
	checkOptions("probe", options, checks);
	checkBackbone(source);
	const task = given as unknown as Task;
	const { folder = "runs", name } = options;
	const signal = notebookSignal(options.signal);
	const names = layerNames(source, task);
	const settings = settingsOf(options, task);
	const place = placeOf(
		folder,
		describeProbe(source, task, { settings, name }),
	);
	const make = async (signal: AbortSignal) => {
		const work = { task, settings, names, signal };
		const { fitted, tensors } = await fit(source, work);
		return { record: withFound(place.record, fitted), tensors };
	};
	return wholeRun(place.folder, make, signal);
}
