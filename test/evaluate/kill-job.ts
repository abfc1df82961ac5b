/** Fine-tunes and evaluates the tiny task, writing a line at each step: what the kill test kills. */
import { useEngine } from "../../src/engine/engine.js";
import { evaluate } from "../../src/evaluate/evaluate.js";
import { finetune } from "../../src/train/finetune.js";
import type { Recipe } from "../../src/train/recipe.js";
import { tinyBackbone, tinyRecipe, tinyTask } from "../train/tiny-task.js";

const [folder] = process.argv.slice(2);
await useEngine("onnxruntime");
const reporter = () => process.stdout.write("step\n");
const recipe: Recipe = {
	...tinyRecipe,
	length: { steps: 16 },
	augment: { name: "augmix" },
};
const run = await finetune(tinyBackbone(), tinyTask, recipe, {
	folder,
	reporter,
	// After every update: a kill loses nothing but the update in progress.
	saveSeconds: 0,
});
await evaluate(run, tinyTask, {
	corruptions: ["gaussian-noise", "brightness", "contrast", "pixelate"],
	severities: [1, 3],
	batchSize: 16,
	workers: 1,
	reporter,
});
process.stdout.write("finished\n");
