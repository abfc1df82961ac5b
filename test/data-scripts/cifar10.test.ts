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

function entry(name: string, bytes: Uint8Array, kind = "0"): Buffer {
	const header = Buffer.alloc(512);
	header.write(name);
	header.write("0000644\0", 100);
	header.write(`${bytes.length.toString(8).padStart(11, "0")}\0`, 124);
	header.write("        ", 148);
	header.write(kind, 156);
	header.write("ustar\x0000", 257);
	const sum = header.reduce((total, byte) => total + byte, 0);
	header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
	const padding = Buffer.alloc((512 - (bytes.length % 512)) % 512);
	return Buffer.concat([header, bytes, padding]);
}

const end = Buffer.alloc(1024);
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

test("a damaged tar archive is refused", () => {
	const read = (bytes: Uint8Array) => [...untar(bytes)];
	assert.deepEqual(
		read(tar).map(({ name }) => name.split("/")[1]),
		["readme.html", ...names],
	);
	assert.throws(() => read(tar.subarray(0, 4000)), /truncated/);
	assert.throws(() => read(tar.subarray(0, tar.length - end.length)), /no end/);
	const damaged = Buffer.from(tar);
	damaged.write("x", 3);
	assert.throws(() => read(damaged), /wrong sum/);
});
