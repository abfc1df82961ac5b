import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { decodeImage } from "../../../src/image/decode.js";
import type { Image } from "../../../src/image/image.js";
import {
	type ImageFolderOptions,
	imageFolder,
} from "../../../src/tasks/image-folder/image-folder.js";
import { picturesBelow } from "../../../src/tasks/image-folder/picture-tree.js";
import { imageViews } from "../../../src/tasks/image-views.js";
import { makeTask } from "../../../src/tasks/task-source.js";
import { Replayed } from "../../augment/replayed.js";
import { scratch } from "../../checkpoint/fixtures.js";
import { picture } from "../../lcg.js";
import { colors, drawn, fixture, write } from "./fixture.js";

const samplesOf = ({ train }: ReturnType<typeof imageFolder>) =>
	Array.from({ length: train.length }, (_, i) => train.sample(i));

test("classes and images are those of torchvision, in its order", (context) => {
	const { places, classes, samples } = fixture.listed;
	const folder = scratch(context);
	const bytes = drawn("any", 0);
	const files = places.flatMap((place) => [
		[`train/${place}`, bytes],
		[`val/${place}`, bytes],
	]);
	write(folder, Object.fromEntries(files));
	const task = imageFolder({ folder, name: "some" });
	assert.deepEqual(task.classes, classes);
	const expected = samples.map(([place, label]) => [
		`some/train/${place}`,
		label,
	]);
	assert.deepEqual(
		samplesOf(task).map(({ id, target }) => [id, target]),
		expected,
	);
	assert.equal(task.test.length, samples.length);
});

test("the network sees what torchvision's transforms make of an image", () => {
	const digest = ({ data }: Image): string =>
		createHash("sha256").update(data).digest("hex");
	for (const { size, options, draws, seen } of fixture.views) {
		const { augment, prepare } = imageViews(options);
		const image = picture(...size);
		const random = new Replayed(draws);
		const trained = augment({ image, target: 3 }, random);
		assert.equal(random.left, 0);
		assert.deepEqual(
			{ train: digest(trained.image), test: digest(prepare(image)) },
			seen,
			JSON.stringify({ size, options }),
		);
		assert.equal(trained.target, 3);
	}
	assert.throws(
		() => imageViews({ training: { ratio: [2, 1] } }),
		/training\.ratio must go from the least to the largest, not from 2 to 1/,
	);
});

test("images are read as torchvision's loader does: gray becomes RGB, Exif orientation is not applied", (context) => {
	const { photos } = JSON.parse(
		readFileSync(
			new URL(
				"../../../../test/fixtures/tasks/ade20k/photos.json",
				import.meta.url,
			),
			"utf8",
		),
	) as { photos: Record<string, { jpeg: string }> };
	const folder = scratch(context);
	for (const [name, { jpeg }] of Object.entries(photos))
		for (const part of ["train", "val"])
			write(folder, {
				[`${part}/any/${name}.jpg`]: Buffer.from(jpeg, "base64"),
			});
	const samples = samplesOf(imageFolder({ folder }));
	assert.equal(samples.length, 10);
	for (const { id, image } of samples) {
		const name = basename(id, ".jpg");
		assert.deepEqual([image.height, image.width], [16, 24], name);
		const bytes = Buffer.from(photos[name]!.jpeg, "base64");
		assert.deepEqual(image, decodeImage(bytes));
	}
});

test("names, folders and classes can be chosen", (context) => {
	const folder = scratch(context);
	write(folder, { ...colors("a/", [2, 1, 3]), ...colors("b/c/", [1, 1, 1]) });
	const options = { folder, train: "a", test: "b/c", name: "hues" };
	const task = imageFolder({ ...options, classes: ["red", "blue"] });
	assert.deepEqual(task.classes, ["red", "blue"]);
	assert.deepEqual([task.train.length, task.test.length], [5, 2]);
	const [first] = samplesOf(task);
	assert.deepEqual([first?.id, first?.target], ["hues/a/red/0.png", 0]);
	assert.equal(task.test.name, "hues/b/c");
	assert.equal(
		imageFolder({ ...options, name: undefined }).name,
		basename(folder),
	);
	assert.throws(() => task.train.sample(5), /hues\/a has images 0 to 4, not 5/);
	assert.throws(() => task.train.sample(-1), RangeError);
});

test("what is hidden is left out, links are followed, but not in circles", (context) => {
	const folder = scratch(context);
	write(folder, {
		...colors("train/", [1, 1, 1]),
		...colors("val/", [1, 1, 1]),
		...colors("elsewhere/", [1, 2, 0]),
		"train/.ipynb_checkpoints/red-checkpoint.png": drawn("hidden", 0),
		"train/red/._0.png": new Uint8Array(4),
		"train/loose.png": drawn("loose", 0),
	});
	const { train } = imageFolder({ folder });
	assert.equal(train.length, 3);
	symlinkSync(
		join(folder, "elsewhere", "green"),
		join(folder, "train/red/more"),
	);
	symlinkSync(join(folder, "nowhere.png"), join(folder, "train/red/z.png"));
	const places = picturesBelow(join(folder, "train", "red"));
	assert.deepEqual(places, ["0.png", "z.png", "more/0.png", "more/1.png"]);
	symlinkSync(join(folder, "train"), join(folder, "train", "red", "round"));
	assert.throws(
		() => imageFolder({ folder }).train.length,
		/round.*leads back to .*: remove the link/,
	);
});

test("folders that do not go together are refused, and what differs is named", (context) => {
	const folder = scratch(context);
	write(folder, {
		...colors("train/", [1, 1, 1]),
		...colors("test/", [1, 1, 1]),
		...colors("val/", [1, 1, 0]),
		"val/violet/1.png": drawn("v", 0),
		"empty/red/notes.txt": new Uint8Array(1),
	});
	const made = (options: Partial<ImageFolderOptions>) => () =>
		imageFolder({ folder, ...options });
	assert.throws(
		made({}),
		/not of the same classes: only .*train has "blue", only .*val has "violet"; name those to use with `classes`/,
	);
	assert.equal(made({ test: "test" })().classes.length, 3);
	assert.equal(made({ classes: ["red", "green"] })().test.length, 2);
	assert.throws(
		made({ classes: ["red", "blu"] }),
		/train has no folder for "blu" of classes; did you mean "blue"/,
	);
	assert.throws(made({ classes: ["red", "red"] }), /names "red" twice/);
	assert.throws(
		made({ test: "valid" }),
		/has no folder "valid": it has empty, test, train, val; .*`split`/,
	);
	assert.throws(made({ folder: join(folder, "x") }), /x cannot be listed/);
	assert.throws(
		made({ folder: join(folder, "train", "red"), split: { share: 0.5 } }),
		/red holds no folder, of which each would be a class/,
	);
	const empty = made({ test: "empty", classes: ["red"] })();
	assert.throws(() => empty.test.length, /empty holds no image file of "red"/);
	assert.throws(
		made({ test: "test", split: { share: 0.5 } }),
		/give one of the two/,
	);
	rmSync(join(folder, "empty"), { recursive: true });
	assert.throws(
		made({ split: { share: 0.5 } }),
		/test, train, val, which are parts of a data set, not classes/,
	);
});

test("a split takes the same share of each class, by the names of the files alone", (context) => {
	const folder = scratch(context);
	write(folder, colors("", [10, 20, 2]));
	const split = (share: number, seed?: number) => {
		const { train, test } = imageFolder({
			folder,
			name: "hues",
			split: { share, seed },
		});
		const idsOf = (data: typeof train): string[] =>
			Array.from({ length: data.length }, (_, i) => data.sample(i).id);
		return {
			train: idsOf(train),
			test: idsOf(test),
			names: [train.name, test.name],
		};
	};
	const countsOf = (ids: readonly string[]) =>
		["red", "green", "blue"].map(
			(name) => ids.filter((id) => id.startsWith(`hues/${name}/`)).length,
		);
	const first = split(0.2);
	assert.deepEqual(countsOf(first.test), [2, 4, 1]);
	assert.deepEqual(countsOf(first.train), [8, 16, 1]);
	assert.equal(new Set([...first.train, ...first.test]).size, 32);
	assert.deepEqual(first.names, ["hues/train", "hues/test"]);
	assert.deepEqual(split(0.2, 0), first);
	assert.notDeepEqual(split(0.2, 1).test, first.test);
	assert.deepEqual(countsOf(split(0.99).test), [9, 19, 1]);
	// A larger share has the same test images and more, and a new image moves one other at most.
	const more = new Set(split(0.5).test);
	assert.ok(first.test.every((id) => more.has(id)));
	write(folder, { "green/20.png": drawn("new", 1) });
	const after = new Set(split(0.2).test);
	assert.ok(first.test.filter((id) => !after.has(id)).length <= 1);
	write(folder, { "alone/0.png": drawn("alone", 1) });
	assert.throws(() => split(0.2), /alone\/0\.png is alone in its class/);
});

test("what is in the files, and where, is part of what a data set holds", (context) => {
	const folder = scratch(context);
	write(folder, {
		...colors("train/", [2, 2, 2]),
		...colors("val/", [1, 1, 1]),
	});
	const contents = () => imageFolder({ folder }).train.contents;
	const before = contents();
	assert.match(before ?? "", /^[0-9a-f]{8}$/);
	assert.equal(contents(), before);
	write(folder, { "train/red/0.png": drawn("another", 0) });
	const changed = contents();
	assert.notEqual(changed, before);
	renameSync(
		join(folder, "train", "red", "1.png"),
		join(folder, "train", "green", "2.png"),
	);
	assert.notEqual(contents(), changed);
});

test("settings say what the network is to be of; how it is tested is said by the data", (context) => {
	const folder = scratch(context);
	write(folder, {
		...colors("train/", [1, 1, 1]),
		...colors("val/", [1, 1, 1]),
	});
	const made = (options: Partial<ImageFolderOptions> = {}) =>
		imageFolder({ folder, name: "hues", ...options });
	const settings = [
		made(),
		made({ classes: ["red", "green", "blue"] }),
		made({ filter: "bicubic" }),
		made({ training: { flip: false } }),
	].map((task) => JSON.stringify(task.settings));
	assert.equal(new Set(settings).size, 4);
	const { test } = made({ testing: { resize: 224 } });
	assert.equal(test.name, 'hues/val {"resize":224}');
	assert.equal(test.sample(0).id, "hues/val/blue/0.png");
	assert.deepEqual(
		made({ testing: { resize: 224 } }).settings,
		made().settings,
	);
});

test("threads make the same task", async (context) => {
	const folder = scratch(context);
	write(folder, colors("", [3, 3, 3]));
	const task = imageFolder({ folder, split: { share: 0.4, seed: 5 } });
	const again = await makeTask(task.source!);
	assert.deepEqual(again.train.sample(2), task.train.sample(2));
	assert.deepEqual(again.test.contents, task.test.contents);
});
