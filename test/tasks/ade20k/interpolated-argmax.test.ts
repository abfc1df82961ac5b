import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { interpolatedArgmax } from "../../../src/tasks/ade20k/interpolated-argmax.js";
import type { Size } from "../../../src/tasks/task.js";
import { Lcg } from "../../lcg.js";

interface Path {
	readonly padded: Size;
	readonly seen: Size;
	readonly given: Size;
}

const size = (height: number, width: number): Size => ({ height, width });

/** Logits that change slowly from place to place, as those of a network do, with some noise. */
function someLogits(seed: number, { height, width }: Size, classes: number) {
	const random = new Lcg(seed * 1e6);
	const waves = Array.from({ length: classes }, () => [
		random.uniform(),
		random.uniform(),
		6 * random.uniform(),
	]);
	const values = new Float32Array(height * width * classes);
	for (let i = 0, y = 0; y < height; y++)
		for (let x = 0; x < width; x++)
			for (const [a, b, c] of waves)
				values[i++] =
					3 * Math.sin(a! * y + b! * x + c!) + 0.3 * random.normal();
	return { values, height, width, classes };
}

/** The definition: resize, cut, resize, and look for the largest; and by how much it is the largest. */
function reference(
	logits: ReturnType<typeof someLogits>,
	{ padded, seen, given }: Path,
) {
	return tf.tidy(() => {
		const { height, width, classes } = logits;
		const resize = (x: tf.Tensor4D, to: Size) =>
			tf.image.resizeBilinear(x, [to.height, to.width], false, true);
		const raw = tf.tensor4d(logits.values, [1, height, width, classes]);
		const large = resize(raw, padded);
		const part = tf.slice(
			large,
			[0, 0, 0, 0],
			[1, seen.height, seen.width, classes],
		);
		const result = resize(part, given);
		const { values } = tf.topk(result, 2);
		const [first, second] = tf.split(values, 2, 3);
		return {
			best: tf.argMax(result, 3).dataSync(),
			lead: tf.sub(first!, second!).dataSync(),
		};
	});
}

test("the classes are those of logits resized twice", async () => {
	await tf.setBackend("cpu");
	const paths: [Size, Path][] = [
		[
			size(8, 10),
			{ padded: size(32, 40), seen: size(32, 40), given: size(32, 40) },
		],
		[
			size(8, 10),
			{ padded: size(32, 40), seen: size(29, 40), given: size(50, 61) },
		],
		[
			size(9, 11),
			{ padded: size(33, 43), seen: size(33, 43), given: size(17, 22) },
		],
		[
			size(16, 16),
			{ padded: size(64, 64), seen: size(64, 40), given: size(300, 190) },
		],
		[
			size(20, 30),
			{ padded: size(20, 30), seen: size(20, 30), given: size(31, 29) },
		],
		[size(1, 1), { padded: size(4, 4), seen: size(3, 4), given: size(5, 5) }],
	];
	paths.forEach(([from, path], i) => {
		const logits = someLogits(i + 1, from, 12);
		const { data, height, width } = interpolatedArgmax(logits, path);
		assert.deepEqual(size(height, width), path.given);
		const { best, lead } = reference(logits, path);
		const wrong = data.findIndex(
			(label, j) => label !== best[j] && lead[j]! > 1e-5,
		);
		assert.equal(wrong, -1, `path ${i}, pixel ${wrong} of ${data.length}`);
		assert.ok(new Set(data).size > (i === 5 ? 0 : 3));
	});
});

test("of equal logits the first class wins", () => {
	const logits = { ...size(2, 2), values: new Float32Array(12), classes: 3 };
	const all = size(4, 4);
	const { data } = interpolatedArgmax(logits, {
		padded: all,
		seen: all,
		given: all,
	});
	assert.deepEqual([...new Set(data)], [0]);
});
