/** Fine-tunes as an attempt of a job of Slurm does, which its environment names, and says each step, and how it ended. */
import { writeSync } from "node:fs";
import { useEngine } from "../../src/engine/engine.js";
import { finetune } from "../../src/train/finetune.js";
import { tinyBackbone, tinyRecipe, tinyTask } from "../train/tiny-task.js";

const [folder = ""] = process.argv.slice(2);
await useEngine();
try {
	await finetune(tinyBackbone(), tinyTask, tinyRecipe, {
		folder,
		saveSeconds: 0,
		workers: 0,
		reporter: ({ done }) => void writeSync(1, `step ${done}\n`),
	});
	writeSync(1, "finished\n");
} catch (error) {
	const { name, message } = error as Error;
	writeSync(1, `${name} ${message}\n`);
}
