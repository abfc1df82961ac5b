import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { PNG } from "pngjs";
import { decodeIndices } from "../../../src/image/decode-indices.js";
import { encodePng } from "../../../src/image/encode.js";
import { encodeJpeg } from "../../../src/image/jpeg/encode.js";
import {
	cityscapesClasses,
	cityscapesLabelIds,
} from "../../../src/tasks/ade20k/cityscapes.js";
import { labelReader } from "../../../src/tasks/ade20k/label-values.js";
import { segmentationFolder } from "../../../src/tasks/ade20k/segmentation-folder.js";
import { scratch } from "../../checkpoint/fixtures.js";
import { picture } from "../../lcg.js";
import { ade20kFolders, cocoClasses, cocoFolders, skip } from "./real-data.js";

const indices = (height: number, width: number, most = 5): Uint8Array =>
	Uint8Array.from({ length: height * width }, (_, i) => (i * 7 + 3) % most);

/** A gray PNG of class indices. */
function indexPng(height: number, width: number, data: Uint8Array): Buffer {
	return PNG.sync.write({ height, width, data } as unknown as PNG, {
		colorType: 0,
		inputColorType: 0,
		inputHasAlpha: false,
	});
}

const fixtures = new URL(
	"../../../../test/fixtures/tasks/ade20k/",
	import.meta.url,
);

test("class indices are read from gray and palette files of every depth", () => {
	const { height, width, files } = JSON.parse(
		readFileSync(new URL("index-pictures.json", fixtures), "utf8"),
	) as {
		height: number;
		width: number;
		files: Record<string, { png: string; most: number }>;
	};
	for (const [name, { png, most }] of Object.entries(files)) {
		const read = decodeIndices(Buffer.from(png, "base64"));
		assert.deepEqual([read.height, read.width], [height, width], name);
		const expected = Array.from(
			{ length: height * width },
			(_, i) => (i * 7 + 3) % most,
		);
		assert.deepEqual([...read.data], expected, name);
	}
});

test("what is no picture of class indices is refused", () => {
	const sound = indexPng(6, 9, indices(6, 9));
	assert.throws(() => decodeIndices(new Uint8Array()), /not a PNG/);
	assert.throws(() => decodeIndices(encodeJpeg(picture(8, 8))), /not a PNG/);
	assert.throws(
		() => decodeIndices(encodePng(picture(8, 8))),
		/needs a gray or palette PNG/,
	);
	for (const length of [40, sound.length - 20, sound.length - 14])
		assert.throws(
			() => decodeIndices(sound.subarray(0, length)),
			/damaged.* PNG.*cut off/,
			`${length} of ${sound.length} bytes`,
		);
	const changed = Buffer.from(sound);
	changed[50]! ^= 1;
	assert.throws(() => decodeIndices(changed), /damaged.* PNG.*checksum/);
});

test("class indices are read from a file without an end, or with more behind it", () => {
	const expected = indices(6, 9);
	const sound = indexPng(6, 9, expected);
	const end = 12;
	for (const file of [
		sound.subarray(0, sound.length - end),
		sound.subarray(0, sound.length - 1),
		Buffer.concat([sound, Buffer.from("more")]),
	])
		assert.deepEqual(decodeIndices(file).data, expected);
});

test("numbers become classes, ignored pixels, or errors", () => {
	const read = (meaning: Parameters<typeof labelReader>[0], data: number[]) => [
		...labelReader(meaning)({
			data: Uint16Array.from(data),
			height: 1,
			width: data.length,
		}).data,
	];
	assert.deepEqual(read({ classes: 3 }, [0, 2, 255, 1]), [0, 2, 255, 1]);
	const ade20k = { classes: 150, reduceZeroLabel: true };
	assert.deepEqual(read(ade20k, [0, 1, 150, 255]), [255, 0, 149, 255]);
	assert.throws(() => read(ade20k, [3, 151]), /label 151 in row 0, column 1/);
	const some = { classes: 2, values: [700, 5], ignored: [0, 9] };
	assert.deepEqual(read(some, [5, 700, 0, 9, 255]), [1, 0, 255, 255, 255]);
	assert.throws(() => read(some, [6]), /label 6 .* 2 classes.* from 5 to 700/);
	assert.throws(() => labelReader({ classes: 255 }), /from 1 to 254/);
	assert.throws(
		() => labelReader({ classes: 3, values: [1, 2] }),
		/there are 2/,
	);
	assert.throws(
		() => labelReader({ classes: 1, values: [1], reduceZeroLabel: true }),
		/not both/,
	);
});

function someFolder(context: TestContext) {
	const folder = scratch(context);
	const images = join(folder, "images");
	const annotations = join(folder, "labels");
	mkdirSync(join(images, "b"), { recursive: true });
	mkdirSync(join(annotations, "b"), { recursive: true });
	const add = (name: string, image: Uint8Array, labels: Uint8Array) => {
		writeFileSync(join(images, name), image);
		const stem = name.slice(0, name.lastIndexOf("."));
		writeFileSync(join(annotations, `${stem}.png`), labels);
	};
	return { images, annotations, add };
}

test("a folder is read in order, subfolders and PNG images too", (context) => {
	const { images, annotations, add } = someFolder(context);
	const labels = indexPng(12, 17, indices(12, 17));
	add("c.png", encodePng(picture(12, 17)), labels);
	add("b/z.jpg", encodeJpeg(picture(12, 17)), labels);
	add("a.jpeg", encodeJpeg(picture(12, 17)), labels);
	writeFileSync(join(images, "notes.txt"), "no picture");
	writeFileSync(join(images, "._a.jpeg"), "no picture either");
	const data = segmentationFolder({
		images,
		annotations,
		classes: 5,
		name: "some",
	});
	assert.equal(data.length, 3);
	const ids = [0, 1, 2].map((i) => data.sample(i).id);
	assert.deepEqual(ids, ["some/a", "some/b/z", "some/c"]);
	assert.deepEqual(data.sample(2).image, picture(12, 17));
	assert.deepEqual([...data.sample(1).target.data], [...indices(12, 17)]);
	assert.throws(() => data.sample(3), /some has images 0 to 2, not 3/);
	const only = segmentationFolder({
		images,
		annotations,
		classes: 5,
		only: ["c", "a"],
	});
	assert.deepEqual([only.length, only.sample(0).image], [2, picture(12, 17)]);
	const wrong = segmentationFolder({
		images,
		annotations,
		classes: 5,
		only: ["d"],
	});
	assert.throws(() => wrong.length, /has no image "d"/);
});

test("bad files are named, and spoil nothing else", (context) => {
	const { images, annotations, add } = someFolder(context);
	const labels = indexPng(12, 17, indices(12, 17));
	const jpeg = encodeJpeg(picture(12, 17));
	add("0-sound.jpg", jpeg, labels);
	add("1-cut-image.jpg", jpeg.subarray(0, jpeg.length / 2), labels);
	add("2-cut-labels.jpg", jpeg, labels.subarray(0, labels.length - 30));
	add("3-size.jpg", jpeg, indexPng(12, 16, indices(12, 16)));
	add("4-label.jpg", jpeg, indexPng(12, 17, indices(12, 17, 6)));
	add("5-empty.jpg", new Uint8Array(), labels);
	writeFileSync(join(images, "6-alone.jpg"), jpeg);
	add("7-sound.jpg", jpeg, labels);
	add("8-other.gif", Buffer.from("GIF89a"), labels);
	add("9-misnamed.png", jpeg, labels);
	const data = segmentationFolder({ images, annotations, classes: 5 });
	const errors = [
		/1-cut-image\.jpg: damaged or unsupported JPEG file: it is cut off/,
		/2-cut-labels\.png: damaged or unsupported PNG file: it is cut off/,
		/3-size\.png has 12 x 16 pixels, but .*3-size\.jpg has 12 x 17/,
		/4-label\.png: the label 5 in row 0, column \d+ is none of the 5 classes/,
		/5-empty\.jpg: not an image/,
		/6-alone\.png: there is no such file/,
	];
	assert.throws(() => data.sample(8), /8-other\.gif: .* found a GIF file/);
	assert.deepEqual(data.sample(9).image, data.sample(0).image);
	errors.forEach((error, i) => {
		assert.throws(() => data.sample(i + 1), error);
	});
	for (const i of [0, 7]) assert.equal(data.sample(i).target.width, 17);
	const none = segmentationFolder({
		images: annotations,
		annotations: images,
		classes: 5,
	});
	assert.throws(() => none.sample(0), /there is no such file/);
	const nowhere = segmentationFolder({
		images: join(images, "x"),
		annotations,
		classes: 5,
	});
	assert.throws(() => nowhere.length, /x cannot be listed/);
});

test("gray images get three channels, images are turned as their Exif data say", (context) => {
	const { images, annotations, add } = someFolder(context);
	const { photos } = JSON.parse(
		readFileSync(new URL("photos.json", fixtures), "utf8"),
	) as {
		photos: Record<
			string,
			{ jpeg: string; height: number; width: number; corner: number[] }
		>;
	};
	for (const [name, { jpeg, height, width }] of Object.entries(photos))
		add(
			`${name}.jpg`,
			Buffer.from(jpeg, "base64"),
			indexPng(height, width, indices(height, width)),
		);
	const data = segmentationFolder({
		images,
		annotations,
		classes: 5,
		name: "photos",
	});
	for (let i = 0; i < data.length; i++) {
		const { id, image } = data.sample(i);
		const expected = photos[id.replace("photos/", "")]!;
		const first = [...image.data.subarray(0, 3)];
		first.forEach((value, c) => {
			assert.ok(Math.abs(value - expected.corner[c]!) <= 2, `${id}: ${first}`);
		});
	}
	assert.equal(data.length, 10);
});

test("real folders are read: ADE20K with its zero label, COCO with its category numbers", {
	skip,
}, () => {
	const ade20k = segmentationFolder({
		...ade20kFolders,
		classes: 150,
		reduceZeroLabel: true,
	});
	assert.equal(ade20k.length, 3);
	const { id, image, target } = ade20k.sample(0);
	assert.equal(id, "ade20k/some/ADE_val_00000001");
	assert.deepEqual([image.height, image.width, target.height], [512, 683, 512]);
	const { names, values } = cocoClasses();
	assert.equal(names.length, 129);
	const coco = segmentationFolder({
		...cocoFolders,
		classes: 129,
		values,
		ignored: [0],
	});
	assert.equal(coco.length, 40);
	for (let i = 0; i < coco.length; i++) coco.sample(i);
});

test("a set like Cityscapes: names of images and annotations end otherwise, label ids are those of its 19 classes", (context) => {
	const folder = scratch(context);
	const ids = Uint8Array.from({ length: 35 }, (_, i) => (i === 34 ? 255 : i));
	const files = {
		"leftImg8bit/val/bonn/a_1_leftImg8bit.png": encodePng(picture(1, 35)),
		"gtFine/val/bonn/a_1_gtFine_labelIds.png": indexPng(1, 35, ids),
		"gtFine/val/bonn/a_1_gtFine_color.png": encodePng(picture(1, 35)),
	};
	for (const [place, bytes] of Object.entries(files)) {
		mkdirSync(join(folder, place, ".."), { recursive: true });
		writeFileSync(join(folder, place), bytes);
	}
	const options = {
		images: join(folder, "leftImg8bit", "val"),
		annotations: join(folder, "gtFine", "val"),
		suffixes: ["_leftImg8bit", "_gtFine_labelIds"] as const,
		classes: cityscapesClasses.length,
		...cityscapesLabelIds,
	};
	const dataset = segmentationFolder(options);
	assert.equal(dataset.place?.(0), "bonn/a_1_leftImg8bit.png");
	const { data } = dataset.sample(0).target;
	// road, sidewalk, building; traffic light; train, motorcycle, bicycle
	const found = [7, 8, 11, 19, 31, 32, 33].map((id) => data[id]);
	assert.deepEqual(found, [0, 1, 2, 6, 16, 17, 18]);
	assert.equal(data.filter((label) => label !== 255).length, 19);
	assert.equal(
		segmentationFolder({ ...options, only: ["bonn/a_1"] }).length,
		1,
	);
	assert.notEqual(
		segmentationFolder(options).contents,
		segmentationFolder({ ...options, ignored: [] }).contents,
	);
	assert.throws(
		() =>
			segmentationFolder({
				...options,
				suffixes: ["_rgb", "_gtFine_labelIds"],
			}).sample(0),
		/a_1_leftImg8bit\.png does not end with "_rgb" of `suffixes`/,
	);
});
