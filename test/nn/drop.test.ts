import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { Random, useEngine } from "../../src/index.js";
import { stochasticDepth } from "../../src/nn/drop.js";
import { compile } from "../../src/parts.js";

await useEngine();

const rows = 4000;

test("samples are dropped whole, and those kept are scaled up", () => {
	tf.tidy(() => {
		const x = tf.ones([rows, 3]);
		const y = stochasticDepth(x, 0.2, new Random("drop"));
		const kept = y.arraySync() as number[][];
		const factors = kept.map(([first]) => first as number);
		assert.ok(kept.every((row) => row.every((value) => value === row[0])));
		assert.ok(factors.every((f) => f === 0 || Math.abs(f - 1.25) < 1e-6));
		const dropped = factors.filter((f) => f === 0).length / rows;
		assert.ok(Math.abs(dropped - 0.2) < 0.02, `dropped ${dropped}`);
	});
});

test("a rate of 0 changes nothing, and one outside [0, 1) is refused", () => {
	const x = tf.ones([2, 3]);
	assert.equal(stochasticDepth(x, 0, new Random("drop")), x);
	for (const rate of [-0.1, 1, Number.NaN])
		assert.throws(
			() => stochasticDepth(x, rate, new Random("drop")),
			/\[0, 1\)/,
		);
});

test("compiled, it draws anew at every call, from the same numbers as eagerly", () => {
	const draw = (random: Random) => (x: tf.Tensor2D) =>
		stochasticDepth(x, 0.5, random);
	const x = tf.ones([64, 1]) as tf.Tensor2D;
	const eager = draw(new Random("drop"));
	const compiled = compile(draw(new Random("drop")));
	const calls = [0, 1].map(() => [eager(x).dataSync(), compiled(x).dataSync()]);
	for (const [ours, theirs] of calls) assert.deepEqual(ours, theirs);
	assert.notDeepEqual(calls[0], calls[1]);
});
