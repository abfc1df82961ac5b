import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { publishedSet } from "../../../src/evaluate/published/published-set.js";
import { cifar100 } from "../../../src/tasks/cifar100/cifar100.js";
import { scratch } from "../../checkpoint/fixtures.js";

const fixture = fileURLToPath(
	new URL("../../../../test/fixtures/tasks/cifar100-python2", import.meta.url),
);
const count = 4;
// As make_cifar10.py has them.
const byteAt = (image: number, i: number): number => (31 * image + 7 * i) % 251;
const fineOf = (image: number): number => (41 * image) % 100;

function binary(): Uint8Array {
	const bytes = new Uint8Array(count * 3074);
	for (let n = 0; n < count; n++) {
		bytes[n * 3074] = (7 * n) % 20;
		bytes[n * 3074 + 1] = fineOf(n);
		for (let i = 0; i < 3072; i++) bytes[n * 3074 + 2 + i] = byteAt(n, i);
	}
	return bytes;
}

function checkFirst(folder: string): void {
	const { test } = cifar100({ folder });
	assert.equal(test.length, count);
	for (let n = 0; n < count; n++) {
		const { id, image, target } = test.sample(n);
		assert.equal(id, `cifar100/test/${n}`);
		assert.equal(target, fineOf(n));
		assert.equal(image.data[0], byteAt(n, 0));
		assert.equal(image.data.at(-1), byteAt(n, 3071));
	}
}

test("both official versions are read, by their fine labels, with and without their folders", (context) => {
	const contents = ["cifar-100-binary", "cifar-100-python", ""].map((inner) => {
		const folder = scratch(context);
		const place = join(folder, inner);
		mkdirSync(place, { recursive: true });
		if (inner === "cifar-100-python")
			copyFileSync(fixture, join(place, "test"));
		else writeFileSync(join(place, "test.bin"), binary());
		checkFirst(folder);
		return cifar100({ folder }).test.contents;
	});
	assert.equal(new Set(contents).size, 1);
});

test("a folder that is called as a file is passed over, and what is foreign or missing is refused", (context) => {
	const folder = scratch(context);
	const sample = () => cifar100({ folder }).test.sample(0);
	mkdirSync(join(folder, "test"));
	assert.throws(
		sample,
		/no test\.bin or test of CIFAR-100.*npx robust-transfer-data cifar100\n/s,
	);
	writeFileSync(join(folder, "test.bin"), new Uint8Array(3073));
	assert.throws(sample, /records of 3074 bytes.*not of CIFAR-100/);
	writeFileSync(join(folder, "test.bin"), binary().fill(100, 3075, 3076));
	assert.throws(sample, /label 100, not one from 0 to 99/);
	const pickles = scratch(context);
	writeFileSync(join(pickles, "test"), "\x80\x02}q\0.", "latin1");
	assert.throws(
		() => cifar100({ folder: pickles }).test.sample(0),
		/none of CIFAR-100: .*"fine_labels"/,
	);
});

test("classes are those of the official meta, in their order", () => {
	const { classes } = cifar100();
	assert.equal(classes.length, 100);
	assert.equal(new Set(classes).size, 100);
	// The authors numbered them by the alphabet.
	assert.deepEqual(classes, [...classes].sort());
	const some = { 0: "apple", 29: "dinosaur", 49: "mountain", 99: "worm" };
	for (const [index, name] of Object.entries(some))
		assert.equal(classes[Number(index)], name);
});

test("the published set of CIFAR-100-C is of its test images", (context) => {
	const folder = scratch(context);
	writeFileSync(join(folder, "test.bin"), binary());
	const npy = (header: string, bytes: Uint8Array) => {
		const text = `${header.padEnd(117)}\n`;
		const head = Buffer.from(`\x93NUMPY\x01\x00\x76\x00${text}`, "latin1");
		return Buffer.concat([head, bytes]);
	};
	const task = cifar100({ folder, inputSize: 32 });
	const own = Array.from({ length: count }, (_, n) => task.test.sample(n));
	const images = Buffer.concat(own.map(({ image }) => image.data));
	const shape = (rest: string) => `(${5 * count},${rest})`;
	const header = (descr: string, of: string) =>
		`{'descr': '${descr}', 'fortran_order': False, 'shape': ${of}, }`;
	writeFileSync(
		join(folder, "fog.npy"),
		npy(
			header("|u1", shape(" 32, 32, 3")),
			Buffer.concat(Array(5).fill(images)),
		),
	);
	const labels = new Uint8Array(5 * count).map((_, i) => fineOf(i % count));
	writeFileSync(
		join(folder, "labels.npy"),
		npy(header("|u1", shape("")), labels),
	);
	const [fog] = publishedSet("cifar-100-c", { folder, corruptions: ["fog"] });
	assert.equal(fog?.name, "fog");
	const opened = fog?.open(task as never, 5);
	opened?.check(count);
});
