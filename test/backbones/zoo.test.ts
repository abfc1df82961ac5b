import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
	findCheckpoint,
	parameterCountOf,
	zoo,
	zooEntry,
} from "../../src/index.js";
import { scratch } from "../checkpoint/fixtures.js";

const entries = Object.entries(zoo);

test("the zoo has every checkpoint of the study, each in its own file", () => {
	assert.equal(entries.length, 57 + 15 + 15 + 10 + 2);
	const files = new Set(entries.map(([, { file }]) => file));
	assert.equal(files.size, entries.length);
	const released = entries.filter(([name]) => /^(coco|ade20k)\//.test(name));
	assert.equal(released.length, 24);
	for (const [name, entry] of entries) {
		const { sources, clean, mce, sha256 } = zooEntry(name);
		assert.ok(sources.length > 0, name);
		for (const source of sources)
			assert.match(
				typeof source === "string" ? source : source.record,
				/^https:/,
			);
		for (const score of [clean, mce])
			assert.ok(score === undefined || (score > 40 && score < 90), name);
		assert.match(sha256 ?? "", /^([0-9a-f]{8,64})?$/);
		assert.equal(entry.model === "classifier", !/^(coco|ade20k)/.test(name));
	}
});

test("classifiers have the parameters of their architectures", () => {
	for (const [name, { model, architecture, parameters }] of entries)
		if (model === "classifier")
			assert.equal(parameterCountOf(architecture), parameters, name);
	const { file } = zoo["wide-resnet50-2/linf-eps-4"];
	assert.equal(file, "wide_resnet50_2_linf_eps4.0.ckpt");
});

test("an unknown name is answered with those there are", () => {
	assert.throws(
		() => zooEntry("swin-t/prime"),
		/"swin-t\/prime"; there are swin-t\/regular$/,
	);
	assert.throws(() => zooEntry("vgg"), /resnet50\/regular, .*ade20k\//);
	assert.throws(() => zooEntry("constructor"), /no checkpoint "constructor"/);
});

test("a checkpoint is looked for in data/checkpoints, then in the user's folder", (context) => {
	const folder = scratch(context);
	const before = process.cwd();
	process.chdir(folder);
	context.after(() => process.chdir(before));
	const name = "resnet50/prime";
	const { file } = zoo[name];
	const own = join(folder, "mine");
	mkdirSync(own);
	assert.throws(
		() => findCheckpoint(name, { folder: own }),
		/is not in data\/checkpoints or .*mine: fetch it with\n {2}npx robust-transfer-data checkpoints resnet50\/prime$/,
	);
	writeFileSync(join(own, file), "");
	const inOwn = findCheckpoint(name, { folder: own });
	assert.deepEqual(inOwn, { path: join(own, file), entry: zoo[name] });
	mkdirSync(join("data", "checkpoints"), { recursive: true });
	writeFileSync(join("data", "checkpoints", file), "");
	const { path } = findCheckpoint(name, { folder: own });
	assert.equal(path, join("data", "checkpoints", file));
	const given = findCheckpoint("resnet50", { from: join(own, file) });
	assert.deepEqual(given, { path: join(own, file) });
	assert.throws(
		() => findCheckpoint(name, { from: "none.pth" }),
		/no file none\.pth/,
	);
});
