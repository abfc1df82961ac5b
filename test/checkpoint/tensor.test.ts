import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { readCheckpoint } from "../../src/index.js";
import { toFloat32 } from "../../src/parts.js";
import { expected, fixtures } from "./fixtures.js";

const { tensors } = await readCheckpoint(join(fixtures, "dtypes-zip.pth"));

for (const [name, values] of Object.entries(expected.float32)) {
	test(`${name} converts to 32-bit floats as in PyTorch`, () => {
		const wanted = new Float32Array(values.flat());
		assert.deepEqual(toFloat32(tensors[name]!), wanted);
	});
}

test("half precision keeps infinities, NaN and subnormal numbers", () => {
	const special = toFloat32(tensors.special!);
	const wanted = expected.special.map((text) =>
		Number(text.replace("inf", "Infinity").replace("nan", "NaN")),
	);
	assert.deepEqual(special, new Float32Array(wanted));
});

test("float32 is not copied", () => {
	const { float32 } = tensors;
	assert.equal(toFloat32(float32!), float32!.data);
});
