import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import {
	backendName,
	type OnnxRuntimeBackend,
} from "../../src/engine/backend.js";
import { compile } from "../../src/engine/compile.js";
import { engine, useEngine } from "../../src/engine/engine.js";
import { createImage, type Image } from "../../src/image/image.js";
import { imagenetNormalization, normalize } from "../../src/nn/normalize.js";
import { Random } from "../../src/random.js";
import { shapesNormalization } from "../../src/tasks/shapes/shapes.js";
import type { Task } from "../../src/tasks/task.js";
import { imagesToTensor, paddedSize } from "../../src/train/image-batch.js";
import type { Recipe } from "../../src/train/recipe.js";
import { batchSource, tinyRecipe, tinyTask } from "./tiny-task.js";

before(() => useEngine());

const noise = (height: number, width: number): Image => {
	const random = new Random("noise", height, width);
	const image = createImage(height, width);
	for (let i = 0; i < image.data.length; i++)
		image.data[i] = random.integer(1, 256);
	return image;
};

const color = [0.25, 0.5, 0.75] as const;

/** The memory that tensors lie in. */
function inMemory() {
	const backend = tf.findBackend(backendName) as OnnxRuntimeBackend;
	const of = ({ dataId }: tf.Tensor) => backend.stored(dataId).values.buffer;
	return { pool: backend.pool, of };
}

/** Calls with each value of a tensor `[images, height, width, 3]` and where it is. */
function forEachValue(
	images: tf.Tensor4D,
	visit: (
		value: number,
		at: { n: number; y: number; x: number; c: number },
	) => void,
): void {
	const [, height, width] = images.shape;
	images.dataSync().forEach((value, i) => {
		const pixel = Math.floor(i / 3);
		const x = pixel % width;
		const y = Math.floor(pixel / width) % height;
		visit(value, { n: Math.floor(pixel / width / height), y, x, c: i % 3 });
	});
}

describe("images of a batch", () => {
	test("values are those of ToTensor", () => {
		const image = createImage(1, 2, Uint8Array.of(0, 1, 127, 128, 254, 255));
		const tensor = imagesToTensor([image], { size: image, color });
		assert.deepEqual(
			Array.from(tensor.dataSync()),
			[0, 1, 127, 128, 254, 255].map((level) => Math.fround(level / 255)),
		);
	});

	test("smaller ones are at the top left, the rest has one color", () => {
		const images = [noise(4, 3), noise(2, 5), noise(4, 5)];
		const size = paddedSize(images, tinyTask);
		assert.deepEqual(size, { height: 4, width: 5 });
		const tensor = imagesToTensor(images, { size, color }, 4);
		assert.deepEqual(tensor.shape, [4, 4, 5, 3]);
		forEachValue(tensor, (value, { n, y, x, c }) => {
			const { height, width, data } = images[n] ?? createImage(1, 1);
			const isInside = n < 3 && y < height && x < width;
			const expected = isInside
				? Math.fround((data[(y * width + x) * 3 + c] as number) / 255)
				: color[c];
			assert.equal(value, expected, `${n} ${y} ${x} ${c}`);
		});
	});

	test("lie in the memory of a batch that was disposed of, unless somebody read it", (t) => {
		if (engine().name !== backendName) return t.skip("of our own engine");
		const { pool, ...backend } = inMemory();
		const made = (level: number) =>
			imagesToTensor([createImage(9, 7, new Uint8Array(189).fill(level))], {
				size: { height: 9, width: 7 },
				color,
			});
		const { lent } = pool;
		const first = made(51);
		const memory = backend.of(first);
		first.dispose();
		const second = made(102);
		assert.equal(backend.of(second), memory);
		const read = second.dataSync();
		second.dispose();
		const third = made(255);
		assert.notEqual(backend.of(third), memory);
		assert.equal(read[0], Math.fround(102 / 255));
		third.dispose();
		assert.equal(pool.lent, lent);
	});

	test("the task says what they are padded to, and not too little", () => {
		const padded = () => ({ height: 32, width: 64 });
		assert.deepEqual(paddedSize([noise(4, 3)], { padded }), padded());
		assert.throws(
			() =>
				imagesToTensor([noise(4, 3)], { size: { height: 4, width: 2 }, color }),
			/padded to 4 x 2, but one is 4 x 3/,
		);
	});
});

const sizes = [
	[20, 32],
	[32, 24],
	[32, 32],
	[17, 19],
] as const;

/** A task whose images have one of several sizes, and which knows what its targets were padded to. */
const variedTask = (changes: Partial<Task<number, number>> = {}) => ({
	...tinyTask,
	...changes,
	augment: ({ target }: { target: number }, random: Random) => {
		const [height, width] = sizes[random.integer(0, sizes.length)] ?? [1, 1];
		return { image: noise(height, width), target };
	},
});

describe("images of varied size in training", () => {
	const normalized = (
		recipe: Partial<Recipe>,
		task: Task<number, number> = variedTask(),
	) => {
		const { images } = batchSource(task, { ...tinyRecipe, ...recipe })(0);
		return compile((x: tf.Tensor4D) => normalize(x, task.normalization))(
			images,
		);
	};
	/** The padding's values. */
	const paddingOf = (recipe: Partial<Recipe>, task?: Task<number, number>) => {
		const clean = normalized({});
		const [images, height, width] = clean.shape;
		// Noise has no black: what is exactly the mean is padding.
		const isPadding = Array.from(clean.dataSync(), (value) => value === 0);
		const found: number[] = [];
		forEachValue(normalized(recipe, task), (value, { n, y, x, c }) => {
			const at = (((n % images) * height + y) * width + x) * 3 + c;
			if (isPadding[at]) found.push(value);
		});
		assert.ok(found.length > 2000);
		return found;
	};

	test("the padding is exactly 0 once it is normalized, whatever the mean", () => {
		for (const normalization of [
			imagenetNormalization,
			shapesNormalization,
			{ mean: [1 / 3, 0.1, 0.7], std: [0.3, 0.1, 0.9] } as const,
		]) {
			const padding = paddingOf({}, variedTask({ normalization }));
			assert.ok(padding.every((value) => value === 0));
		}
	});

	test("PRIME and AugMix as described leave the padding 0, in all views", () => {
		for (const augment of [
			{ name: "prime", preset: "dense" },
			{ name: "augmix" },
		] as const)
			for (const consistency of [null, 12]) {
				const padding = paddingOf({ augment, consistency });
				const isClean = padding.every((value) => value === 0);
				assert.ok(isClean, `${augment.name} ${consistency}`);
			}
	});

	test("PRIME as released is given black padding", () => {
		const augment = { name: "prime", preset: "dense" } as const;
		const { mean, std } = tinyTask.normalization;
		const padding = paddingOf({ augment, reading: "as-released" });
		// The darkened image is at most one level brighter.
		padding.forEach((value, i) => {
			const level = 255 * (value * (std[i % 3] ?? 0) + (mean[i % 3] ?? 0));
			assert.ok(level > -0.01 && level < 1.01, `${level}`);
		});
	});

	test("AugMix does not look at the padding", () => {
		const recipe = { ...tinyRecipe, augment: { name: "augmix" } } as const;
		const [some, more] = [undefined, () => ({ height: 40, width: 64 })].map(
			(padded) => batchSource(variedTask({ padded }), recipe)(0).images,
		) as [tf.Tensor4D, tf.Tensor4D];
		const [images, height, width] = some.shape;
		const same = tf.slice(more, 0, [images, height, width, 3]);
		assert.deepEqual(Array.from(same.dataSync()), Array.from(some.dataSync()));
	});

	test("targets are told the size", () => {
		const told: unknown[] = [];
		const task = variedTask({
			padded: () => ({ height: 64, width: 32 }),
			batchTargets: (targets, padded) => {
				told.push([targets.length, padded]);
				return {};
			},
		});
		batchSource(task, tinyRecipe)(0);
		assert.deepEqual(told, [[8, { height: 64, width: 32 }]]);
	});

	test("layers on feature maps are told the sizes before padding, of all views", () => {
		const task = variedTask({ uses: "pyramid" });
		const augment = { name: "augmix" } as const;
		const recipe = { ...tinyRecipe, augment, consistency: 12 };
		const { sizes } = batchSource(task, recipe)(0);
		const first = batchSource(task, tinyRecipe)(0).sizes?.arraySync() ?? [];
		assert.deepEqual(sizes?.arraySync(), [first, first, first].flat());
		assert.ok(first.some(([height]) => height !== first[0]?.[0]));
		assert.equal(batchSource(variedTask(), tinyRecipe)(0).sizes, undefined);
	});

	test("images of one size are as they were without padding", () => {
		const augment = { name: "prime", preset: "dense" } as const;
		const augmented = (padded: Task["padded"]) =>
			Array.from(
				batchSource(
					{ ...tinyTask, padded },
					{ ...tinyRecipe, augment },
				)(0).images.dataSync(),
			);
		assert.deepEqual(
			augmented(() => ({ height: 32, width: 32 })),
			augmented(undefined),
		);
	});
});
