import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { useEngine } from "../../../src/index.js";
import { compile } from "../../../src/parts.js";
import { roiAlign } from "../../../src/tasks/coco/mask-rcnn/roi-align.js";
import {
	type Convention,
	regionSettings,
} from "../../../src/tasks/coco/mask-rcnn/settings.js";
import { formulaValues } from "../../nn/formula.js";
import {
	assertMatches,
	channelsFirst,
	type Summary,
} from "../../nn/summary.js";

interface Case {
	readonly convention: Convention;
	readonly regions: string;
	readonly bins: number;
	readonly boxes: readonly number[][];
	readonly output: Summary;
	readonly gradients: readonly Summary[];
}

const fixture = new URL(
	"../../../../test/fixtures/coco/roi-align.json",
	import.meta.url,
);
const cases: readonly Case[] = JSON.parse(readFileSync(fixture, "utf8"));
const [height, width, channels] = [96, 128, 5];
const strides = [4, 8, 16, 32];
const exact = { rtol: 1e-4, atol: 1e-5 };

/** A tensor of the formula, from PyTorch's layout to ours. */
function image(name: string, shape: [number, number, number, number]) {
	const values = formulaValues(name, tf.util.sizeFromShape(shape));
	return tf.transpose(tf.tensor4d(values, shape), [0, 2, 3, 1]);
}

const maps = () =>
	strides.map((s) =>
		image(`map${s}`, [2, channels, height / s, width / s]),
	) as tf.Tensor4D[];

/** The boxes for both images, and one more region that is not real. */
function regionsOf(boxes: readonly number[][]) {
	const padding = [0, 0, 100, 90];
	return {
		boxes: tf.tensor3d([
			[...boxes, padding],
			[...boxes.toReversed(), padding],
		]),
		counts: tf.tensor1d([boxes.length, boxes.length], "int32"),
	};
}

before(async () => {
	await useEngine();
});

for (const compiled of [false, true]) {
	for (const { boxes, bins, convention, ...expected } of cases) {
		const name = `${convention}, ${expected.regions}, ${bins} bins${compiled ? ", compiled" : ""}`;
		test(`RoIAlign is that of torchvision: ${name}`, () => {
			const count = boxes.length;
			const real = (regions: tf.Tensor5D): tf.Tensor4D =>
				tf.reshape(tf.slice(regions, 0, [2, count, bins, bins, channels]), [
					2 * count,
					bins,
					bins,
					channels,
				]);
			const weights = image("loss", [2 * count, channels, bins, bins]);
			const differentiate = (levels: tf.Tensor[], regions: object) => {
				let out: tf.Tensor4D | undefined;
				const grads = tf.grads((...given) => {
					const aligned = roiAlign(
						given as tf.Tensor4D[],
						regions as ReturnType<typeof regionsOf>,
						{ bins, settings: regionSettings[convention] },
					);
					out = tf.keep(real(aligned));
					return tf.sum(tf.mul(out, weights));
				})(levels);
				return { out: out!, grads };
			};
			const run = compiled ? compile(differentiate as never) : differentiate;
			const { out, grads } = (run as typeof differentiate)(
				maps(),
				regionsOf(boxes),
			);
			const check = (label: string, x: tf.Tensor, wanted: Summary) => {
				const laidOut = channelsFirst(x);
				const { shape } = laidOut;
				assertMatches(
					label,
					{ shape, values: laidOut.dataSync() },
					wanted,
					exact,
				);
			};
			check("the output", out, expected.output);
			grads.forEach((gradient, i) => {
				check(
					`the gradient at stride ${strides[i]}`,
					gradient,
					expected.gradients[i]!,
				);
			});
		});
	}
}

test("regions that are not real are zero", () => {
	const { boxes, counts } = regionsOf([[0, 0, 50, 50]]);
	const out = roiAlign(
		maps(),
		{ boxes, counts },
		{ bins: 2, settings: regionSettings.mmdetection },
	);
	const padding = out.dataSync().slice(4 * channels, 8 * channels);
	assert.deepEqual([...padding], new Array(4 * channels).fill(0));
});
