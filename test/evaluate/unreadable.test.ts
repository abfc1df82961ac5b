import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type * as tf from "@tensorflow/tfjs";
import { PNG } from "pngjs";
import { useEngine } from "../../src/engine/engine.js";
import { evaluate } from "../../src/evaluate/evaluate.js";
import { encodePng } from "../../src/image/encode.js";
import { encodeJpeg } from "../../src/image/jpeg/encode.js";
import { segmentationFolder } from "../../src/tasks/ade20k/segmentation-folder.js";
import { vary } from "../../src/tasks/define-task.js";
import type { Task } from "../../src/tasks/task.js";
import { finetune } from "../../src/train/finetune.js";
import { picture } from "../lcg.js";
import { scratchFolder } from "../train/folders.js";
import { tinyRecipe } from "../train/tiny-task.js";
import {
	type Labels,
	variedBackbone,
	variedTask,
} from "../train/varied-task.js";

const folder = scratchFolder();

const odd = (kind: string, name: string): Buffer => {
	const path = `../../../test/fixtures/image/odd-${kind}.json`;
	const { read, errors } = JSON.parse(
		readFileSync(new URL(path, import.meta.url), "utf8"),
	) as Record<"read" | "errors", { name: string; file: string }[]>;
	const found = [...read!, ...errors!].find((file) => file.name === name)!;
	return Buffer.from(found.file, "base64");
};

function labels(height: number, width: number): Buffer {
	const data = Uint8Array.from({ length: height * width }, (_, i) => i % 2);
	return PNG.sync.write({ height, width, data } as unknown as PNG, {
		colorType: 0,
		inputColorType: 0,
		inputHasAlpha: false,
	});
}

/** Image and label map of each example; sound ones are of 21 x 30 pixels. */
const examples: readonly [string, Buffer | Uint8Array, Buffer | undefined][] = [
	["sound.png", encodePng(picture(21, 30)), labels(21, 30)],
	["cut.jpg", encodeJpeg(picture(21, 30)).subarray(0, 700), labels(21, 30)],
	["warned.jpg", odd("jpegs", "stray bytes before the end"), labels(21, 30)],
	["12-bit.jpg", odd("jpegs", "a 12-bit JPEG"), labels(21, 30)],
	["bomb.jpg", odd("jpegs", "a JPEG of huge size"), labels(21, 30)],
	["bomb.png", odd("pngs", "a PNG of huge size"), labels(21, 30)],
	["inks.jpg", odd("jpegs", "CMYK"), labels(21, 30)],
	["other.gif", odd("others", "GIF"), labels(10, 13)],
	["empty.jpg", Buffer.alloc(0), labels(21, 30)],
	["unlabeled.png", encodePng(picture(21, 30)), undefined],
	["mislabeled.png", encodePng(picture(21, 30)), labels(21, 29)],
	[
		"cut-labels.png",
		encodePng(picture(21, 30)),
		labels(21, 30).subarray(0, 60),
	],
];
const sound = ["sound", "warned", "inks"];

test("files that cannot be read never stop an evaluation, and its rows count them", async () => {
	await useEngine();
	const images = join(folder, "images");
	const annotations = join(folder, "labels");
	for (const path of [images, annotations]) mkdirSync(path);
	for (const [name, image, map] of examples) {
		writeFileSync(join(images, name), image);
		const label = `${name.slice(0, name.lastIndexOf("."))}.png`;
		if (map) writeFileSync(join(annotations, label), map);
	}
	const recipe = { ...tinyRecipe, batchSize: 4, length: { steps: 2 } };
	const options = { folder: join(folder, "runs"), workers: 0 };
	const run = await finetune(variedBackbone(), variedTask(), recipe, options);
	const testedOn = (
		name: string,
		only?: readonly string[],
	): Task<Labels, Labels, tf.Tensor[]> =>
		vary(variedTask(), "files", {
			test: segmentationFolder({ images, annotations, classes: 2, name, only }),
		});
	const warnings: string[] = [];
	const rows = await evaluate(run, testedOn("all"), {
		corruptions: ["contrast"],
		onWarning: (warning) => void warnings.push(warning),
	});
	// There are two files called bomb.
	const bad = examples.length - sound.length;
	assert.deepEqual(
		rows.map(({ images, skipped }) => [images, skipped]),
		Array(2).fill([examples.length, bad]),
	);
	assert.equal(warnings.length, bad);
	assert.ok(warnings.every((warning) => warning.includes(folder)));
	const expected = await evaluate(run, testedOn("sound", sound), {
		corruptions: [],
	});
	assert.equal(rows[0]?.score, expected[0]?.score);
	assert.equal(expected[0]?.skipped, undefined);
});
