import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { gzipSync } from "node:zlib";
import type { ImageSet } from "../../data-scripts/fetch-image-set.js";
import { fetchImageSets, imageSets } from "../../data-scripts/image-sets.js";
import { imageFolder } from "../../src/tasks/image-folder/image-folder.js";
import { scratch } from "../checkpoint/fixtures.js";
import { drawn } from "../tasks/image-folder/fixture.js";
import {
	answer,
	type Behavior,
	breakAfter,
	serve,
	startServer,
} from "./server.js";
import { end, entry } from "./tar.js";

type Files = Readonly<Record<string, string | Uint8Array>>;

const archiveOf = (files: Files): Buffer =>
	gzipSync(
		Buffer.concat([
			...Object.entries(files).map(([name, bytes]) =>
				entry(name, Buffer.from(bytes as Uint8Array)),
			),
			end,
		]),
	);
const images = (...names: string[]): Files =>
	Object.fromEntries(names.map((name) => [name, drawn(name, 1)]));

const pets = [
	images(
		"images/american_bulldog_9.jpg",
		"images/Bengal_10.jpg",
		"images/Bengal_2.jpg",
		"images/Egyptian_Mau_1.jpg",
		"images/american_bulldog_1.jpg",
		"images/Egyptian_Mau_3.jpg",
		"images/unlisted_1.jpg",
	),
	{
		"./annotations/README": "hello",
		"./annotations/._test.txt": "no list",
		"./annotations/trainval.txt":
			"american_bulldog_9 2 2 1\nBengal_10 6 1 2\nEgyptian_Mau_1 12 1 5\n",
		"./annotations/test.txt":
			"Bengal_2 6 1 2\r\nEgyptian_Mau_3 12 1 5\r\namerican_bulldog_1 2 2 1\r\n",
	},
];
const dtd = [
	{
		...images("a_1", "a_2", "a_3", "b_1", "b_2", "b_3"),
		...images("dtd/images/a/a_1.jpg", "dtd/images/b/b_1.jpg"),
		...images("dtd/images/a/a_2.jpg", "dtd/images/b/b_2.jpg"),
		...images("dtd/images/a/a_3.jpg", "dtd/images/b/b_3.jpg"),
		"dtd/labels/train1.txt": "a/a_1.jpg\nb/b_2.jpg\n",
		"dtd/labels/train2.txt": "a/a_3.jpg\n",
		"dtd/labels/val1.txt": "a/a_3.jpg\n",
		"dtd/labels/test1.txt": "a/a_2.jpg\nb/b_1.jpg\nb/b_3.jpg",
	},
];
const food = [
	{
		...images("food-101/images/pho/10.jpg", "food-101/images/pho/9.jpg"),
		"food-101/meta/train.txt": "pho/10\n",
		"food-101/meta/test.txt": "pho/9\n",
	},
];

async function prepare(
	context: TestContext,
	name: keyof typeof imageSets,
	{
		files,
		behaviors = [serve],
		damaged = false,
	}: {
		files: readonly Files[];
		behaviors?: readonly Behavior[];
		damaged?: boolean;
	},
) {
	const folder = scratch(context);
	const packed = files.map(archiveOf);
	const servers = await Promise.all(
		packed.map((archive) => startServer(context, archive, behaviors)),
	);
	const set: ImageSet = {
		...imageSets[name],
		archives: packed.map((archive, i) => ({
			url: `${servers[i]!.url}/${i}.tar.gz`,
			md5: damaged
				? "0".repeat(32)
				: createHash("md5").update(archive).digest("hex"),
		})),
	};
	let log = "";
	const fetch = () =>
		fetchImageSets([name], {
			folder,
			sets: { [name]: set },
			output: { write: (text: string) => (log += text) },
			backoffMs: 1,
			attempts: 2,
		});
	return {
		folder: join(folder, name),
		fetch,
		requests: () => servers.flatMap(({ ranges }) => ranges).length,
		log: () => log,
	};
}

const read = (folder: string) => {
	const { classes, train, test } = imageFolder({ folder, test: "test" });
	const idsOf = ({ length, sample }: typeof train): string[] =>
		Array.from({ length }, (_, i) => sample(i).id);
	return { classes, train: idsOf(train), test: idsOf(test) };
};

test("pets are fetched, going on where they broke off, and unpacked into folders of their breeds", async (context) => {
	const { folder, fetch, requests, log } = await prepare(context, "pets", {
		files: pets,
		behaviors: [breakAfter(200), serve],
	});
	await fetch();
	assert.equal(requests(), 4);
	assert.deepEqual(readdirSync(folder).sort(), ["SHA256SUMS", "test", "train"]);
	assert.deepEqual(read(folder), {
		// In the order of the numbers in the lists, as torchvision has them.
		classes: ["American Bulldog", "Bengal", "Egyptian Mau"],
		train: [
			"pets/train/American Bulldog/american_bulldog_9.jpg",
			"pets/train/Bengal/Bengal_10.jpg",
			"pets/train/Egyptian Mau/Egyptian_Mau_1.jpg",
		],
		test: [
			"pets/test/American Bulldog/american_bulldog_1.jpg",
			"pets/test/Bengal/Bengal_2.jpg",
			"pets/test/Egyptian Mau/Egyptian_Mau_3.jpg",
		],
	});
	await fetch();
	assert.equal(requests(), 4);
	assert.match(log(), /Oxford-IIIT Pet is in .* already/);
});

test("textures and dishes are parted by their lists", async (context) => {
	const textures = await prepare(context, "dtd", { files: dtd });
	await textures.fetch();
	assert.deepEqual(read(textures.folder), {
		classes: ["a", "b"],
		train: ["a/a_1", "a/a_3", "b/b_2"].map((name) => `dtd/train/${name}.jpg`),
		test: ["a/a_2", "b/b_1", "b/b_3"].map((name) => `dtd/test/${name}.jpg`),
	});
	const dishes = await prepare(context, "food", { files: food });
	await dishes.fetch();
	assert.deepEqual(read(dishes.folder), {
		classes: ["pho"],
		train: ["food/train/pho/10.jpg"],
		test: ["food/test/pho/9.jpg"],
	});
});

test("a changed file is reported, a missing one fetched again, an interrupted unpacking done again", async (context) => {
	const { folder, fetch, requests } = await prepare(context, "food", {
		files: food,
	});
	await fetch();
	const path = join(folder, "train/pho/10.jpg");
	writeFileSync(path, "changed");
	await assert.rejects(fetch(), /10\.jpg is not as it was fetched/);
	rmSync(path);
	await fetch();
	assert.ok(existsSync(path));
	assert.equal(requests(), 2);
	rmSync(join(folder, "SHA256SUMS"));
	writeFileSync(join(folder, "0.tar.gz"), archiveOf(food[0]!));
	await fetch();
	assert.equal(requests(), 2);
});

test("archives that are not the published ones, lack something or point elsewhere are refused", async (context) => {
	const wrong = await prepare(context, "food", { files: food, damaged: true });
	await assert.rejects(wrong.fetch(), /MD5 .*is published/);
	const gone = await prepare(context, "food", {
		files: food,
		behaviors: [answer(404)],
	});
	await assert.rejects(gone.fetch(), /404/);
	const lists = { "food-101/meta/train.txt": "pho/1\n" };
	const unlisted = await prepare(context, "food", { files: [lists] });
	await assert.rejects(unlisted.fetch(), /hold no food-101\/meta\/test\.txt/);
	const lacking = await prepare(context, "food", {
		files: [{ ...lists, "food-101/meta/test.txt": "pho/2\n" }],
	});
	await assert.rejects(
		lacking.fetch(),
		/lack 2 images of their lists, such as food-101\/images\/pho\/1\.jpg/,
	);
	const outside = await prepare(context, "food", {
		files: [{ ...lists, "food-101/meta/test.txt": "../../x/2\n" }],
	});
	await assert.rejects(outside.fetch(), /outside of the folder/);
});

test("unknown names are refused, with the nearest", async () => {
	await assert.rejects(
		fetchImageSets(["pets", "dtt"]),
		/no data set "dtt"; there are pets, dtd, food; did you mean "dtd"/,
	);
	await assert.rejects(fetchImageSets([]), /name the data sets to fetch: pets/);
});
