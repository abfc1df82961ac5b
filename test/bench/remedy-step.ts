/**
 * Steps of fine-tuning with a remedy, in a process of its own.
 *
 * `node remedy-step.js <row> <architecture> <side> <batch> <threads>` makes a step for each line that it reads. It
 * prints JSON: its version when it is ready, after two steps, milliseconds for each, at the end the peak of memory in
 * megabytes.
 */
import { createInterface } from "node:readline";
import type { ArchitectureName } from "../../src/backbones/architectures.js";
import {
	holdOut,
	type Recipe,
	recipes,
	untrainedBackbone,
	useEngine,
} from "../../src/index.js";
import { batchMaker } from "../../src/train/batch.js";
import { exampleMaker } from "../../src/train/examples.js";
import { copyOfModel, newModel } from "../../src/train/model.js";
import { makeTrainStep } from "../../src/train/train-step.js";
import { benchTask } from "./bench-task.js";
import { remedyRows } from "./remedy-rows.js";
import { print } from "./report.js";

const [name = "", architecture, side, batchSize, threads] =
	process.argv.slice(2);
const { name: engine, version } = await useEngine("onnxruntime", {
	threads: Number(threads),
});
const task = holdOut(benchTask(Number(side)));
const usual: Recipe = { ...recipes.cifar10, batchSize: Number(batchSize) };
const recipe: Recipe = { ...usual, ...remedyRows[name]?.changes(usual) };
const source = untrainedBackbone(architecture as ArchitectureName);
const model = newModel(source, task, 0);
source.dispose();
const trainStep = makeTrainStep(
	task,
	{ ...model, ...(recipe.average && { average: copyOfModel(model, task) }) },
	recipe,
);
const exampleAt = exampleMaker(task, recipe);
const makeBatch = batchMaker(task, recipe);
const examples = Array.from({ length: recipe.batchSize }, (_, i) =>
	exampleAt(i),
);
let at = 0;

function step() {
	const batch = makeBatch(examples, { step: 0, part: 0 });
	const before = process.cpuUsage();
	const start = performance.now();
	trainStep.update({ step: at++, steps: 1000 }, () => batch);
	const milliseconds = performance.now() - start;
	const { user, system } = process.cpuUsage(before);
	return { milliseconds, processor: (user + system) / 1000 };
}

for (const { begin } of trainStep.measurements) {
	const measuring = begin();
	const of = (part: number) => makeBatch(examples, { step: 0, part });
	measuring.see(of, { step: 0, share: 1 });
	measuring.end();
}
step();
step();
print(JSON.stringify({ version: `${engine} ${version}` }));
for await (const _ of createInterface({ input: process.stdin }))
	print(JSON.stringify(step()));
print(JSON.stringify({ peak: process.resourceUsage().maxRSS / 1000 }));
