/** What it takes to plan an epoch of images of many sizes: each size by itself, and together. */
import { engine, useEngine } from "../../src/index.js";
import { heading, print, runJson, table } from "./report.js";

interface Measured {
	readonly images: number;
	readonly shapes: number;
	readonly traced: number;
	readonly sets: number;
	readonly first: number;
	readonly all: number;
	readonly megabytes: number;
}

const script = new URL("shapes.js", import.meta.url);
const works = [
	["Mask R-CNN, training step, tight", "detector-training", "tight"],
	["Mask R-CNN, training step, whole", "detector-training", "whole"],
	["Mask R-CNN, forward pass, tight", "detector", "tight"],
	["UPerNet, forward pass, not padded", "segmenter", "tight"],
] as const;

const rows: (string | number)[][] = [
	[
		"",
		"sessions",
		"shapes",
		"traced",
		"built",
		"first, s",
		"all, s",
		"s a trace after it",
		"MB at the end",
	],
];
let images = 0;
for (const [title, work, canvas] of works) {
	for (const how of ["alone", "together"] as const) {
		const made = runJson<Measured>(process.execPath, [
			script,
			work,
			canvas,
			how,
		]);
		if (!made) throw new Error(`shapes.js ${work} ${canvas} ${how} failed`);
		images = made.images;
		const later = made.traced - 1;
		rows.push([
			title,
			how === "alone" ? "of each" : "shared",
			made.shapes,
			made.traced,
			made.sets,
			made.first.toFixed(2),
			made.all.toFixed(1),
			later > 0 ? ((made.all - made.first) / later).toFixed(2) : "",
			Math.round(made.megabytes),
		]);
	}
}

await useEngine("onnxruntime");
print(
	heading(`Plans for the sizes of ${images} images of COCO, one by one`, {
		"ONNX Runtime": engine().version,
	}),
);
print(
	"Processor seconds; a ResNet-50 each; eight plans are kept. `tight` pads to multiples of 32 only, as mmdetection does, `whole` to 1344 x 800.\n",
);
print(table(rows));
process.exit();
