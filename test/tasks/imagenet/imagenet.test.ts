import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { imagenet } from "../../../src/tasks/imagenet/imagenet.js";
import { classOf, wnids } from "../../../src/tasks/imagenet/wnids.js";
import { makeTask } from "../../../src/tasks/task-source.js";
import { finetune } from "../../../src/train/finetune.js";
import { recipes } from "../../../src/train/recipe.js";
import { scratchFolder } from "../../train/folders.js";
import { tinyBackbone } from "../../train/tiny-task.js";
import { write } from "../image-folder/fixture.js";
import {
	bytes,
	fixture,
	labels,
	linkRealImages,
	metaFile,
	names,
	numberOf,
	realImages,
	realLabels,
} from "./fixture.js";

const folder = scratchFolder();
const file = (i: number) => `${names[i]}.JPEG`;
const wnid = (i: number) => wnids[labels[i] as number] as string;
const places = names.map((_, i) => `${wnid(i)}/${file(i)}`);
const files = (place: (i: number) => string) =>
	Object.fromEntries(names.map((_, i) => [place(i), bytes[i] as Uint8Array]));

const sorted = join(folder, "sorted");
write(
	sorted,
	files((i) => `val/${places[i]}`),
);
const flat = join(folder, "flat");
write(
	flat,
	files((i) => `val/${file(i)}`),
);
const devkit = {
	"ILSVRC2012_validation_ground_truth.txt": Buffer.from(
		`${labels.map(numberOf).join("\n")}\n`,
	),
	"meta.mat": metaFile,
};
const inDevkit = join("ILSVRC2012_devkit_t12", "data");
const below = (place: string, content: Record<string, Uint8Array>) =>
	Object.fromEntries(
		Object.entries(content).map(([name, one]) => [join(place, name), one]),
	);
write(flat, below(inDevkit, devkit));

const samplesOf = ({ test: data }: ReturnType<typeof imagenet>) =>
	Array.from({ length: data.length }, (_, i) => data.sample(i));
const listed = (task: ReturnType<typeof imagenet>) =>
	samplesOf(task).map(({ id, target }) => [id, target]);

/** In a flat folder images are in the order of their names, in the other one class after another. */
const byId = (task: ReturnType<typeof imagenet>) =>
	samplesOf(task).sort((a, b) => (a.id < b.id ? -1 : 1));

describe("the classes", () => {
	test("are the sorted WordNet ids, a thousand", () => {
		assert.equal(wnids.length, 1000);
		assert.deepEqual([...new Set(wnids)].sort(), wnids);
		assert.equal(classOf("n01751748"), 65);
		assert.equal(classOf("n00000000"), undefined);
	});

	test("are those of real images", { skip: realImages.skip }, () => {
		for (const { label, wnid: own } of realLabels())
			assert.equal(wnids[label], own);
	});
});

test("the network sees the bytes that torchvision's Resize and CenterCrop make of real images", {
	skip: realImages.skip,
}, () => {
	const real = join(folder, "real");
	linkRealImages(real);
	const task = imagenet({ folder: real });
	const rows = realLabels();
	assert.equal(task.test.length, rows.length);
	for (const { id, image, target } of samplesOf(task)) {
		const i = rows.findIndex(
			(row) => id === `imagenet/val/${row.wnid}/${row.file}`,
		);
		assert.equal(target, rows[i]?.label, id);
		const seen = task.prepare(image);
		assert.deepEqual([seen.height, seen.width], [224, 224]);
		assert.equal(
			createHash("sha256").update(seen.data).digest("hex"),
			fixture.seen[i],
			id,
		);
	}
});

describe("layouts", () => {
	test("a folder for each class is listed as torchvision's ImageFolder lists it", () => {
		const order = [...places].sort();
		assert.deepEqual(
			listed(imagenet({ folder: sorted })),
			order.map((place) => [
				`imagenet/val/${place}`,
				classOf(place.split("/")[0] as string),
			]),
		);
		// The folder of the images itself will do.
		assert.deepEqual(
			listed(imagenet({ folder: join(sorted, "val") })),
			listed(imagenet({ folder: sorted })),
		);
	});

	test("one folder with the devkit's ground truth has the same images, of the same names", () => {
		const [own, other] = [
			imagenet({ folder: flat }),
			imagenet({ folder: sorted }),
		];
		assert.deepEqual(byId(own), byId(other));
		assert.deepEqual(
			samplesOf(own).map(({ target }) => target),
			labels,
		);
		for (let i = 0; i < names.length; i++) {
			assert.equal(own.test.place?.(i), places[i]);
			assert.equal(own.test.target?.(i), labels[i]);
		}
	});

	const forms: Readonly<Record<string, (i: number) => string>> = {
		"names and WordNet ids": (i) => `${file(i)} ${wnid(i)}`,
		"names and indices": (i) => `${file(i)}\t${labels[i]}`,
		"as Kaggle's": (i) =>
			`${i === 0 ? "ImageId,PredictionString\n" : ""}${names[i]},${wnid(i)} 85 1 499 272`,
		"WordNet ids in the order of the images": wnid,
		"indices in the order of the images": (i) => `${labels[i]}`,
	};
	for (const [form, line] of Object.entries(forms))
		test(`labels: ${form}`, () => {
			const path = join(folder, `${form.replaceAll(/\W/g, "")}.txt`);
			writeFileSync(path, `${names.map((_, i) => line(i)).join("\n")}\n`);
			const task = imagenet({ folder: flat, labels: path });
			assert.deepEqual(byId(task), byId(imagenet({ folder: sorted })));
		});

	test("threads make the same task", async () => {
		const task = imagenet({ folder: flat, subset: { images: 3 } });
		const again = await makeTask(task.source as never);
		assert.deepEqual(samplesOf(again as never), samplesOf(task));
		assert.equal(again.test.contents, task.test.contents);
	});
});

describe("subsets", () => {
	test("by a hash: the same in both layouts, a smaller one the beginning of a larger one", () => {
		const ids = (from: string, images: number, seed?: number) =>
			samplesOf(
				imagenet({
					folder: from,
					subset: { images, ...(seed !== undefined && { seed }) },
				}),
			).map(({ id }) => id);
		const six = ids(flat, 6);
		assert.deepEqual(ids(sorted, 6), six);
		assert.deepEqual(ids(flat, 2), six.slice(0, 2));
		assert.notDeepEqual(ids(flat, 6, 1), six);
		assert.match(
			imagenet({ folder: flat, subset: { images: 6 } }).test.name,
			/^imagenet\/val, 6 by hash \(seed 0\)$/,
		);
		assert.throws(() => ids(flat, 9), /at most the 8 images in .*, not 9/);
	});

	test("by ids: in their order, with or without class and extension, or from a file", () => {
		const wanted = [places[4], file(1), names[6]] as string[];
		const expected = [places[4], places[1], places[6]].map(
			(place) => `imagenet/val/${place}`,
		);
		const path = join(folder, "ids.txt");
		writeFileSync(path, wanted.join("\n"));
		for (const ids of [wanted, path])
			for (const from of [flat, sorted]) {
				const task = imagenet({ folder: from, ids });
				assert.deepEqual(
					samplesOf(task).map(({ id }) => id),
					expected,
				);
			}
	});
});

describe("what is wrong is said", () => {
	const refuse = (options: Parameters<typeof imagenet>[0], says: RegExp) =>
		assert.throws(() => imagenet(options).test.length, says);
	const made = (name: string, content: Record<string, Uint8Array>) => {
		write(join(folder, name), content);
		return join(folder, name);
	};
	const one = bytes[0] as Uint8Array;

	test("folders and files", () => {
		refuse(
			{ folder: join(folder, "none") },
			/no folder .*none of ImageNet.*image-net\.org/,
		);
		refuse(
			{
				folder: made("strange", {
					"n01440764/a.png": one,
					"n99999999/b.png": one,
				}),
			},
			/none of the 1000 classes: "n99999999"/,
		);
		refuse(
			{ folder: made("bare", { "a.png": one }) },
			/nothing says what the images .* meta\.mat are read.*`labels`/,
		);
		refuse(
			{ folder: made("empty", { "a.txt": one }) },
			/neither folders of classes.*nor images/,
		);
		refuse(
			{
				folder: made("twins", {
					"n01440764/a.png": one,
					"n01443537/a.jpg": one,
				}),
			},
			/two images called a: n01440764\/a\.png and n01443537\/a\.jpg/,
		);
		refuse(
			{ folder: sorted, ids: ["a"], subset: { images: 1 } },
			/ids and subset both/,
		);
	});

	test("ids", () => {
		refuse(
			{ folder: flat, ids: [file(0), "ILSVRC2012_val_00009999"] },
			/lacks 1 of 2 ids: "ILSVRC2012_val_00009999"/,
		);
		refuse(
			{ folder: flat, ids: [`n01440764/${file(0)}`] },
			/of another class than .* has it in, n01751748/,
		);
		refuse({ folder: flat, ids: [file(0), names[0] as string] }, /comes twice/);
	});

	test("a mapping that is not that of ILSVRC 2012", () => {
		const name = "ILSVRC2012_val_00000031";
		refuse(
			{ folder: made("wrong", { [`n01440764/${name}.JPEG`]: one }) },
			/says that ILSVRC2012_val_00000031 is of n01440764, but it is of n02280649: the mapping is not/,
		);
		const truth = "ILSVRC2012_validation_ground_truth.txt";
		const images = below("val", { [`${names[0]}.JPEG`]: one });
		const alone = { ...images, [truth]: devkit[truth] };
		refuse(
			{ folder: made("alone", alone) },
			/meta\.mat, which says what they mean, is not beside it/,
		);
		const zero = { ...images, ...devkit, [truth]: Buffer.from("0\n") };
		refuse(
			{ folder: made("zero", zero) },
			/line 1: "0" is no number of a class/,
		);
		const short = { ...images, ...devkit, [truth]: Buffer.from("") };
		refuse(
			{ folder: made("short", short) },
			/does not say what .*00000001\.JPEG is of/,
		);
		const torn = {
			...images,
			...devkit,
			"meta.mat": metaFile.subarray(0, 4000),
		};
		refuse({ folder: made("torn", torn) }, /meta\.mat: /);
		const list = (name: string, text: string) => {
			const path = join(folder, name);
			writeFileSync(path, text);
			return { folder: flat, labels: path };
		};
		refuse(
			list("much.txt", `${file(0)} 1000\n`),
			/line 1: .* is not the name of an image and a WordNet id/,
		);
		refuse(
			list("twice.txt", `${file(0)} 65\n${file(0)} 65\n`),
			/two lines for ILSVRC2012_val_00000001/,
		);
		refuse(
			list("odd.txt", "0\n".repeat(50_000)),
			/has 50000 images of n01440764, not 50/,
		);
	});

	test("nothing is fine-tuned on it", async () => {
		await assert.rejects(
			finetune(tinyBackbone(), imagenet({ folder: sorted }), recipes.cifar10, {
				folder,
			}),
			/no training images: it scores backbones with their own heads, by scoreBackbone; .*imageFolder/,
		);
	});
});
