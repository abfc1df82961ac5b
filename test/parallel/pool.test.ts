import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";
import { mapInWorkers, type PoolOptions } from "../../src/parallel/pool.js";
import type { Settings } from "../corruptions/pool-job.js";

const module = new URL("../corruptions/pool-job.js", import.meta.url);

function squares(
	inputs: Iterable<number> | AsyncIterable<number>,
	settings: Settings,
	options?: PoolOptions,
): AsyncGenerator<Uint8Array> {
	return mapInWorkers(inputs, { module, data: settings }, options);
}

async function collect(outputs: AsyncIterable<Uint8Array>): Promise<number[]> {
	const collected: number[] = [];
	for await (const [square] of outputs) collected.push(square as number);
	return collected;
}

for (const workers of [1, 2, 3]) {
	test(`results come in order from ${workers} workers of uneven speed`, async () => {
		const numbers = [2, 1, 4, 3, 6, 5, 8, 7, 9, 10, 11, 0];
		const outputs = squares(numbers, { delay: 5 }, { workers });
		const expected = numbers.map((number) => number * number);
		assert.deepEqual(await collect(outputs), expected);
	});
}

test("a source that is asynchronous or empty is fine", async () => {
	async function* numbers(): AsyncGenerator<number> {
		yield 3;
		yield 5;
	}
	const options = { workers: 2 };
	assert.deepEqual(
		await collect(squares(numbers(), { delay: 0 }, options)),
		[9, 25],
	);
	assert.deepEqual(await collect(squares([], { delay: 0 }, options)), []);
});

test("no more inputs than inFlight are taken ahead of the results", async () => {
	let taken = 0;
	function* numbers(): Generator<number> {
		for (let number = 0; number < 12; number++) {
			taken++;
			yield number;
		}
	}
	const options = { workers: 2, inFlight: 3 };
	let given = 0;
	let ahead = 0;
	for await (const _ of squares(numbers(), { delay: 1 }, options)) {
		ahead = Math.max(ahead, taken - given);
		given++;
		await new Promise((resolve) => setTimeout(resolve, 3));
	}
	assert.equal(given, 12);
	assert.equal(ahead, 3);
});

test("a failure arrives in its turn, after the results before it", async () => {
	const outputs = squares([1, 3, 4, 5], { delay: 1, refused: 4 });
	assert.equal((await outputs.next()).value?.[0], 1);
	assert.equal((await outputs.next()).value?.[0], 9);
	await assert.rejects(outputs.next(), { name: "RangeError", message: /4/ });
	assert.equal((await outputs.next()).done, true);
});

test("a worker that ends or cannot start fails the stream", async () => {
	const ended = squares([1, 2, 3], { delay: 0, fatal: 2 }, { workers: 1 });
	await assert.rejects(collect(ended), /exit code 3/);
	const unstarted = squares([1], { delay: -1 }, { workers: 1 });
	await assert.rejects(collect(unstarted), /cannot start/);
});

test("a failing source fails the stream", async () => {
	function* numbers(): Generator<number> {
		yield 1;
		throw new Error("the source ran dry");
	}
	await assert.rejects(collect(squares(numbers(), { delay: 0 })), /ran dry/);
});

test("a stream that is left early closes its source and ends its workers", async () => {
	let closed = false;
	function* numbers(): Generator<number> {
		try {
			for (let number = 1; ; number += 2) yield number;
		} finally {
			closed = true;
		}
	}
	for await (const _ of squares(numbers(), { delay: 0 })) break;
	assert.ok(closed);
});

test("an abandoned stream does not keep the process alive", async () => {
	const pool = new URL("../../src/parallel/pool.js", import.meta.url);
	const program = `
		import { mapInWorkers } from "${pool.href}";
		const module = new URL("${module.href}");
		const outputs = mapInWorkers([1, 3, 5], { module, data: { delay: 0 } }, { workers: 2 });
		console.log((await outputs.next()).value[0]);
	`;
	const arguments_ = ["--input-type=module", "--eval", program];
	const { stdout } = await promisify(execFile)(process.execPath, arguments_);
	assert.equal(stdout, "1\n");
});

test("the numbers of workers and of inputs in flight must be positive integers", async () => {
	const refused = [{ workers: 0 }, { workers: 1.5 }, { inFlight: 0 }];
	for (const options of refused) {
		const [name] = Object.keys(options);
		await assert.rejects(collect(squares([1], { delay: 0 }, options)), {
			name: "RangeError",
			message: new RegExp(`${name} must be a positive integer`),
		});
	}
});
