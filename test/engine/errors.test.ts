import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { Random, useEngine } from "../../src/index.js";
import { compile } from "../../src/parts.js";

beforeEach(async () => {
	await useEngine("onnxruntime");
});

const zeros = (...shape: number[]): tf.Tensor => tf.zeros(shape);

function stillWorks(): void {
	tf.tidy(() => {
		const double = (x: tf.Tensor): tf.Tensor => tf.add(x, x);
		assert.equal(double(tf.scalar(2)).dataSync()[0], 4);
		assert.equal(compile(double)(tf.scalar(2)).dataSync()[0], 4);
	});
}

const badCalls: [name: string, call: () => unknown, message: RegExp][] = [
	[
		"shapes that do not broadcast",
		() => tf.add(zeros(2, 3), zeros(4)),
		/broadcast/,
	],
	[
		"inner sizes that differ",
		() => tf.matMul(zeros(2, 3), zeros(4, 5)),
		/inner|3.*4/i,
	],
	[
		"channels that differ",
		() =>
			tf.conv2d(
				zeros(1, 5, 5, 3) as tf.Tensor4D,
				zeros(3, 3, 4, 8) as tf.Tensor4D,
				1,
				"same",
			),
		/depth|channel/i,
	],
	[
		"concatenation of unequal rows",
		() => tf.concat([zeros(2, 3), zeros(2, 4)], 0),
		/concat/i,
	],
	["reshape to another size", () => tf.reshape(zeros(2, 3), [4]), /size|shape/],
	[
		"a slice beyond the end",
		() => tf.slice(zeros(3), [2], [4]),
		/begin|size|slice/i,
	],
	[
		"a text where a number belongs",
		() => tf.exp(tf.tensor(["a"])),
		/string|dtype|numeric/i,
	],
];

for (const [name, call, message] of badCalls) {
	test(`${name} are refused, and the engine stays usable`, () => {
		assert.throws(() => tf.tidy(() => call() as tf.Tensor), message);
		assert.throws(
			() => compile((x: tf.Tensor) => tf.add(x, call() as tf.Tensor))(zeros(1)),
			message,
		);
		stillWorks();
	});
}

test("a kernel that ONNX Runtime refuses is named with its inputs", () => {
	const table = tf.zeros([3, 2]);
	const outside = tf.tensor1d([1, 7], "int32");
	const message =
		/GatherV2\(x float32\[3,2\], indices int32\[2\]\): .*(out of|not in)/is;
	assert.throws(() => tf.gather(table, outside), message);
	stillWorks();
});

test("reading a value while tracing names the operation and the way out", () => {
	const readsIt = compile((x: tf.Tensor) =>
		tf.mul(x, tf.sum(x).dataSync()[0] as number),
	);
	assert.throws(
		() => readsIt(zeros(3)),
		/reads the elements of a tensor that compile\(\) is tracing.*pass it in as an argument/s,
	);
	const branches = compile((x: tf.Tensor) =>
		(tf.sum(x).arraySync() as number) > 0 ? x : tf.neg(x),
	);
	assert.throws(() => branches(zeros(3)), /reads the elements of a tensor/);
	stillWorks();
});

test("a kernel of complex numbers is refused while tracing", () => {
	const transforms = compile((x: tf.Tensor) =>
		tf.real(tf.spectral.fft(tf.complex(x, x))),
	);
	assert.throws(
		() => transforms(zeros(4)),
		/compile\(\) has no form of complex64/,
	);
	stillWorks();
});

test("a random operation that would draw once and for all is refused", () => {
	const noisy = compile((x: tf.Tensor) => tf.add(x, tf.randomNormal([3])));
	assert.throws(() => noisy(zeros(3)), /use drawUniform\(\) or drawNormal\(\)/);
	stillWorks();
});

test("arguments that are not data are refused", () => {
	const takesAnything = compile((_: unknown) => tf.scalar(1));
	assert.throws(() => takesAnything(new Date()), /not Date/);
	assert.throws(() => takesAnything(stillWorks), /a function/);
	assert.throws(() => takesAnything(new Random(1)), /not Random/);
	assert.throws(() => takesAnything([{ a: new Map() }]), {
		message:
			"a compiled function takes and returns tensors, variables, numbers, strings and booleans, and arrays and plain objects of them, not Map (arguments[0][0].a): pass what the graph needs of it, or, where onHost() alone reads it, a HostValue of it",
	});
	assert.throws(() => takesAnything(new Set([1])), /not Set/);
	assert.throws(() => takesAnything(Float32Array.of(1)), /not Float32Array/);
	assert.throws(() => takesAnything(Symbol("a")), /not a symbol/);
	assert.throws(() => takesAnything({ [Symbol("a")]: 1 }), /symbols for names/);
	assert.throws(() => takesAnything(/(a)/.exec("a")), /array with properties/);
	assert.throws(
		() => takesAnything(new (class Some extends Array {})()),
		/not Some/,
	);
	assert.throws(
		() => takesAnything(Object.create(Object.create(null))),
		/with parents/,
	);
	const cyclic: unknown[] = [];
	cyclic.push({ cyclic });
	assert.throws(() => takesAnything(cyclic), /a value that contains itself/);
	assert.throws(() => takesAnything(tf.tensor(["a"])), /not string\[1\]/);
	assert.throws(
		() => takesAnything(tf.complex([1], [2])),
		/not complex64\[1\]/,
	);
	stillWorks();
});
