import assert from "node:assert/strict";
import {
	appendFileSync,
	readFileSync,
	truncateSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { openNpy } from "../../../src/evaluate/published/npy.js";
import { scratchFolder } from "../../train/folders.js";
import { npy } from "./made-up-sets.js";

/** What NumPy saved; see make_npy.py. */
const fixture = JSON.parse(
	readFileSync(
		new URL("../../../../test/fixtures/evaluate/npy.json", import.meta.url),
		"utf8",
	),
) as Record<
	string,
	{ file: string; dtype: string; shape: number[]; from3to5: number[] }
>;
const folder = scratchFolder();
const written = (name: string): string => {
	const path = join(folder, `${name}.npy`);
	writeFileSync(path, Buffer.from(fixture[name]?.file ?? "", "base64"));
	return path;
};

for (const name of [
	"bytes",
	"bytes of version 2",
	"bytes of version 3",
	"labels",
	"small labels",
	"signed",
])
	test(`an array of ${name} has NumPy's numbers`, () => {
		const file = openNpy(written(name));
		const { dtype, shape, from3to5 } = fixture[name]!;
		assert.equal(file.dtype, dtype);
		assert.deepEqual(file.shape, shape);
		assert.deepEqual(file.numbers(3, 2), from3to5);
		if (dtype === "|u1") assert.deepEqual([...file.bytes(3, 2)], from3to5);
		assert.deepEqual(
			[...file.bytes(0, 3), ...file.bytes(3, 7)],
			[...file.bytes(0, 10)],
		);
		assert.throws(() => file.bytes(9, 2), /elements 0 to 9, not 9 to 10/);
	});

test("of a file as large as those of CIFAR-10-C only the slice that is asked for is held", () => {
	const path = join(folder, "large.npy");
	const shape = [50_000, 32, 32, 3];
	const head = npy("|u1", shape, new Uint8Array(0));
	const [each, last] = [32 * 32 * 3, 49_999];
	writeFileSync(path, head);
	// The rest is a hole in the file, but for the last image.
	truncateSync(path, head.length + last * each);
	appendFileSync(path, new Uint8Array(each).fill(7));
	const before = process.memoryUsage().arrayBuffers;
	const file = openNpy(path);
	assert.deepEqual([...file.bytes(last, 1)], Array(each).fill(7));
	let most = 0;
	for (let i = 0; i < 3000; i++) {
		assert.equal(file.bytes(i * 16, 1)[0], 0);
		most = Math.max(most, process.memoryUsage().arrayBuffers - before);
	}
	assert.ok(most < 2 ** 25, `${most} bytes are held`);
});

test("what is not read says so", () => {
	assert.throws(
		() => openNpy(written("in the order of Fortran")),
		/order of Fortran: save it anew/,
	);
	assert.throws(
		() => openNpy(written("floats")),
		/type <f8, which is not read/,
	);
	assert.throws(() => openNpy(written("big-endian")), /type >i8, which/);
	const path = written("bytes");
	truncateSync(path, 480);
	assert.throws(
		() => openNpy(path),
		/has 480 bytes, not the 488 of \[10, 4, 3, 3\]: fetch it again/,
	);
	writeFileSync(path, "no array at all");
	assert.throws(() => openNpy(path), /is no \.npy file/);
});
