import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { encodePng } from "../../../src/image/encode.js";
import {
	type AnnotationFile,
	readAnnotationFile,
} from "../../../src/tasks/coco/data/annotation-file.js";
import { detection } from "../../../src/tasks/coco/detection.js";
import type { Detections, Id } from "../../../src/tasks/coco/instances.js";
import { averagePrecision } from "../../../src/tasks/coco/score/average-precision.js";
import { scratch } from "../../checkpoint/fixtures.js";
import { picture } from "../../lcg.js";
import { fixture } from "./fixture.js";

interface Thing {
	readonly id: Id;
	readonly image: Id;
	readonly label: number;
	readonly box: number[];
	readonly area: number;
	readonly crowd: number;
}
interface Case {
	readonly bytes: string;
	readonly things: readonly Thing[];
	readonly masks: boolean;
	readonly found: readonly {
		readonly image_id: Id;
		readonly bbox: number[];
		readonly score: number;
	}[];
	/** -1 where there is nothing to find. */
	readonly figures: readonly number[];
}

const cases = fixture<Record<string, Case>>("odd-annotations.json");
const names = [
	...["AP", "AP50", "AP75", "APs", "APm", "APl"],
	...["AR1", "AR10", "AR100", "ARs", "ARm", "ARl"],
];

function write(context: TestContext, content: Buffer | object): string {
	const path = join(scratch(context), "instances.json");
	const bytes = Buffer.isBuffer(content) ? content : JSON.stringify(content);
	writeFileSync(path, bytes);
	return path;
}

/** Everything in a file, in the order of its images. */
const thingsOf = (file: AnnotationFile): Thing[] =>
	file.images.flatMap((_, i) => {
		const { image, labels, crowd, annotated } = file.instances(i);
		return Array.from(labels, (label, k) => ({
			id: annotated!.ids[k]!,
			image: image!,
			label,
			box: [...annotated!.boxes.subarray(4 * k, 4 * k + 4)],
			area: annotated!.areas[k]!,
			crowd: crowd[k]!,
		}));
	});

function detectionsIn(image: Id, { found, things }: Case): Detections {
	const rows = found.flatMap((row, i) =>
		row.image_id === image ? [{ ...row, label: things[i]!.label }] : [],
	);
	return {
		boxes: Float64Array.from(
			rows.flatMap(({ bbox }) =>
				bbox.map((side, i) => (i < 2 ? side : side + bbox[i - 2]!)),
			),
		),
		labels: Int32Array.from(rows, ({ label }) => label),
		scores: Float64Array.from(rows, ({ score }) => score),
		masks: [],
	};
}

/** A score of 100, but for the epsilon that pycocotools divides by. */
const assertRight = (score: number | undefined): void =>
	assert.ok(Math.abs(score! - 100) < 1e-9, `${score}`);

for (const [name, recorded] of Object.entries(cases))
	test(`an annotation file is read and scored: ${name}`, (context) => {
		const bytes = Buffer.from(recorded.bytes, "base64");
		const file = readAnnotationFile(write(context, bytes));
		const order = file.images.map(({ id }) => id);
		assert.deepEqual(
			thingsOf(file),
			recorded.things.toSorted(
				(a, b) => order.indexOf(a.image) - order.indexOf(b.image),
			),
		);
		assert.equal(file.hasMasks, recorded.masks);
		const metric = averagePrecision({ classes: file.classes, kinds: ["box"] });
		file.images.forEach(({ id }, i) => {
			metric.add(detectionsIn(id, recorded), file.instances(i));
		});
		const details = { "box AP": metric.value(), ...metric.details?.() };
		names.forEach((figure, i) => {
			const value = (details as Record<string, number>)[`box ${figure}`];
			const expected = recorded.figures[i] as number;
			if (expected < 0) assert.equal(value, undefined, figure);
			else assert.ok(Math.abs(value! / 100 - expected) < 1e-12, figure);
		});
	});

const image = { id: 7, file_name: "a.png", height: 40, width: 60 };
const thing = { id: 70, image_id: 7, category_id: 3, bbox: [1, 1, 8, 8] };
const masked = { ...thing, segmentation: [[1, 1, 1, 9, 9, 9, 9, 1]] };
const file = {
	images: [image],
	annotations: [masked],
	categories: [{ id: 3, name: "cat" }],
};

test("an area that is not given is that of the mask", (context) => {
	const read = readAnnotationFile(write(context, file));
	assert.deepEqual([...read.instances(0).annotated!.areas], [64]);
	const halved = { ...masked, segmentation: [[1, 1, 1, 9, 9, 1]] };
	const half = readAnnotationFile(
		write(context, { ...file, annotations: [halved] }),
	);
	const { masks, annotated } = half.instances(0);
	const inside = masks[0]!.counts.filter((_, i) => i % 2 === 1);
	assert.equal(
		annotated!.areas[0],
		inside.reduce((sum, count) => sum + count, 0),
	);
	assert.ok(annotated!.areas[0]! < 40);
	const boxes = readAnnotationFile(half.path, undefined, { boxesOnly: true });
	assert.deepEqual(boxes.instances(0).masks, []);
	assert.equal(boxes.hasMasks, false);
	assert.deepEqual([...boxes.instances(0).annotated!.areas], [64]);
});

test("categories of one name are told apart by their ids", (context) => {
	const path = write(context, {
		...file,
		annotations: [masked, { ...masked, id: 71, category_id: 5 }],
		categories: [...file.categories, { id: 5, name: "cat" }],
	});
	const { classes, instances } = readAnnotationFile(path);
	assert.deepEqual(classes, ["cat (id 3)", "cat (id 5)"]);
	assert.deepEqual([...instances(0).labels], [0, 1]);
	const second = readAnnotationFile(path, ["cat (id 5)"]);
	assert.deepEqual(second.instances(0).annotated!.ids, [71]);
	assert.throws(
		() => readAnnotationFile(path, ["cat"]),
		/2 of its categories are called "cat": look for "cat \(id 3\)" and "cat \(id 5\)"/,
	);
	assert.throws(
		() => readAnnotationFile(path, ["cat (id 3)", "cat (id 3)"]),
		/the class "cat \(id 3\)" is looked for twice/,
	);
});

test("classes of one name have figures of their own", () => {
	const metric = averagePrecision({ classes: ["cat", "cat"] });
	const wanted = {
		boxes: Float64Array.of(1, 1, 9, 9, 20, 20, 30, 30),
		labels: Int32Array.of(0, 1),
		masks: [],
		crowd: new Uint8Array(2),
	};
	metric.add({ ...wanted, scores: Float32Array.of(0.9, 0.8) }, wanted);
	metric.add(
		{ ...wanted, labels: Int32Array.of(0, 0), scores: Float32Array.of(1, 0.1) },
		wanted,
	);
	const { "box AP: cat": first, "box AP: cat (2)": second } =
		metric.details?.() ?? {};
	assertRight(first);
	assert.ok(second! > 50 && second! < 51);
});

test("what would be read wrongly is named", (context) => {
	const check = (changes: object, expected: RegExp): void => {
		const path = write(context, { ...file, ...changes });
		assert.throws(() => readAnnotationFile(path), expected);
	};
	const other = (changes: object) => ({
		annotations: [masked, { ...masked, id: 71, ...changes }],
	});
	for (const segmentation of [undefined, null, []])
		check(
			other({ segmentation }),
			/annotation 71, at byte \d+, has neither polygons nor runs, as others have.*boxesOnly/,
		);
	check(other({ iscrowd: "0" }), /has an iscrowd of "0", not 0 or 1/);
	check(other({ id: null }), /annotation null, .* has no id/);
	check(other({ image_id: "7" }), /71 is of image "7", which is not in it/);
	check(
		{ images: [image, { ...image, id: "7" }] },
		/some ids of its images are numbers and some are texts/,
	);
	check({ categories: [{ id: 3 }] }, /category at byte \d+ needs an id and/);
	check({ categories: [null] }, /category at byte \d+ needs an id and/);
	const text = JSON.stringify({ ...file, annotations: [thing] });
	const read = (bytes: Buffer) => () =>
		readAnnotationFile(write(context, bytes));
	const replaced = (from: string, to: string) =>
		read(Buffer.from(text.replace(from, to)));
	assert.throws(replaced("8,8", "NaN,8"), /70, .* has a bbox that is not four/);
	assert.throws(replaced("8,8", "nan,8"), /broken JSON: .* at byte \d+$/);
	assert.throws(replaced("8,8", "NaN,nan"), /broken JSON: .* at byte \d+$/);
	assert.throws(
		replaced('"bbox"', '"area":-Infinity,"bbox"'),
		/has no area that is a number/,
	);
	const wide = Buffer.from(`\ufeff${text}`, "utf16le");
	assert.throws(read(wide), /UTF-16.*at byte 0/);
	assert.throws(read(wide.swap16()), /UTF-16.*at byte 0/);
});

test("numbers that JSON has none of are told from texts, however long these are", (context) => {
	const note = 'NaN "\\" '.repeat(200_000);
	const text = JSON.stringify({ ...file, annotations: [{ ...masked, note }] });
	const read = readAnnotationFile(
		write(context, Buffer.from(text.replace('"note"', '"score":NaN,"note"'))),
	);
	assert.deepEqual([...read.instances(0).boxes], [1, 1, 9, 9]);
	const open = `{"images": [{"id": NaN, "x": "\\`;
	assert.throws(
		() => readAnnotationFile(write(context, Buffer.from(open))),
		/breaks off/,
	);
});

test("masks are not looked at where boxes are enough", (context) => {
	const path = write(context, {
		...file,
		annotations: [
			{ ...masked, segmentation: "none" },
			{ ...thing, id: 71 },
		],
	});
	const read = readAnnotationFile(path, undefined, { boxesOnly: true });
	assert.deepEqual(read.instances(0).masks, []);
	assert.deepEqual([...read.labels(0)], [0, 0]);
});

test("a task is tested on boxes alone, and not trained", (context) => {
	const folder = scratch(context);
	writeFileSync(join(folder, "a.png"), encodePng(picture(40, 60)));
	const annotations = join(folder, "boxes.json");
	writeFileSync(annotations, JSON.stringify({ ...file, annotations: [thing] }));
	const mixed = join(folder, "mixed.json");
	const content = { ...file, annotations: [masked, { ...thing, id: 71 }] };
	writeFileSync(mixed, JSON.stringify(content));
	const data = { images: folder, annotations, only: [7] };
	const options = { name: "cats", train: data, test: data, classes: ["cat"] };
	const task = detection(options);
	const { target } = task.test.sample(0);
	assert.deepEqual([...target.boxes], [1, 1, 9, 9]);
	const found = { ...target, scores: Float32Array.of(0.5), masks: [] };
	const metric = task.metric();
	metric.add(found, target);
	assertRight(metric.value());
	assert.throws(
		() => task.train.length,
		/boxes\.json has boxes only: .* trained by masks too/,
	);
	assert.throws(
		() => task.augment?.(task.test.sample(0), undefined as never),
		/1 things need as many masks for Mask R-CNN to be trained on, not 0/,
	);
	const both = { ...data, annotations: mixed };
	const of = (test: typeof both & { boxesOnly?: boolean }) =>
		detection({ ...options, test }).test;
	assert.throws(() => of(both).length, /say boxesOnly: true/);
	const boxes = of({ ...both, boxesOnly: true });
	const things = boxes.sample(0).target;
	assert.deepEqual([things.labels.length, things.masks.length], [2, 0]);
	assert.notEqual(boxes.contents, of(both).contents);
});

test("things with masks and things without are not scored together", (context) => {
	const path = write(context, file);
	const withMasks = readAnnotationFile(path).instances(0);
	const found = { ...withMasks, scores: Float32Array.of(0.5) };
	const without = { ...withMasks, image: 8, masks: [] };
	const metric = averagePrecision({ classes: ["cat"] });
	metric.add(found, withMasks);
	assert.throws(() => metric.add(found, without), /kinds: \["box"\]/);
	assert.throws(
		() => metric.add({ ...found, masks: [] }, { ...withMasks, image: 9 }),
		/1 detections need as many masks, not 0/,
	);
	assertRight(metric.details?.()["mask AP"]);
	const boxes = averagePrecision({ classes: ["cat"] });
	const none = {
		...without,
		labels: new Int32Array(),
		boxes: new Float64Array(),
	};
	const nothing = {
		...none,
		crowd: new Uint8Array(),
		scores: new Float32Array(),
	};
	boxes.add({ ...found, masks: [] }, { ...nothing, image: 1 });
	boxes.add({ ...nothing }, { ...nothing, image: 2 });
	boxes.add(found, without);
	assert.ok(!("mask AP" in (boxes.details?.() ?? {})));
	assert.ok(boxes.value() > 0);
	assert.throws(() => boxes.add(found, withMasks), /kinds: \["box"\]/);
});

const odd = fileURLToPath(
	new URL("../../../../../shared/data/odd/", import.meta.url),
);
const skip = existsSync(odd) ? false : `needs ${odd}`;

test("the odd files are read as was recorded of them", { skip }, () => {
	const expected = JSON.parse(
		readFileSync(join(odd, "expected.json"), "utf8"),
	) as Record<string, { labels: number[]; boxes: number[][] }>;
	const twins = "two-categories-of-one-name.json";
	const read = (name: string) => readAnnotationFile(join(odd, name));
	assert.deepEqual(
		[...read(twins).instances(0).labels],
		expected[twins]!.labels,
	);
	const boxes = "boxes-only.json";
	const things = read(boxes).instances(0);
	assert.equal(things.image, "s1");
	assert.deepEqual([...things.boxes], expected[boxes]!.boxes.flat());
	const metric = averagePrecision({ classes: ["a"] });
	metric.add({ ...things, scores: Float32Array.of(1) }, things);
	assertRight(metric.value());
});
