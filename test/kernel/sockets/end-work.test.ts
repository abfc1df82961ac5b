import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { shared } from "../../../kernel/runtime/interrupts.js";
import { endWork } from "../../../kernel/sockets/end-work.js";

const memoryOf = (words: { held?: number; running?: number }) => {
	const memory = new Int32Array(new SharedArrayBuffer(4 * shared.words));
	memory[shared.held] = words.held ?? 0;
	memory[shared.running] = words.running ?? 0;
	return memory;
};

const never = 1e9;

test("what runs is stopped, and no cell begins any more", async () => {
	const memory = memoryOf({});
	let stops = 0;
	await endWork(memory, () => {
		stops++;
		assert.equal(memory[shared.ending], 1);
	});
	assert.equal(stops, 1);
});

test("what never returns is given up, held or not", async () => {
	await endWork(memoryOf({ running: 1 }), () => {}, { held: never, rest: 50 });
	await endWork(memoryOf({ held: 1 }), () => {}, { held: 50, rest: never });
	await endWork(memoryOf({ held: 2, running: 1 }), () => {}, {
		...{ held: 50, rest: 10 },
	});
});

test("what is held is waited for, and then the cell for a while of its own", async () => {
	const memory = memoryOf({ held: 1, running: 1 });
	let isOver = false;
	const ended = endWork(memory, () => {}, { held: never, rest: 300 }).then(
		() => {
			isOver = true;
		},
	);
	await delay(600);
	assert.ok(!isOver);
	memory[shared.held] = 0;
	await ended;
	assert.equal(memory[shared.running], 1);
});
