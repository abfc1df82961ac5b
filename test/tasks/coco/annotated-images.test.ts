import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { encodePng } from "../../../src/image/encode.js";
import { coco } from "../../../src/tasks/coco/coco.js";
import { annotatedImages } from "../../../src/tasks/coco/data/annotated-images.js";
import { cocoClasses } from "../../../src/tasks/coco/data/classes.js";
import { detection } from "../../../src/tasks/coco/detection.js";
import { scratch } from "../../checkpoint/fixtures.js";
import { picture } from "../../lcg.js";
import { sharedData } from "../../shared-data.js";

const { path: real, skip } = sharedData("data/coco");

const box = (id: number, image: number, category = 1) => ({
	id,
	image_id: image,
	category_id: category,
	bbox: [2, 3, 10, 12],
	area: 120,
	iscrowd: 0,
	segmentation: [[2, 3, 2, 15, 12, 15, 12, 3]],
});

/** Five images: a cat, a dog, nothing, a small one with a cat, a crowd. */
function write(context: TestContext) {
	const images = join(scratch(context), "images");
	mkdirSync(images);
	const sizes: readonly (readonly [number, number])[] = [
		[40, 50],
		[32, 40],
		[40, 40],
		[31, 64],
		[40, 60],
	];
	const entries = sizes.map(([height, width], i) => {
		const file_name = `${i}.png`;
		writeFileSync(join(images, file_name), encodePng(picture(height, width)));
		return { id: 10 + i, file_name, height, width };
	});
	const content = {
		images: entries,
		annotations: [
			box(1, 10),
			box(2, 11, 2),
			box(3, 13),
			{ ...box(4, 14), iscrowd: 1 },
		],
		categories: [
			{ id: 1, name: "cat" },
			{ id: 2, name: "dog" },
		],
	};
	const annotations = join(images, "..", "instances.json");
	const save = (changes: Partial<typeof content> = {}): void =>
		writeFileSync(annotations, JSON.stringify({ ...content, ...changes }));
	save();
	return { images, annotations, entries, save };
}

const ids = ({
	length,
	sample,
}: {
	length: number;
	sample: (i: number) => { id: string };
}) => Array.from({ length }, (_, i) => sample(i).id);

test("training leaves out images as mmdetection does, testing none", (context) => {
	const { images, annotations } = write(context);
	const data = { name: "pets", images, annotations };
	const all = annotatedImages(data);
	assert.deepEqual(
		ids(all),
		[10, 11, 12, 13, 14].map((id) => `pets/${id}`),
	);
	assert.deepEqual(all.classes, ["cat", "dog"]);
	assert.equal(all.sample(2).target.labels.length, 0);
	assert.deepEqual([0, 1, 2, 3, 4].map(all.group), [1, 1, 0, 1, 1]);
	const training = annotatedImages({ ...data, training: true });
	assert.deepEqual(ids(training), ["pets/10", "pets/11", "pets/14"]);
	const dogs = { ...data, classes: ["dog"] };
	assert.deepEqual(ids(annotatedImages({ ...dogs, training: true })), [
		"pets/11",
	]);
	assert.equal(annotatedImages(dogs).length, 5);
	const some = annotatedImages({ ...data, only: [12, 10] });
	assert.deepEqual(ids(some), ["pets/12", "pets/10"]);
	assert.throws(() => all.sample(5), /pets has images 0 to 4, not 5/);
});

test("images that are missing or of another size are named", (context) => {
	const { images, annotations, entries, save } = write(context);
	const open = () => annotatedImages({ name: "pets", images, annotations });
	const [first, ...rest] = entries;
	save({ images: [{ ...first!, height: 50, width: 40 }, ...rest] });
	assert.throws(
		() => open().sample(0),
		/0\.png has 40 x 50 pixels .*, but 50 x 40 in .*instances\.json/,
	);
	writeFileSync(join(images, "1.png"), "no picture");
	assert.throws(() => open().sample(1), /1\.png: not an image/);
	save({
		images: [
			...entries,
			...[20, 21, 22, 23].map((id) => ({
				...first!,
				id,
				file_name: `${id}.png`,
			})),
		],
	});
	assert.throws(
		() => open().length,
		/lacks 20\.png, 21\.png, 22\.png and 1 more of the 9 images/,
	);
	const nowhere = join(images, "nowhere");
	const wrong = annotatedImages({ name: "pets", images: nowhere, annotations });
	assert.throws(() => wrong.length, /there is no folder .*nowhere/);
	assert.throws(
		() =>
			annotatedImages({ name: "pets", images, annotations, only: [99] }).length,
		/no image with the id 99/,
	);
});

test("a task of detection is made of two annotation files", (context) => {
	const { images, annotations } = write(context);
	const data = { images, annotations };
	const task = detection({
		name: "pets",
		train: data,
		test: { ...data, only: [10, 11] },
		classes: ["dog", "cat"],
		views: { scale: [100, 50] },
		network: { channels: 8, hidden: 16 },
	});
	assert.deepEqual([task.train.length, task.test.length], [3, 2]);
	assert.deepEqual([...task.test.sample(0).target.labels], [1]);
	assert.equal(task.inputSize, 50);
	const seen = task.prepare(task.test.sample(0).image);
	assert.deepEqual([seen.height, seen.width], [50, 63]);
	assert.deepEqual(task.padded?.([seen]), { height: 64, width: 128 });
	assert.deepEqual(JSON.parse(JSON.stringify(task.source?.options)).classes, [
		"dog",
		"cat",
	]);
});

test("COCO says how to fetch it where it is missing", () => {
	const { train, test } = coco({ folder: "nowhere" });
	assert.throws(
		() => train.length,
		/instances_train2017\.json.*npx robust-transfer-data coco\n/s,
	);
	assert.throws(() => test.sample(0), /coco\(\{ folder \}\)/);
});

test("COCO is read", { skip }, () => {
	const task = coco({ folder: real });
	assert.deepEqual([task.train.length, task.test.length], [84, 69]);
	assert.equal(task.classes.length, 80);
	assert.equal(task.classes, cocoClasses);
	const { id, image, target } = task.test.sample(0);
	assert.match(id, /^coco\/val2017\/\d+$/);
	assert.equal(target.masks[0]?.width, image.width);
});
