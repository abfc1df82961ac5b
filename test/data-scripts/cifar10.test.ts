import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { gzipSync } from "node:zlib";
import { fetchCifar10 } from "../../data-scripts/cifar10.js";
import { untar } from "../../data-scripts/untar.js";
import { cifar10 } from "../../src/tasks/cifar10/cifar10.js";
import { scratch } from "../checkpoint/fixtures.js";
import { answer, type Behavior, serve, startServer } from "./server.js";
import { end, entry } from "./tar.js";

const names = [
	...[1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`),
	"test_batch.bin",
];
const record = (label: number): Buffer =>
	Buffer.alloc(3073, 9).fill(label, 0, 1);
const tar = Buffer.concat([
	entry("cifar-10-batches-bin/", Buffer.alloc(0), "5"),
	entry("cifar-10-batches-bin/readme.html", Buffer.from("hello")),
	...names.map((name, i) => entry(`cifar-10-batches-bin/${name}`, record(i))),
	end,
]);
const archive = gzipSync(tar);
const md5 = createHash("md5").update(archive).digest("hex");

async function prepare(
	context: TestContext,
	behaviors: readonly Behavior[],
	known = md5,
) {
	const folder = scratch(context);
	const server = await startServer(context, archive, behaviors);
	const url = `${server.url}/cifar-10-binary.tar.gz`;
	let log = "";
	const fetch = () =>
		fetchCifar10({
			folder,
			output: { write: (text: string) => (log += text) },
			archive: { url, md5: known },
			backoffMs: 1,
			attempts: 2,
		});
	return { folder, fetch, requests: server.ranges, log: () => log };
}

test("the archive is fetched once, verified, unpacked and removed", async (context) => {
	const { folder, fetch, requests, log } = await prepare(context, [serve]);
	await fetch();
	assert.deepEqual(readdirSync(folder).sort(), ["SHA256SUMS", ...names].sort());
	const { train, test } = cifar10({ folder });
	assert.deepEqual([train.length, test.length], [5, 1]);
	assert.equal(test.sample(0).target, 5);
	await fetch();
	assert.equal(requests.length, 1);
	assert.match(log(), /already/);
});

test("a changed file is reported, a missing one fetched again", async (context) => {
	const { folder, fetch } = await prepare(context, [serve, serve]);
	await fetch();
	const path = join(folder, "data_batch_3.bin");
	const sound = readFileSync(path);
	writeFileSync(path, "changed");
	await assert.rejects(fetch(), /data_batch_3\.bin is not as it was fetched/);
	const { rmSync } = await import("node:fs");
	rmSync(path);
	await fetch();
	assert.deepEqual(readFileSync(path), sound);
});

test("another archive than the published one is not unpacked", async (context) => {
	const wrong = "0".repeat(32);
	const { folder, fetch } = await prepare(context, [serve], wrong);
	await assert.rejects(fetch(), /MD5 .*is published/);
	assert.deepEqual(readdirSync(folder), []);
	const gone = await prepare(context, [answer(404)]);
	await assert.rejects(gone.fetch(), /404/);
	assert.ok(!existsSync(join(gone.folder, "test_batch.bin")));
});

test("a damaged tar archive is refused, however it is cut into chunks", async () => {
	for (const length of [7, 512, 4096, 10 ** 6]) {
		const read = async (bytes: Uint8Array) => {
			async function* chunks() {
				for (let at = 0; at < bytes.length; at += length)
					yield bytes.subarray(at, at + length);
			}
			const files = [];
			for await (const file of untar(chunks())) files.push(file);
			return files;
		};
		const files = await read(tar);
		assert.deepEqual(
			files.map(({ name }) => name.split("/")[1]),
			["readme.html", ...names],
		);
		assert.deepEqual(Buffer.from(files[3]!.bytes), record(2));
		await assert.rejects(read(tar.subarray(0, 4000)), /truncated/);
		await assert.rejects(
			read(tar.subarray(0, tar.length - end.length)),
			/no end/,
		);
		const damaged = Buffer.from(tar);
		damaged.write("x", 3);
		await assert.rejects(read(damaged), /wrong sum/);
	}
});
