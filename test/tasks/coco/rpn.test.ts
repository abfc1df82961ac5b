import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import type { Pyramid } from "../../../src/backbones/forward.js";
import { HostValue } from "../../../src/engine/host-value.js";
import { useEngine } from "../../../src/index.js";
import {
	type Params,
	param,
	parameterCount,
	paramValues,
} from "../../../src/nn/params.js";
import { compile } from "../../../src/parts.js";
import {
	makeAnchors,
	type RpnTruth,
} from "../../../src/tasks/coco/mask-rcnn/anchors.js";
import { rowOf } from "../../../src/tasks/coco/mask-rcnn/box.js";
import { fpn, fpnParams } from "../../../src/tasks/coco/mask-rcnn/fpn.js";
import type { RpnLosses } from "../../../src/tasks/coco/mask-rcnn/losses.js";
import {
	proposeBoxes,
	rpn,
	rpnHead,
	rpnHeadParams,
} from "../../../src/tasks/coco/mask-rcnn/rpn.js";
import {
	type Convention,
	rpnSettings,
} from "../../../src/tasks/coco/mask-rcnn/settings.js";
import { formulaValues } from "../../nn/formula.js";
import {
	assertMatches,
	channelsFirst,
	type Summary,
} from "../../nn/summary.js";
import { numbers } from "./boxes.js";
import {
	conventions,
	formulaParams,
	formulaPyramid,
	mapSizes,
	padded,
	reference,
	sizes,
	specs,
} from "./rpn-reference.js";

const summaryOf = (x: tf.Tensor) => ({ shape: x.shape, values: x.dataSync() });

const sidesOf = () =>
	tf.tensor2d(sizes.map(({ height, width }) => [height, width]));

const truth = (): RpnTruth => ({
	instances: new HostValue(
		reference.images.map(({ boxes }) => ({
			boxes: Float32Array.from(boxes.flat()),
		})),
	),
	draws: tf.tensor2d(
		sizes.flatMap((_, i) => Array.from(numbers(20 + i, 256))),
		[sizes.length, 256],
	),
});

function assertLevels(levels: tf.Tensor[], expected: readonly Summary[]): void {
	assert.equal(levels.length, expected.length);
	levels.forEach((level, i) => {
		const actual = summaryOf(channelsFirst(level));
		assertMatches(`level ${i}`, actual, expected[i]);
	});
}

test("the feature pyramid and what the head says of it are those of both libraries", async () => {
	await useEngine();
	const params = formulaParams();
	tf.tidy(() => {
		const levels = fpn(params, formulaPyramid(padded));
		assertLevels(levels, reference.levels);
		const { objectness, deltas } = rpnHead(params, levels);
		assertMatches("logits", summaryOf(objectness), reference.objectness);
		assertMatches("deltas", summaryOf(deltas), reference.deltas);
	});
	tf.dispose(params);
});

test("feature maps may have odd sides", async () => {
	await useEngine();
	const params = formulaParams();
	tf.tidy(() => {
		const pyramid = formulaPyramid({ height: 100, width: 150 });
		assertLevels(fpn(params, pyramid), reference.odd.levels);
	});
	tf.dispose(params);
});

/** The losses, and the gradients of their sum. */
function trained(
	params: Params,
	convention: Convention,
	run: typeof compile,
): void {
	const { losses, gradients } = reference[convention];
	const names = Object.keys(gradients).filter((name) => name in specs);
	const settings = rpnSettings[convention];
	const variables = names.map((name) => param(params, name));
	const lossesOf = (
		maps: tf.Tensor[],
		sides: tf.Tensor2D,
		training: RpnTruth,
	): RpnLosses => {
		const features = fpn(params, maps as Pyramid);
		const options = { padded, sizes: sides, settings, training };
		return rpn(params, features, options).losses as RpnLosses;
	};
	const step = run(
		(pyramid: Pyramid, sides: tf.Tensor2D, training: RpnTruth) => {
			const total = (...given: tf.Tensor[]) => {
				const found = lossesOf(given.slice(0, 4), sides, training);
				return tf.add(found.objectness, found.boxes);
			};
			const { objectness, boxes } = lossesOf(pyramid, sides, training);
			const grads = tf.grads(total)([...pyramid, ...variables]);
			return { losses: [objectness, boxes], grads };
		},
	);
	tf.tidy(() => {
		const made = step(formulaPyramid(padded), sidesOf(), truth());
		made.losses.forEach((loss, i) => {
			const expected = losses[i];
			const error = Math.abs(loss.dataSync()[0] - expected);
			assert.ok(
				error < 1e-5 * expected,
				`loss ${i} is ${loss}, not ${expected}`,
			);
		});
		made.grads.slice(0, 4).forEach((grad, i) => {
			const actual = summaryOf(channelsFirst(grad));
			assertMatches(`c${i + 2}`, actual, gradients[`c${i + 2}`]);
		});
		names.forEach((name, i) => {
			const spec = specs[name];
			const values = paramValues(made.grads[4 + i] as tf.Tensor, spec);
			const actual = { shape: spec.shape, values };
			assertMatches(name, actual, gradients[name]);
		});
	});
}

test("the proposals are made of what the head says, and zeros fill them up", async () => {
	await useEngine();
	const params = formulaParams();
	const settings = rpnSettings.torchvision;
	const propose = (
		pyramid: Pyramid,
		sides: tf.Tensor2D,
		training: RpnTruth,
	) => {
		const features = fpn(params, pyramid);
		const options = { padded, sizes: sides, settings, training };
		const { objectness, deltas } = rpnHead(params, features);
		const { proposals } = rpn(params, features, options);
		return { ...proposals, objectness, deltas };
	};
	const anchors = makeAnchors(mapSizes(padded), padded, settings.anchors);
	for (const run of [propose, compile(propose)]) {
		tf.tidy(() => {
			const made = run(formulaPyramid(padded), sidesOf(), truth());
			assert.deepEqual(made.boxes.shape, [3, 2000, 4]);
			const counts = made.counts.dataSync();
			sizes.forEach((size, image) => {
				const row = (x: tf.Tensor) =>
					rowOf(x.dataSync() as Float32Array, image, sizes.length);
				const output = {
					logits: row(made.objectness),
					deltas: row(made.deltas),
				};
				const options = { anchors, settings, mode: "training" } as const;
				const expected = proposeBoxes(output, size, options);
				const count = expected.scores.length;
				assert.equal(counts[image], count);
				assert.ok(count < 2000);
				const boxes = row(made.boxes);
				assert.deepEqual(boxes.subarray(0, 4 * count), expected.boxes);
				assert.ok(boxes.subarray(4 * count).every((edge) => edge === 0));
				assert.deepEqual(row(made.scores).subarray(0, count), expected.scores);
			});
		});
	}
	tf.dispose(params);
});

test("every image of the batch needs its objects", async () => {
	await useEngine();
	const params = formulaParams();
	tf.tidy(() => {
		const features = fpn(params, formulaPyramid(padded));
		const settings = rpnSettings.mmdetection;
		const training = { ...truth(), instances: new HostValue([]) };
		const options = { padded, sizes: sidesOf(), settings, training };
		assert.throws(
			() => rpn(params, features, options),
			/a batch of 3 images needs the objects of each, not of 0/,
		);
	});
	tf.dispose(params);
});

test("nothing is left behind", async () => {
	await useEngine();
	const params = formulaParams();
	const before = tf.memory().numTensors;
	tf.tidy(() => {
		const features = fpn(params, formulaPyramid(padded));
		const settings = rpnSettings.mmdetection;
		const training = truth();
		rpn(params, features, { padded, sizes: sidesOf(), settings, training });
	});
	assert.equal(tf.memory().numTensors, before);
	tf.dispose(params);
});

test("they have as many weights as published", () => {
	assert.equal(parameterCount(fpnParams([256, 512, 1024, 2048])), 3_344_384);
	assert.equal(parameterCount(rpnHeadParams()), 593_935);
});

for (const convention of conventions) {
	test(`losses and gradients are those of ${convention}`, async () => {
		await useEngine();
		const params = formulaParams();
		trained(params, convention, (fn) => fn);
		trained(params, convention, compile);
		tf.dispose(params);
	});
}

for (const convention of conventions) {
	const settings = rpnSettings[convention];
	const anchors = makeAnchors(mapSizes(padded), padded, settings.anchors);
	const count = anchors.boxes.length / 4;
	const logits = formulaValues("logits", 3 * count);
	const deltas = formulaValues("moves", 3 * count * 4).map((d) => d / 16);

	for (const mode of ["training", "testing"] as const) {
		test(`the proposals of ${convention} in ${mode}`, () => {
			reference[convention].proposals[mode].forEach((expected, image) => {
				const output = {
					logits: logits.subarray(image * count, (image + 1) * count),
					deltas: deltas.subarray(4 * image * count, 4 * (image + 1) * count),
				};
				const found = proposeBoxes(output, sizes[image], {
					anchors,
					settings,
					mode,
				});
				const shape = [found.scores.length];
				const label = `image ${image}`;
				assertMatches(
					label,
					{ shape: [...shape, 4], values: found.boxes },
					expected.boxes,
				);
				assertMatches(label, { shape, values: found.scores }, expected.scores);
			});
		});
	}
}

test("logits whose sigmoid is 1 in float32 are tied for mmdetection and not for torchvision", () => {
	const anchors = {
		boxes: Float32Array.of(0, 0, 8, 8, 20, 20, 28, 28),
		levels: [{ start: 0, end: 2, height: 1, width: 2, strideY: 8, strideX: 8 }],
	};
	const output = {
		logits: Float32Array.of(18, 30),
		deltas: new Float32Array(8),
	};
	const firstLeft = (convention: (typeof conventions)[number]) => {
		const given = rpnSettings[convention];
		const perLevel = { training: 1, testing: 1 };
		const settings = {
			...given,
			proposals: { ...given.proposals, perLevel },
		};
		const options = { anchors, settings, mode: "testing" } as const;
		return proposeBoxes(output, padded, options).boxes[0];
	};
	assert.equal(firstLeft("mmdetection"), 0);
	assert.equal(firstLeft("torchvision"), 20);
});
