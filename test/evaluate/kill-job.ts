/**
 * Fine-tunes and evaluates a tiny task, writing a line at each step: what the kill test kills.
 *
 * With a second argument, threads prepare the examples.
 */
import { useEngine } from "../../src/engine/engine.js";
import { evaluate } from "../../src/evaluate/evaluate.js";
import type { EvaluateOptions } from "../../src/evaluate/evaluate-options.js";
import { finetune } from "../../src/train/finetune.js";
import type { Recipe } from "../../src/train/recipe.js";
import { tinyBackbone, tinyRecipe, tinyTask } from "../train/tiny-task.js";
import { variedBackbone, variedTask } from "../train/varied-task.js";

const [folder, threads] = process.argv.slice(2);
await useEngine();
const reporter = () => process.stdout.write("step\n");
const recipe: Recipe = {
	...tinyRecipe,
	length: { steps: 16 },
	augment: { name: "augmix" },
};
const options = {
	folder,
	reporter,
	workers: 1,
	// After every update: a kill loses nothing but the update in progress.
	saveSeconds: 0,
};
const cells: EvaluateOptions = {
	corruptions: ["gaussian-noise", "brightness", "contrast", "pixelate"],
	severities: [1, 3],
	batchSize: 16,
	workers: 1,
	reporter,
};
if (threads) {
	const run = await finetune(variedBackbone(), variedTask(), recipe, options);
	await evaluate(run, variedTask(), cells);
} else {
	const run = await finetune(tinyBackbone(), tinyTask, recipe, options);
	await evaluate(run, tinyTask, cells);
}
process.stdout.write("finished\n");
