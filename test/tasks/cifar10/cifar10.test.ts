import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Random } from "../../../src/random.js";
import { cifar10 } from "../../../src/tasks/cifar10/cifar10.js";
import { scratch } from "../../checkpoint/fixtures.js";
import { sharedData } from "../../shared-data.js";

const fixtures = fileURLToPath(
	new URL("../../../../test/fixtures/tasks/", import.meta.url),
);
const { path: realFolder, skip } = sharedData("data/cifar10");

const count = 4;
// As make_cifar10.py has them.
const byteAt = (image: number, i: number): number => (31 * image + 7 * i) % 251;
const labelOf = (image: number): number => (3 * image) % 10;

function binary(first = 0): Uint8Array {
	const bytes = new Uint8Array(count * 3073);
	for (let n = 0; n < count; n++) {
		bytes[n * 3073] = labelOf(first + n);
		for (let i = 0; i < 3072; i++)
			bytes[n * 3073 + 1 + i] = byteAt(first + n, i);
	}
	return bytes;
}

function checkFirst(folder: string): void {
	const { test } = cifar10({ folder });
	assert.equal(test.length, count);
	for (let n = 0; n < count; n++) {
		const { id, image, target } = test.sample(n);
		assert.equal(id, `cifar10/test/${n}`);
		assert.equal(target, labelOf(n));
		// The blue of the last pixel, and the green of the one in row 1, column 2.
		assert.equal(image.data.at(-1), byteAt(n, 3071));
		assert.equal(image.data[3 * 34 + 1], byteAt(n, 1024 + 34));
	}
}

test("binary files are read, in the folder or in that of their archive", (context) => {
	const folder = scratch(context);
	writeFileSync(join(folder, "test_batch.bin"), binary());
	checkFirst(folder);
	const outer = scratch(context);
	mkdirSync(join(outer, "cifar-10-batches-bin"));
	writeFileSync(
		join(outer, "cifar-10-batches-bin", "test_batch.bin"),
		binary(),
	);
	checkFirst(outer);
});

test("pickles of Python 2 and of Python 3 are read", (context) => {
	for (const version of ["cifar10-python2", "cifar10-python3"]) {
		const folder = scratch(context);
		copyFileSync(join(fixtures, version), join(folder, "test_batch"));
		checkFirst(folder);
	}
});

test("training files follow one another, as many as wanted", (context) => {
	const folder = scratch(context);
	for (let i = 0; i < 5; i++) {
		const path = join(folder, `data_batch_${i + 1}.bin`);
		writeFileSync(path, binary(count * i));
	}
	assert.equal(cifar10({ folder }).train.length, 5 * count);
	const { train } = cifar10({ folder, trainFiles: 2 });
	assert.equal(train.length, 2 * count);
	const { id, target, image } = train.sample(6);
	assert.deepEqual([id, target], ["cifar10/train/6", labelOf(6)]);
	assert.equal(image.data[0], byteAt(6, 0));
	assert.throws(() => train.sample(8), /images 0 to 7, not 8/);
	assert.throws(() => train.sample(-1), RangeError);
	assert.throws(() => train.sample(0.5), RangeError);
	assert.throws(() => cifar10({ folder, trainFiles: 6 }), /from 1 to 5/);
});

test("a missing, truncated or foreign file is refused, and a missing one with what fetches it", (context) => {
	const folder = scratch(context);
	const sample = () => cifar10({ folder }).test.sample(0);
	assert.throws(
		sample,
		/no test_batch\.bin or test_batch.*npx robust-transfer-data cifar10\n/s,
	);
	const path = join(folder, "test_batch.bin");
	writeFileSync(path, binary().subarray(0, 5000));
	assert.throws(sample, /5000 bytes, no whole number of records/);
	writeFileSync(path, binary().fill(10, 3073, 3074));
	assert.throws(sample, /label 10, not one from 0 to 9/);
	writeFileSync(path, "");
	assert.throws(sample, /0 bytes/);
	const pickles = scratch(context);
	writeFileSync(join(pickles, "test_batch"), "\x80\x02}q\0.", "latin1");
	assert.throws(
		() => cifar10({ folder: pickles }).test.sample(0),
		/none of CIFAR-10/,
	);
});

test("images are enlarged as in the study, or left as they are", (context) => {
	const folder = scratch(context);
	writeFileSync(join(folder, "test_batch.bin"), binary());
	const large = cifar10({ folder });
	const { image } = large.test.sample(0);
	const random = new Random("augment");
	for (const task of [large, cifar10({ folder, inputSize: 32 })]) {
		const size = task.inputSize;
		for (const seen of [
			task.prepare(image),
			task.augment({ image, target: 3 }, random).image,
		])
			assert.deepEqual([seen.height, seen.width], [size, size]);
	}
	assert.equal(cifar10({ folder, inputSize: 32 }).prepare(image), image);
	const augmented = () =>
		large.augment({ image, target: 3 }, new Random("augment"));
	assert.equal(augmented().target, 3);
	assert.deepEqual(augmented(), augmented());
});

test("the published files hold ten thousand images, in their order", {
	skip,
}, () => {
	const { train, test, classes } = cifar10({
		folder: realFolder,
		trainFiles: 1,
	});
	assert.deepEqual([train.length, test.length], [10_000, 10_000]);
	const names = Array.from(
		{ length: 10 },
		(_, i) => classes[test.sample(i).target],
	);
	// The first images of the test set are known to everyone who has looked at it.
	assert.deepEqual(
		names,
		"cat ship ship airplane frog frog automobile frog cat automobile".split(
			" ",
		),
	);
	const counts = new Array(10).fill(0);
	for (let i = 0; i < test.length; i++) counts[test.sample(i).target]++;
	assert.deepEqual(counts, new Array(10).fill(1000));
});
