/** Trains and scores on the stand-in for TensorFlow, in the process of its test. */
import {
	engine,
	evaluate,
	finetune,
	miniBackbone,
	recipes,
	shapes,
	shapesDetection,
	shapesSegmentation,
	useEngine,
} from "../../src/index.js";

const [folder = "", what = ""] = process.argv.slice(2);
const size = { batchSize: 2, length: { steps: 1 } };
const prime = { name: "prime", preset: "imagenet" } as const;
const scored = { images: 2, corruptions: ["fog"], workers: 0 } as const;

await useEngine();
const jobs: Record<string, () => Promise<unknown[]>> = {
	async classification() {
		const backbone = await miniBackbone("resnet-mini/regular");
		const recipe = { ...recipes.shapes, ...size, augment: prime };
		const run = await finetune(backbone, shapes(), recipe, { folder });
		return evaluate(run, shapes(), scored);
	},
	async swin() {
		const backbone = await miniBackbone("swin-mini/regular");
		const recipe = { ...recipes.shapes, ...size };
		const run = await finetune(backbone, shapes(), recipe, { folder });
		return evaluate(run, shapes(), scored);
	},
	async segmentation() {
		const backbone = await miniBackbone("resnet-mini/regular");
		const recipe = { ...recipes.shapesSegmentation, ...size };
		const task = shapesSegmentation();
		const run = await finetune(backbone, task, recipe, { folder });
		return evaluate(run, task, scored);
	},
	async detection() {
		const backbone = await miniBackbone("resnet-mini/regular");
		const recipe = { ...recipes.shapesDetection, ...size };
		const task = shapesDetection();
		const run = await finetune(backbone, task, recipe, { folder });
		return evaluate(run, task, scored);
	},
};
const rows = await (jobs[what] as () => Promise<unknown[]>)();
process.stdout.write(`${engine().name}: ${rows.length} rows`);
