import assert from "node:assert/strict";
import { test } from "node:test";
import { toFloat16 } from "../../src/checkpoint/half.js";
import { toFloat32 } from "../../src/checkpoint/tensor.js";

const half = (...values: number[]): Uint16Array =>
	toFloat16({
		dtype: "float32",
		shape: [values.length],
		data: Float32Array.from(values),
	}).data as Uint16Array;

/** All halves from 0 to infinity; the negative ones differ in the first bit. */
const bits = Uint16Array.from({ length: 0x7c01 }, (_, i) => i);
const values = toFloat32({
	dtype: "float16",
	shape: [bits.length],
	data: bits,
});

test("every half is kept, of both signs", () => {
	assert.deepEqual(half(...values), bits);
	const negative = half(...values.map((value) => -value));
	assert.deepEqual(
		negative,
		bits.map((word) => word | 0x8000),
	);
	assert.equal(half(Number.NaN)[0]! & 0x7e00, 0x7e00);
});

test("what lies between two halves goes to the nearer one, and to the even one in the middle", () => {
	const next = (value: number, direction: number): number => {
		const word = new Uint32Array(Float32Array.of(value).buffer);
		word[0]! += direction;
		return new Float32Array(word.buffer)[0]!;
	};
	for (let i = 0; i < 0x7bff; i++) {
		const middle = (values[i]! + values[i + 1]!) / 2;
		assert.deepEqual(
			[...half(middle, next(middle, -1), next(middle, 1))],
			[i + (i % 2), i, i + 1],
		);
	}
	assert.deepEqual([...half(65519.99, 65520, 1e30)], [0x7bff, 0x7c00, 0x7c00]);
});

test("only float32 is rounded", () => {
	const data = new Float64Array(1);
	assert.throws(
		() => toFloat16({ dtype: "float64", shape: [1], data }),
		/only float32 .* not float64/,
	);
});
