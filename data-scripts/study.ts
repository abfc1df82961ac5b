/**
 * The study in miniature, in a few minutes on two cores: `npm start`
 *
 * Three bundled backbones are fine-tuned at three learning rates, with and without PRIME, and scored clean
 * and under the fifteen common corruptions. All of it is kept in `runs/study`: called again, it goes on
 * where it was, or shows the finished result at once.
 */
import {
	evaluate,
	finetune,
	loadResults,
	miniBackbone,
	type Recipe,
	type Run,
	recipes,
	shapes,
	studyTable,
	tableToMarkdown,
	useEngine,
	writeReport,
} from "../src/index.js";
import { terminalReporter } from "./terminal-reporter.js";

const folder = "runs/study";
const backbones = ["regular", "prime", "adversarial"] as const;
const learningRates = [0.01, 0.03, 0.1];
const augments: Recipe["augment"][] = [
	null,
	{ name: "prime", preset: "imagenet" },
];
const steps = 100;
const images = 500;

const { name, version, device } = await useEngine();
console.log(`The miniature of the study, on ${name} ${version} (${device})`);
const task = shapes();
const reporter = terminalReporter();

const runs: Run[] = [];
for (const training of backbones) {
	const backbone = await miniBackbone(`resnet-mini/${training}`);
	for (const learningRate of learningRates) {
		for (const augment of augments) {
			const length = { steps };
			const recipe = { ...recipes.shapes, length, learningRate, augment };
			runs.push(await finetune(backbone, task, recipe, { folder, reporter }));
		}
	}
	backbone.dispose();
}
const rows = await evaluate(runs, task, { images, reporter });

console.log(`\n${tableToMarkdown(studyTable(loadResults(rows)))}\n`);
console.log(`The report: ${writeReport(folder)}`);
