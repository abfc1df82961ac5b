import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
	existsSync,
	readdirSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { PNG } from "pngjs";
import { fetchAde20k } from "../../data-scripts/ade20k.js";
import { unzip } from "../../data-scripts/unzip.js";
import { encodeJpeg } from "../../src/image/jpeg/encode.js";
import { ade20k } from "../../src/tasks/ade20k/ade20k.js";
import { zipArchive } from "../checkpoint/archive.js";
import { scratch } from "../checkpoint/fixtures.js";
import { picture } from "../lcg.js";
import {
	answer,
	type Behavior,
	breakAfter,
	serve,
	startServer,
} from "./server.js";

const labels = (label: number): Buffer =>
	PNG.sync.write(
		{ height: 9, width: 12, data: Buffer.alloc(108, label) } as unknown as PNG,
		{ colorType: 0, inputColorType: 0, inputHasAlpha: false },
	);

const root = "ADEChallengeData2016";
const nothing = new Uint8Array();
const files = {
	[`${root}/images/training/ADE_train_00000001.jpg`]: encodeJpeg(
		picture(9, 12),
	),
	[`${root}/images/training/ADE_train_00000002.jpg`]: encodeJpeg(
		picture(9, 12),
	),
	[`${root}/annotations/training/ADE_train_00000001.png`]: labels(0),
	[`${root}/annotations/training/ADE_train_00000002.png`]: labels(150),
	[`${root}/images/validation/ADE_val_00000001.jpg`]: encodeJpeg(
		picture(9, 12),
	),
	[`${root}/annotations/validation/ADE_val_00000001.png`]: labels(7),
	[`${root}/objectInfo150.txt`]: Buffer.from("Idx\tRatio\n"),
};
const archive = zipArchive(
	{ [`${root}/`]: nothing, [`${root}/images/`]: nothing, ...files },
	{ deflate: true },
);
const md5 = createHash("md5").update(archive).digest("hex");

async function prepare(
	context: TestContext,
	behaviors: readonly Behavior[],
	known = md5,
) {
	const folder = scratch(context);
	const server = await startServer(context, archive, behaviors);
	const url = `${server.url}/ADEChallengeData2016.zip`;
	let log = "";
	const fetch = () =>
		fetchAde20k({
			folder,
			output: { write: (text: string) => (log += text) },
			archive: { url, md5: known },
			backoffMs: 1,
			attempts: 2,
		});
	return { folder, fetch, requests: server.ranges, log: () => log };
}

test("the archive is fetched, going on where it broke off, verified, unpacked and removed", async (context) => {
	const { folder, fetch, requests, log } = await prepare(context, [
		breakAfter(300),
		serve,
	]);
	await fetch();
	assert.equal(requests.length, 2);
	const found = readdirSync(folder).sort();
	assert.deepEqual(found, [
		"SHA256SUMS",
		"annotations",
		"images",
		"objectInfo150.txt",
	]);
	const { train, test } = ade20k({ folder });
	assert.deepEqual([train.length, test.length], [2, 1]);
	assert.equal(train.sample(0).target.data[0], 255);
	assert.equal(train.sample(1).target.data[0], 149);
	assert.equal(test.sample(0).id, "ade20k/validation/ADE_val_00000001");
	await fetch();
	assert.equal(requests.length, 2);
	assert.match(log(), /already/);
});

test("a changed file is reported, a missing one fetched again", async (context) => {
	const { folder, fetch } = await prepare(context, [serve]);
	await fetch();
	const path = join(
		folder,
		"annotations",
		"training",
		"ADE_train_00000002.png",
	);
	const sound = readFileSync(path);
	writeFileSync(path, "changed");
	await assert.rejects(fetch(), /00000002\.png is not as it was fetched/);
	rmSync(path);
	await fetch();
	assert.deepEqual(readFileSync(path), sound);
});

test("an interrupted unpacking is done again, without fetching again", async (context) => {
	const { folder, fetch, requests } = await prepare(context, [serve]);
	writeFileSync(join(folder, "ADEChallengeData2016.zip"), archive);
	await fetch();
	assert.equal(requests.length, 0);
	assert.ok(existsSync(join(folder, "images", "validation")));
});

test("another archive than the published one is not unpacked", async (context) => {
	const { folder, fetch } = await prepare(context, [serve], "0".repeat(32));
	await assert.rejects(fetch(), /MD5 .*is published/);
	assert.deepEqual(readdirSync(folder), []);
	const gone = await prepare(context, [answer(404)]);
	await assert.rejects(gone.fetch(), /404/);
});

test("a folder without ADE20K says how to fetch it", (context) => {
	const task = ade20k({ folder: scratch(context) });
	assert.throws(
		() => task.test.length,
		/npx robust-transfer-data ade20k[\s\S]*ade20k\({ folder }\)/,
	);
});

test("a damaged or malicious zip archive is refused", async (context) => {
	const folder = scratch(context);
	const path = join(folder, "some.zip");
	const into = join(folder, "unpacked");
	const refuse = async (bytes: Buffer, error: RegExp) => {
		writeFileSync(path, bytes);
		await assert.rejects(unzip(path, into), error);
	};
	await refuse(archive.subarray(0, archive.length - 40), /truncated/);
	await refuse(zipArchive(files, { crc: 5 }), /checksum/);
	for (const name of ["../outside.txt", "/outside.txt", "a/../../outside.txt"])
		await refuse(zipArchive({ [name]: Buffer.from("x") }), /malicious/);
	assert.ok(!existsSync(join(folder, "outside.txt")));
});
