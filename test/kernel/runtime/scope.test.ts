import assert from "node:assert/strict";
import { test } from "node:test";
import { Scope } from "../../../kernel/runtime/scope.js";

/** A cell that declares `x`, as the kernel compiles it. */
function declare(scope: Scope, value: unknown) {
	let x: unknown;
	let isInitialized = false;
	const cell = scope.announce(
		{
			x: [
				() => {
					if (!isInitialized) throw new ReferenceError("x");
					return x;
				},
				(next) => {
					x = next;
				},
			],
		},
		[],
	);
	return {
		cell,
		read: () => x,
		initialize() {
			x = value;
			isInitialized = true;
			scope.exports.x = x;
		},
	};
}

test("a new declaration takes over only once it is initialized", () => {
	const scope = new Scope();
	const first = declare(scope, 1);
	first.initialize();
	assert.deepEqual(scope.settle(), []);
	const second = declare(scope, 2);
	assert.equal(scope.exports.x, 1);
	second.initialize();
	assert.equal(scope.exports.x, 2);
	assert.equal(first.read(), 2);
	scope.exports.x = 3;
	assert.deepEqual([first.read(), second.read()], [3, 3]);
});

test("a declaration that was never reached is dropped", () => {
	const scope = new Scope();
	declare(scope, 1).initialize();
	scope.settle();
	declare(scope, 2);
	assert.deepEqual(scope.settle(), ["x"]);
	assert.equal(scope.exports.x, 1);
});

test("imports read through their module until they are assigned", () => {
	const scope = new Scope();
	const module = { value: 1 };
	scope.define("value", () => module.value);
	module.value = 2;
	assert.equal(scope.exports.value, 2);
	scope.exports.value = 5;
	assert.equal(scope.exports.value, 5);
});
