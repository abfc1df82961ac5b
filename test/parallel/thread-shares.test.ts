import assert from "node:assert/strict";
import { test } from "node:test";
import { sharesOf } from "../../src/parallel/thread-shares.js";

test("two batches are on their way, or more where their bytes are few", () => {
	const small = { batchSize: 64, imageBytes: 6 * 32 ** 2 };
	assert.deepEqual(sharesOf(1, small), {
		...{ workers: 1, chunk: 64, inFlight: 3, waiting: 3 },
	});
	const ahead = sharesOf(1, { ...small, leadBytes: 2 ** 24 });
	assert.equal(ahead.chunk, 64);
	assert.equal(ahead.inFlight, Math.floor(2 ** 24 / (64 * 6 * 32 ** 2)));
	assert.equal(ahead.waiting, ahead.inFlight);
	const large = { batchSize: 16, imageBytes: 6 * 800 ** 2 };
	assert.deepEqual(
		sharesOf(4, { ...large, leadBytes: 2 ** 24 }),
		sharesOf(4, large),
	);
});

test("at most 256 MiB are on their way, but two messages at the least", () => {
	const { chunk, inFlight } = sharesOf(8, { batchSize: 64, imageBytes: 2e7 });
	assert.deepEqual([chunk, inFlight], [1, 13]);
	assert.equal(sharesOf(8, { batchSize: 2, imageBytes: 3e8 }).inFlight, 2);
});
