import assert from "node:assert/strict";
import { test } from "node:test";
import { fillNormals } from "../../src/augment/fill-normals.js";
import { Random } from "../../src/index.js";

test("normal numbers of the kernels are those of calls, in turn", () => {
	const [filled, called] = [new Random("kernels"), new Random("kernels")];
	// Odd and even lengths, with one left over and without; logarithms near powers of two among the many.
	for (const length of [0, 1, 16, 17, 1, 33, 1023, 1024, 1025, 1_000_000]) {
		for (const deviation of [1, 0.3]) {
			const values = new Float32Array(length);
			fillNormals(values, filled, deviation);
			const expected = Float32Array.from(values, () =>
				called.normal(0, deviation),
			);
			assert.deepEqual(values, expected, `${length}`);
		}
	}
	assert.equal(filled.uint32(), called.uint32());
});
