import * as tf from "@tensorflow/tfjs";
import {
	batchNorm,
	batchNormParams,
	conv2d,
	conv2dParams,
	type Family,
	linearParams,
	type Settings,
} from "../../src/parts.js";

/** The channels before and after each part, and its stride. */
const stages = {
	stage1: [
		[8, 16, 1],
		[16, 32, 2],
		[32, 32, 1],
		[32, 64, 2],
		[64, 64, 1],
	],
	stage2: [[64, 128, 2], ...Array.from({ length: 5 }, () => [128, 128, 1])],
	stage3: [
		[128, 256, 2],
		[256, 256, 1],
	],
} as const;

const parts = Object.entries(stages).flatMap(([stage, sizes]) =>
	sizes.map(([inputs, outputs, stride], i) => ({
		name: `${stage}.${stage === "stage1" ? i + 1 : i}`,
		inputs: inputs as number,
		outputs: outputs as number,
		stride: stride as number,
	})),
);

/** MobileNetV1 x0.25 of biubug6/Pytorch_Retinaface, `models/net.py`; see make_imagenet.py. */
export const mobilenet: Family<Settings> = {
	name: "mobilenet-v1-quarter",
	params: ({ classes }) =>
		Object.assign(
			{
				...conv2dParams("stage1.0.0", [3, 8], 3),
				...batchNormParams("stage1.0.1", 8),
			},
			...parts.map(({ name, inputs, outputs }) => ({
				...conv2dParams(`${name}.0`, [inputs, inputs], 3, { groups: inputs }),
				...batchNormParams(`${name}.1`, inputs),
				...conv2dParams(`${name}.3`, [inputs, outputs], 1),
				...batchNormParams(`${name}.4`, outputs),
			})),
			classes > 0 && linearParams("fc", [256, classes]),
		),
	head: () => "fc",
	stages({ params }, images, { batchNorm: mode }) {
		const block = (
			x: tf.Tensor4D,
			[conv, norm]: readonly [string, string],
			steps: { stride?: number; pad?: number },
		): tf.Tensor4D =>
			tf.leakyRelu(
				batchNorm(params, norm, conv2d(params, conv, x, steps), { mode }),
				0.1,
			);
		let x = block(images, ["stage1.0.0", "stage1.0.1"], { stride: 2, pad: 1 });
		for (const { name, stride } of parts) {
			x = block(x, [`${name}.0`, `${name}.1`], { stride, pad: 1 });
			x = block(x, [`${name}.3`, `${name}.4`], {});
		}
		return [x];
	},
	stageOf: (name) => {
		const [, stage] = /^stage(\d)/.exec(name) ?? [];
		return stage === undefined ? undefined : Number(stage);
	},
	source: { module: import.meta.url, name: "mobilenet" },
};
