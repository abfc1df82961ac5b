/**
 * Fine-tunes and evaluates a tiny task, writing a line at each step: what the kill test kills.
 *
 * With `threads`, threads prepare the examples; with `watch`, held-out data lead the run, and it is looked at.
 */
import { useEngine } from "../../src/engine/engine.js";
import { evaluate } from "../../src/evaluate/evaluate.js";
import type { EvaluateOptions } from "../../src/evaluate/evaluate-options.js";
import { holdOut } from "../../src/tasks/hold-out.js";
import { finetune } from "../../src/train/finetune.js";
import type { Recipe } from "../../src/train/recipe.js";
import { tinyBackbone, tinyRecipe, tinyTask } from "../train/tiny-task.js";
import { variedBackbone, variedTask } from "../train/varied-task.js";

const [folder, kind] = process.argv.slice(2);
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
if (kind === "watch") {
	const task = holdOut(tinyTask, { share: 0.3 });
	const run = await finetune(
		tinyBackbone(),
		task,
		{
			...recipe,
			augment: null,
			watch: {
				every: { steps: 2 },
				keep: "best",
				patience: 8,
				plateau: { factor: 0.5, patience: 0 },
			},
		},
		{
			...options,
			// Some looks lie between two savings, others do not.
			saveSeconds: 0.03,
			every: {
				epochs: 0.6,
				async do({ score, log }) {
					reporter();
					log({ "test accuracy": await score({ data: task.test }) });
				},
			},
		},
	);
	await evaluate(run, task, cells);
} else if (kind === "threads") {
	const run = await finetune(variedBackbone(), variedTask(), recipe, options);
	await evaluate(run, variedTask(), cells);
} else {
	const run = await finetune(tinyBackbone(), tinyTask, recipe, options);
	await evaluate(run, tinyTask, cells);
}
process.stdout.write("finished\n");
