/**
 * Steps of fine-tuning, or batches of evaluation, with a remedy, in a process of its own.
 *
 * `node remedy-step.js <row> <architecture> <side> <batch> <threads>` makes a step for each line that it reads. It
 * prints JSON: its version when it is ready, after two steps, milliseconds for each, at the end the peak of memory in
 * megabytes.
 */
import { createInterface } from "node:readline";
import * as tf from "@tensorflow/tfjs";
import type { ArchitectureName } from "../../src/backbones/architectures.js";
import { makeAdapter } from "../../src/evaluate/adaptation.js";
import {
	holdOut,
	type Recipe,
	recipes,
	type Task,
	untrainedBackbone,
	useEngine,
} from "../../src/index.js";
import { type Batch, batchMaker } from "../../src/train/batch.js";
import { exampleMaker } from "../../src/train/examples.js";
import { copyOfModel, newModel } from "../../src/train/model.js";
import { makePredictor } from "../../src/train/predictor.js";
import { makeTrainStep } from "../../src/train/train-step.js";
import { benchTask } from "./bench-task.js";
import {
	type EvaluationRow,
	type RemedyRow,
	remedyRows,
} from "./remedy-rows.js";
import { print } from "./report.js";

const [name = "", architecture, side, batchSize, threads] =
	process.argv.slice(2);
const { name: engine, version } = await useEngine("onnxruntime", {
	threads: Number(threads),
});
const plain = holdOut(benchTask(Number(side)));
const row = remedyRows[name] as RemedyRow;
const usual: Recipe = { ...recipes.cifar10, batchSize: Number(batchSize) };
const recipe: Recipe = {
	...usual,
	...("changes" in row && row.changes(usual)),
};
const source = untrainedBackbone(architecture as ArchitectureName);
const task =
	"changes" in row && row.taskOf ? row.taskOf(plain as Task, source) : plain;
const model = newModel(source, task, 0);
source.dispose();
const exampleAt = exampleMaker(task, recipe);
const makeBatch = batchMaker(task, recipe);
const examples = Array.from({ length: recipe.batchSize }, (_, i) =>
	exampleAt(i),
);

/** Makes a training step each time. */
function training(): () => void {
	const trainStep = makeTrainStep(
		task as Task,
		{ ...model, ...(recipe.average && { average: copyOfModel(model, task) }) },
		recipe,
	);
	for (const { begin } of trainStep.measurements) {
		const measuring = begin();
		const of = (part: number) => makeBatch(examples, { step: 0, part });
		measuring.see(of, { step: 0, share: 1 });
		measuring.end();
	}
	let at = 0;
	return () =>
		trainStep.update({ step: at++, steps: 1000 }, () => nextBatch as Batch);
}

/** Predicts a batch each time. */
function evaluation({ adaptation }: EvaluationRow): () => void {
	const frozen = Object.values(model.params);
	const predictor = adaptation
		? makeAdapter(adaptation, { task: task as Task, model, isFrozen: true })
		: makePredictor(task as Task, model, frozen);
	const size = { height: Number(side), width: Number(side) };
	const shown = examples.map(() => ({ given: size, seen: size }));
	return () => {
		const { images } = nextBatch as Batch;
		predictor.predict({ images, shown });
		tf.dispose(nextBatch as never);
	};
}

let nextBatch: Batch | undefined;
const act = "adaptation" in row ? evaluation(row) : training();

function step() {
	nextBatch = makeBatch(examples, { step: 0, part: 0 });
	const before = process.cpuUsage();
	const start = performance.now();
	act();
	const milliseconds = performance.now() - start;
	const { user, system } = process.cpuUsage(before);
	return { milliseconds, processor: (user + system) / 1000 };
}

step();
step();
print(JSON.stringify({ version: `${engine} ${version}` }));
for await (const _ of createInterface({ input: process.stdin }))
	print(JSON.stringify(step()));
print(JSON.stringify({ peak: process.resourceUsage().maxRSS / 1000 }));
