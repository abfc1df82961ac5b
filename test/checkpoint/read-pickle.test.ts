import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { CheckpointError } from "../../src/checkpoint/error.js";
import { readPickle } from "../../src/checkpoint/read-pickle.js";
import { scratch } from "./fixtures.js";

const folder = fileURLToPath(
	new URL("../../../test/fixtures/tasks/", import.meta.url),
);

test("arrays and everything else of a plain pickle are read, of Python 2 and 3 alike", () => {
	for (const version of ["cifar10-python2", "cifar10-python3"]) {
		const { tensors, other } = readPickle(join(folder, version));
		assert.deepEqual(Object.keys(tensors), ["data"]);
		assert.deepEqual(tensors.data?.shape, [4, 3072]);
		assert.equal(tensors.data?.dtype, "uint8");
		assert.deepEqual(other, {
			batch_label: "testing batch 1 of 1",
			labels: [0, 3, 6, 9],
			filenames: [0, 1, 2, 3].map((n) => `image_s_00000${n}.png`),
		});
	}
});

test("a file that is missing, cut off or refers to storages is refused", (context) => {
	const path = join(scratch(context), "pickle");
	const reading = () => readPickle(path);
	assert.throws(reading, CheckpointError);
	writeFileSync(path, Buffer.from("\x80\x02}q\x00U", "latin1"));
	assert.throws(reading, /truncated or corrupt/);
});
