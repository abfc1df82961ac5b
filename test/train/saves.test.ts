import assert from "node:assert/strict";
import { test } from "node:test";
import { saves } from "../../src/train/saves.js";

/** A pause that nothing shortens. */
const pause = (milliseconds: number) =>
	void Atomics.wait(
		new Int32Array(new SharedArrayBuffer(4)),
		0,
		0,
		milliseconds,
	);

/** How many saves there have been. */
function counted(seconds: number, milliseconds = 0) {
	const counter = { count: 0 };
	const saving = saves(() => {
		counter.count++;
		pause(milliseconds);
	}, seconds);
	return { counter, ...saving };
}

test("a run is saved at least every so many seconds", () => {
	const { counter, turn } = counted(0.1);
	pause(150);
	turn();
	assert.equal(counter.count, 1);
	const always = counted(0);
	for (let i = 0; i < 3; i++) {
		pause(1);
		always.turn();
	}
	assert.equal(always.counter.count, 3);
});

test("and after an update that takes long, unless saving does too, or none is wanted", () => {
	const cheap = counted(1e6);
	const dear = counted(1e6, 2500);
	const none = counted(Infinity);
	const all = [cheap, dear, none];
	dear.now();
	for (let i = 1; i <= 2; i++) {
		pause(2100);
		for (const { turn } of all) turn();
		assert.equal(cheap.counter.count, i);
	}
	assert.equal(dear.counter.count, 1);
	assert.equal(none.counter.count, 0);
	none.now();
	assert.equal(none.counter.count, 1);
});
