/** Masks of the regions that are real are those that would be drawn among all. */
import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { useEngine } from "../../../src/index.js";
import {
	initialValues,
	makeParam,
	type Params,
} from "../../../src/nn/params.js";
import { compile } from "../../../src/parts.js";
import { maskLoss } from "../../../src/tasks/coco/mask-rcnn/losses.js";
import {
	drawMasks,
	lossOfMasks,
	type MaskRegions,
} from "../../../src/tasks/coco/mask-rcnn/mask-branch.js";
import {
	maskHead,
	maskHeadParams,
} from "../../../src/tasks/coco/mask-rcnn/region-heads.js";
import { integer, normal, toTensor, uniform } from "../../engine/tensors.js";

const [batch, most, channels, classes] = [2, 16, 32, 3];

before(async () => {
	await useEngine();
});

const paramsOf = (): Params =>
	Object.fromEntries(
		Object.entries(maskHeadParams(classes, { channels })).map(
			([name, spec]) => [name, makeParam(spec, initialValues(name, spec, 0))],
		),
	);

const regionsOf = (...counts: number[]): MaskRegions => ({
	seen: toTensor(normal([batch, most, 14, 14, channels])) as tf.Tensor5D,
	labels: toTensor(integer([batch, most], 0, classes)) as tf.Tensor2D,
	counts: tf.tensor1d(counts, "int32"),
});

const wanted = () =>
	toTensor(uniform([batch, most, 28, 28], 0, 1)) as tf.Tensor4D;

const drawnOfAll = (params: Params, { seen, labels }: MaskRegions) =>
	maskHead(
		params,
		tf.reshape(seen, [-1, 14, 14, channels]),
		tf.reshape(labels, [-1]),
	);

for (const isFrozen of [true, false]) {
	test(`masks are the same to the last bit, weights ${isFrozen ? "frozen" : "fed"}`, () => {
		const params = paramsOf();
		const frozen = isFrozen ? Object.values(params) : [];
		const real = compile(
			(regions: MaskRegions) => drawMasks(params, { ...regions }),
			{ frozen },
		);
		const all = compile(
			(regions: MaskRegions) => tf.sigmoid(drawnOfAll(params, regions)),
			{ frozen },
		);
		tf.tidy(() => {
			for (const counts of [
				[5, 9],
				[0, 1],
				[16, 16],
			]) {
				const regions = regionsOf(...counts);
				const drawn = real(regions as never).dataSync();
				const expected = all(regions as never).dataSync();
				const area = 28 * 28;
				const wrong = expected.findIndex((value, at) => {
					const row = Math.floor(at / area) % most;
					const image = Math.floor(at / area / most);
					return drawn[at] !== (row < (counts[image] as number) ? value : 0);
				});
				assert.equal(wrong, -1);
			}
		});
		real.dispose?.();
		all.dispose?.();
		tf.dispose(params);
	});
}

/** The loss, and its gradients with respect to the regions and the weights. */
function differentiated(
	params: Params,
	regions: MaskRegions,
	loss: (regions: MaskRegions) => tf.Scalar,
): tf.Tensor[] {
	const { value, grads } = tf.valueAndGrads((seen) =>
		tf.mul(loss({ ...regions, seen: seen as tf.Tensor5D }), 2),
	)([regions.seen]);
	const { grads: slopes } = tf.variableGrads(
		() => tf.mul(loss(regions), 2) as tf.Scalar,
		Object.values(params),
	);
	const ordered = Object.values(params).map(({ name }) => slopes[name]);
	return [value, ...grads, ...ordered] as tf.Tensor[];
}

test("the loss and its gradients are those among all", () => {
	const params = paramsOf();
	tf.tidy(() => {
		for (const counts of [
			[7, 12],
			[0, 0],
		]) {
			const regions = regionsOf(...counts);
			const masks = wanted();
			const step = compile((given: MaskRegions, masks: tf.Tensor4D) =>
				differentiated(params, given, (own) => lossOfMasks(params, own, masks)),
			);
			const isReal = counts.flatMap((count) =>
				Array.from({ length: most }, (_, i) => Number(i < count)),
			);
			const expected = differentiated(params, regions, (own) =>
				maskLoss(
					drawnOfAll(params, own),
					tf.reshape(masks, [-1, 28, 28]),
					tf.tensor1d(isReal, "float32"),
				),
			);
			step(regions as never, masks).forEach((made, i) => {
				const values = (expected[i] as tf.Tensor).dataSync<"float32">();
				const limit =
					1e-5 * values.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
				const own = made.dataSync();
				const wrong = values.findIndex(
					(value, at) => !(Math.abs(value - (own[at] as number)) <= limit),
				);
				assert.equal(wrong, -1, `gradient ${i}`);
			});
			step.dispose?.();
		}
	});
	tf.dispose(params);
});
