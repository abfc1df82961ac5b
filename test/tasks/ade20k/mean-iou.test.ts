import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { LabelMap } from "../../../src/image/label-map.js";
import { ade20kClasses } from "../../../src/tasks/ade20k/classes.js";
import { meanIou } from "../../../src/tasks/ade20k/mean-iou.js";
import { segmentationFolder } from "../../../src/tasks/ade20k/segmentation-folder.js";
import {
	ade20kFolders,
	cocoClasses,
	cocoFolders,
	cocoImages,
	skip,
} from "./real-data.js";

interface Scores {
	readonly classes: number;
	readonly mIoU: number;
	readonly aAcc: number;
	readonly mAcc: number;
	readonly iou: readonly (number | null)[];
}

function recorded<Content>(name: string): Content {
	const folder = "../../../../test/fixtures/tasks/ade20k/";
	const path = new URL(folder + name, import.meta.url);
	return JSON.parse(readFileSync(path, "utf8")) as Content;
}

const fixture =
	recorded<Record<"madeUp" | "ade20k" | "coco", Scores>>("mean-iou.json");

function mapOf(
	height: number,
	width: number,
	label: (y: number, x: number) => number,
): LabelMap {
	const data = Uint8Array.from({ length: height * width }, (_, i) =>
		label(Math.floor(i / width), i % width),
	);
	return { data, height, width };
}

/** The predictions that make_mean_iou.py makes up alike. */
function predicted(labels: LabelMap, classes: number): LabelMap {
	const { data, height, width } = labels;
	const half = Math.floor(classes / 2);
	return mapOf(height, width, (y, x) => {
		if ((31 * y + 17 * x) % 97 < 10) return (y + x) % half;
		const row = (y - 3 + height) % height;
		const moved = data[row * width + ((x - 7 + width) % width)]!;
		if (moved !== 255) return moved;
		return (Math.floor(y / 8) + Math.floor(x / 8)) % half;
	});
}

const madeUp = (height: number, width: number, seed: number): LabelMap =>
	mapOf(height, width, (y, x) => {
		const label = (Math.floor(y / 9) * 5 + Math.floor(x / 11) * 3 + seed) % 14;
		return label >= 12 ? 255 : Math.floor(label / 2) * 2;
	});

function check(
	masks: readonly LabelMap[],
	expected: Scores,
	names: readonly string[],
): void {
	const metric = meanIou(names);
	for (const labels of masks)
		metric.add(predicted(labels, expected.classes), labels);
	const near = (actual: number, wanted: number, what: string) =>
		assert.ok(
			Math.abs(actual - wanted) < 1e-9,
			`${what}: ${actual}, ${wanted}`,
		);
	near(metric.value(), expected.mIoU, "mIoU");
	const { aAcc, mAcc, ...perClass } = metric.details();
	near(aAcc!, expected.aAcc, "aAcc");
	near(mAcc!, expected.mAcc, "mAcc");
	names.forEach((name, i) => {
		const wanted = expected.iou[i];
		const found = perClass[`IoU: ${name}`];
		if (wanted === null) assert.equal(found, undefined, name);
		else near(found!, wanted!, name);
	});
}

test("scores are those of a confusion matrix, with ignored pixels, absent classes and an empty image", () => {
	const empty = mapOf(20, 30, () => 255);
	const names = Array.from({ length: 12 }, (_, i) => `class ${i}`);
	const masks = [madeUp(50, 70, 0), empty, madeUp(33, 41, 5)];
	check(masks, fixture.madeUp, names);
});

test("scores of real masks are those of a confusion matrix", { skip }, () => {
	const ade20k = segmentationFolder({
		...ade20kFolders,
		classes: 150,
		reduceZeroLabel: true,
	});
	const masksOf = (data: typeof ade20k) =>
		Array.from({ length: data.length }, (_, i) => data.sample(i).target);
	check(masksOf(ade20k), fixture.ade20k, ade20kClasses);
	const { names, values } = cocoClasses();
	const coco = segmentationFolder({
		...cocoFolders,
		classes: names.length,
		values,
		ignored: [0],
		only: cocoImages(10),
	});
	check(masksOf(coco), fixture.coco, names);
});

test("a class that occurs nowhere has no score, one that is only predicted scores 0", () => {
	const metric = meanIou(["a", "b", "c"]);
	assert.throws(() => metric.value(), /no labeled pixels/);
	const labels = mapOf(2, 2, () => 0);
	metric.add(
		mapOf(2, 2, (_, x) => x),
		labels,
	);
	assert.equal(metric.value(), 25);
	const details = metric.details();
	assert.deepEqual(details, {
		aAcc: 50,
		mAcc: 50,
		"IoU: a": 50,
		"IoU: b": 0,
		"Acc: a": 50,
	});
	assert.throws(
		() =>
			metric.add(
				mapOf(2, 3, () => 0),
				labels,
			),
		/2 x 3.*2 x 2/,
	);
});

const strays =
	recorded<
		Record<
			string,
			Scores & {
				readonly pairs: readonly (readonly [number[], number[]])[];
				readonly acc: readonly (number | null)[];
			}
		>
	>("stray-labels.json");

for (const [name, expected] of Object.entries(strays))
	test(`labels and predictions outside the list are left out: ${name}`, () => {
		const names = Array.from({ length: expected.classes }, (_, i) => `${i}`);
		const metric = meanIou(names);
		const row = (data: number[]): LabelMap =>
			mapOf(1, data.length, (_, x) => data[x]!);
		for (const [prediction, labels] of expected.pairs)
			metric.add(row(prediction), row(labels));
		const entries = Object.entries(metric.details());
		const figures = Object.fromEntries([["mIoU", metric.value()], ...entries]);
		const { mIoU, aAcc, mAcc, iou, acc } = expected;
		const wanted = [
			...Object.entries({ mIoU, aAcc, mAcc }),
			...names.map((one, i) => [`IoU: ${one}`, iou[i]] as const),
			...names.map((one, i) => [`Acc: ${one}`, acc[i]] as const),
		].filter(([, value]) => value !== null);
		assert.deepEqual(
			Object.keys(figures),
			wanted.map(([figure]) => figure),
		);
		for (const [figure, value] of wanted)
			assert.ok(Math.abs(figures[figure]! - value!) < 1e-9, figure);
	});

test("what is labeled nowhere leaves no accuracy, and classes of one name stay two", () => {
	const metric = meanIou(["a", "a"]);
	metric.add(
		mapOf(1, 2, (_, x) => x),
		mapOf(1, 2, () => 7),
	);
	assert.deepEqual(metric.details(), { "IoU: a": 0, "IoU: a (2)": 0 });
});
