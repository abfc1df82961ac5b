import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { cocoArchives, fetchCoco } from "../../data-scripts/coco.js";
import { encodePng } from "../../src/image/encode.js";
import { createImage } from "../../src/image/image.js";
import { coco } from "../../src/tasks/coco/coco.js";
import { cocoClasses } from "../../src/tasks/coco/data/classes.js";
import { zipArchive } from "../checkpoint/archive.js";
import { scratch } from "../checkpoint/fixtures.js";
import {
	answer,
	type Behavior,
	breakAfter,
	serve,
	startServer,
} from "./server.js";

const image = { id: 1, file_name: "1.jpg", height: 32, width: 40 };
const annotation = {
	id: 5,
	image_id: 1,
	category_id: 0,
	bbox: [1, 2, 10, 10],
	area: 100,
	iscrowd: 0,
	segmentation: [[1, 2, 1, 12, 11, 12, 11, 2]],
};
const instances = Buffer.from(
	JSON.stringify({
		images: [image],
		annotations: [annotation],
		categories: cocoClasses.map((name, id) => ({ id, name })),
	}),
);
const pixels = encodePng(createImage(32, 40));
const zips = {
	annotations: zipArchive(
		{
			"annotations/instances_train2017.json": instances,
			"annotations/instances_val2017.json": instances,
			"annotations/captions_val2017.json": Buffer.from("{}"),
		},
		{ deflate: true },
	),
	val2017: zipArchive({ "val2017/": Buffer.alloc(0), "val2017/1.jpg": pixels }),
	train2017: zipArchive({ "train2017/1.jpg": pixels }, { zip64: true }),
};
type Name = keyof typeof zips;

async function prepare(
	context: TestContext,
	behaviors: Partial<Record<Name, readonly Behavior[]>> = {},
) {
	const folder = scratch(context);
	const requests: string[] = [];
	const entries = await Promise.all(
		(Object.keys(zips) as Name[]).map(async (name) => {
			const file = zips[name];
			const noted: Behavior = (response, request, bytes) => {
				requests.push(name);
				const all = behaviors[name] ?? [serve];
				const count = requests.filter((one) => one === name).length;
				all[Math.min(count, all.length) - 1]?.(response, request, bytes);
			};
			const { url } = await startServer(context, file, [noted]);
			const md5 = createHash("md5").update(file).digest("hex");
			const path = new URL(cocoArchives[name].url).pathname;
			return [name, { ...cocoArchives[name], url: url + path, md5 }] as const;
		}),
	);
	let log = "";
	const fetch = (only?: readonly string[]) =>
		fetchCoco({
			folder,
			output: { write: (text: string) => (log += text) },
			archives: Object.fromEntries(entries),
			...(only && { only }),
			backoffMs: 1,
			attempts: 2,
		});
	return { folder, fetch, requests, log: () => log };
}

test("COCO is fetched once, verified, unpacked, and can be read", async (context) => {
	const { folder, fetch, requests, log } = await prepare(context);
	await fetch();
	assert.deepEqual(readdirSync(folder).sort(), [
		"SHA256SUMS",
		"annotations",
		"train2017",
		"val2017",
	]);
	assert.deepEqual(readdirSync(join(folder, "annotations")).sort(), [
		"instances_train2017.json",
		"instances_val2017.json",
	]);
	const { train, test } = coco({ folder });
	assert.deepEqual([train.length, test.length], [1, 1]);
	assert.deepEqual([...test.sample(0).target.labels], [0]);
	await fetch();
	assert.deepEqual(requests.sort(), ["annotations", "train2017", "val2017"]);
	assert.match(log(), /COCO 2017, val2017 is in .* already/);
});

test("a part may be fetched, broken downloads go on, missing files come again", async (context) => {
	const { folder, fetch, requests } = await prepare(context, {
		val2017: [breakAfter(50), serve],
	});
	await fetch(["val2017"]);
	assert.deepEqual(readdirSync(folder).sort(), ["SHA256SUMS", "val2017"]);
	assert.deepEqual(requests, ["val2017", "val2017"]);
	rmSync(join(folder, "val2017", "1.jpg"));
	await fetch(["val2017"]);
	assert.ok(existsSync(join(folder, "val2017", "1.jpg")));
	writeFileSync(join(folder, "val2017", "1.jpg"), "changed");
	await assert.rejects(fetch(["val2017"]), /1\.jpg is not as it was fetched/);
	await assert.rejects(fetch(["test2017"]), /no archive "test2017"; there are/);
});

test("another archive than the published one is not unpacked", async (context) => {
	const other: Behavior = (response) => response.end(zips.train2017);
	const { folder, fetch } = await prepare(context, {
		val2017: [other],
		annotations: [answer(404)],
	});
	await assert.rejects(fetch(["val2017"]), /MD5 .* is published/);
	await assert.rejects(fetch(["annotations"]), /404/);
	assert.deepEqual(readdirSync(folder), []);
});
