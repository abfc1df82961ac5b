import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { crc32 } from "node:zlib";
import { readAnnotationFile } from "../../../src/tasks/coco/data/annotation-file.js";
import type { Id } from "../../../src/tasks/coco/instances.js";
import { decodeRle, rleArea, rleBox } from "../../../src/tasks/coco/rle/rle.js";
import { rleToString } from "../../../src/tasks/coco/rle/rle-string.js";
import { averagePrecision } from "../../../src/tasks/coco/score/average-precision.js";
import { scratch } from "../../checkpoint/fixtures.js";
import { Lcg } from "../../lcg.js";
import { sharedData } from "../../shared-data.js";
import { fixture } from "./fixture.js";
import {
	detection,
	detectionsOf,
	type Found,
	jittered,
	scoreOf,
} from "./scenes.js";

const { path: real, skip } = sharedData(
	"data/coco/annotations/instances_val2017.json",
);

const image = { id: 7, file_name: "a.jpg", height: 6, width: 8 };
const polygon = [1, 1, 1, 5, 5, 5, 5, 1];
const annotation = {
	id: 70,
	image_id: 7,
	category_id: 3,
	bbox: [1, 1, 4, 4],
	area: 16,
	iscrowd: 0,
	segmentation: [polygon] as unknown,
};
const file = {
	info: { note: 'half a " {[ of it \\' },
	images: [image] as unknown[],
	annotations: [annotation] as unknown[],
	categories: [
		{ id: 3, name: "cat" },
		{ id: 9, name: "dog" },
	] as unknown[],
};

function write(context: TestContext, content: unknown): string {
	const path = join(scratch(context), "instances.json");
	writeFileSync(
		path,
		typeof content === "string" ? content : JSON.stringify(content),
	);
	return path;
}

test("an annotation file is read in any order, masks in every form", (context) => {
	const { segmentation: _, ...rest } = annotation;
	const size = [6, 8];
	const runs = Uint32Array.of(7, 4, 2, 4, 2, 4, 2, 4, 19);
	const counts = rleToString({ height: 6, width: 8, counts: runs });
	const masks = [
		[polygon],
		[[0, 0, 3, 3], polygon],
		{ size, counts: [...runs] },
		{ size, counts },
	];
	const content = {
		categories: file.categories,
		annotations: masks.map((segmentation, i) => ({
			...rest,
			id: i,
			category_id: i === 3 ? 9 : 3,
			iscrowd: Number(i === 2),
			segmentation,
		})),
		images: [{ ...image, id: 8, file_name: "ä.jpg" }, image],
	};
	for (const indent of [0, 1]) {
		const text = JSON.stringify(content, null, indent);
		const read = readAnnotationFile(write(context, text));
		assert.deepEqual(read.classes, ["cat", "dog"]);
		assert.deepEqual(
			read.images.map(({ id, file }) => [id, file]),
			[
				[8, "ä.jpg"],
				[7, "a.jpg"],
			],
		);
		assert.equal(read.instances(0).labels.length, 0);
		const things = read.instances(1);
		assert.equal(things.image, 7);
		assert.deepEqual([...things.labels], [0, 0, 0, 1]);
		assert.deepEqual([...read.labels(1)], [0, 0, 0, 1]);
		assert.deepEqual([...things.crowd], [0, 0, 1, 0]);
		assert.deepEqual([...things.boxes.subarray(0, 4)], [1, 1, 5, 5]);
		assert.deepEqual([...things.annotated!.boxes.subarray(0, 4)], [1, 1, 4, 4]);
		for (const mask of things.masks)
			assert.deepEqual(decodeRle(mask), decodeRle(things.masks[0]!));
		assert.equal(rleArea(things.masks[0]!), 16);
		assert.throws(() => read.instances(2), /images 0 to 1, not 2/);
	}
});

test("a file longer than what is read at once is read whole", (context) => {
	const long = "x".repeat(5_000_000);
	const annotations = [1, 2, 3].map((id) => ({
		...annotation,
		id,
		note: long,
	}));
	const read = readAnnotationFile(write(context, { ...file, annotations }));
	assert.deepEqual([...read.instances(0).annotated!.ids], [1, 2, 3]);
});

test("categories that are not looked for are left out", (context) => {
	const annotations = [3, 9, 3].map((category_id, i) => ({
		...annotation,
		id: i,
		category_id,
	}));
	const path = write(context, { ...file, annotations });
	const read = readAnnotationFile(path, ["dog"]);
	assert.deepEqual([...read.instances(0).annotated!.ids], [1]);
	assert.deepEqual([...read.instances(0).labels], [0]);
	const both = readAnnotationFile(path, ["dog", "cat"]);
	assert.deepEqual([...both.labels(0)], [1, 0, 1]);
	assert.throws(
		() => readAnnotationFile(path, ["dog", "cow"]),
		/has no category "cow"/,
	);
});

test("broken JSON is reported with its position", (context) => {
	const text = JSON.stringify(file);
	const read = (content: string) => () =>
		readAnnotationFile(write(context, content));
	const at = text.indexOf('"bbox"');
	const broken = `${text.slice(0, at)}bbox${text.slice(at + 6)}`;
	assert.throws(read(broken), new RegExp(`instances\\.json: .* byte ${at}$`));
	assert.throws(read(text.slice(0, at)), /breaks off at byte/);
	assert.throws(read(text.slice(0, -1)), /breaks off at byte/);
	assert.throws(read(`${text}x`), new RegExp(`goes on .* byte ${text.length}`));
	assert.throws(read("[]"), /"\{" is missing at the beginning, "\[" found/);
	assert.throws(read(""), /breaks off at byte 0/);
	assert.throws(read('{"images": {}}'), /"\[" is missing before the elements/);
	assert.throws(read('{"images": [] "x"'), /"\}" is missing at the end/);
	assert.throws(read("{}"), /has no images\n {2}it has no categories/);
});

test("what annotations cannot be used for is reported together", (context) => {
	const check = (changes: Partial<typeof file>, ...expected: RegExp[]) => {
		const path = write(context, { ...file, ...changes });
		for (const pattern of expected)
			assert.throws(() => readAnnotationFile(path), pattern);
	};
	const one = (changes: object): Partial<typeof file> => ({
		annotations: [annotation, { ...annotation, id: 71, ...changes }],
	});
	check(
		one({ image_id: 5 }),
		/annotation 71 is of image 5, which is not in it/,
	);
	check(one({ category_id: 4 }), /annotation 71 is of category 4/);
	check(one({ id: 70 }), /two annotations have the id 70/);
	check({ images: [image, image] }, /two images have the id 7/);
	check(
		one({ bbox: [1, 2, 3] }),
		/71, at byte \d+, has a bbox that is not four/,
	);
	check(one({ area: null }), /has no area/);
	check(one({ segmentation: undefined }), /neither polygons nor runs/);
	check(one({ segmentation: [[1, 2, 3, 4]] }), /at least three corners/);
	check(one({ segmentation: [] }), /at least three corners/);
	check(one({ segmentation: [[1, 2, "3"]] }), /no list of numbers/);
	check({ images: [{ id: 1 }] }, /image at byte \d+ needs an id, a file_name/);
	const annotations = Array.from({ length: 9 }, (_, i) => ({
		...annotation,
		id: i,
		image_id: 5,
	}));
	check({ annotations }, /annotation 0 .*\n.*annotation 1 /, /and 4 more/);
	const runs = { size: [6, 8], counts: [1, 2] };
	const path = write(context, { ...file, ...one({ segmentation: runs }) });
	assert.throws(
		() => readAnnotationFile(path).instances(0),
		/annotation 71 of a\.jpg: .*must cover 48, not 3/,
	);
	const wide = { size: [8, 6], counts: "0" };
	const other = write(context, { ...file, ...one({ segmentation: wide }) });
	assert.throws(
		() => readAnnotationFile(other).instances(0),
		/8 x 6 pixels .* an image of 6 x 8/,
	);
});

test("a file that changes while it is used is noticed", (context) => {
	const path = write(context, file);
	const read = readAnnotationFile(path);
	writeFileSync(path, readFileSync(path, "utf8").replace("70", "71"));
	assert.throws(() => read.instances(0), /was changed while it was in use/);
});

test("masks of COCO are those of pycocotools", { skip }, () => {
	const expected = new Map(
		fixture<[Id, ...number[]][]>("masks-val2017.json").map(([id, ...rest]) => [
			id,
			rest,
		]),
	);
	const read = readAnnotationFile(real);
	let count = 0;
	read.images.forEach((_, i) => {
		const { masks, annotated } = read.instances(i);
		masks.forEach((mask, k) => {
			assert.deepEqual(
				[crc32(rleToString(mask)), rleArea(mask), ...rleBox(mask)],
				expected.get(annotated!.ids[k]!),
			);
			count++;
		});
	});
	assert.equal(count, expected.size);
});

test("the figures on COCO are those of pycocotools", { skip }, () => {
	const recorded = fixture<
		Record<"box" | "mask", { figures: number[]; classes: number[] }>
	>("average-precision-val2017.json");
	const read = readAnnotationFile(real);
	const classes = read.classes;
	const found = foundOnImages(read);
	const metric = averagePrecision({ classes });
	read.images.forEach(({ id }, i) => {
		metric.add(detectionsOf(id, found), read.instances(i));
	});
	const details = Object.entries({
		"box AP": metric.value(),
		...metric.details?.(),
	});
	for (const kind of ["box", "mask"] as const) {
		const { figures, classes: each } = recorded[kind];
		const expected = [...figures, ...each].filter((value) => value >= 0);
		const values = details.filter(([name]) => name.startsWith(kind));
		assert.equal(values.length, expected.length);
		values.forEach(([name, value], i) => {
			assert.ok(Math.abs(value / 100 - expected[i]!) < 1e-9, name);
		});
	}
});

/** As `on_real_images` of make_average_precision.py, which goes through the annotations in their order. */
function foundOnImages(read: ReturnType<typeof readAnnotationFile>): Found[] {
	const rows = read.images.flatMap((size, i) => {
		const { annotated, labels } = read.instances(i);
		return Array.from(annotated!.ids, (id, k) => ({
			id,
			size,
			label: labels[k]!,
			box: annotated!.boxes.subarray(4 * k, 4 * k + 4),
		}));
	});
	const order = (
		JSON.parse(readFileSync(real, "utf8")) as { annotations: { id: number }[] }
	).annotations.map(({ id }) => id);
	const byId = new Map<Id, (typeof rows)[number]>(
		rows.map((row) => [row.id, row]),
	);
	const lcg = new Lcg(12);
	return order.flatMap((id) => {
		const { size, label, box: sides } = byId.get(id)!;
		const box = [...sides] as [number, number, number, number];
		const image = size.id;
		const near = [0, 1, 2].map(() => {
			const amount = lcg.uniform();
			const score = scoreOf(lcg.uniform());
			const moved = jittered(lcg, box, amount * 0.5);
			return detection({ image, label, score }, moved, size);
		});
		const elsewhere = [0, 1].map(() => {
			const other = Math.floor(lcg.uniform() * read.classes.length);
			const score = scoreOf(lcg.uniform() * 0.7);
			const moved = jittered(lcg, box, 2);
			return detection({ image, label: other, score }, moved, size);
		});
		return [...near, ...elsewhere];
	});
}
