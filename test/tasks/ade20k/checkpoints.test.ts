import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import * as tf from "@tensorflow/tfjs";
import type { Architecture } from "../../../src/backbones/architectures.js";
import { paramsOf } from "../../../src/backbones/backbone.js";
import { fromOpenMmlab } from "../../../src/backbones/open-mmlab.js";
import { zoo } from "../../../src/backbones/zoo.js";
import { stateDict } from "../../../src/checkpoint/state-dict.js";
import type { NamedTensors } from "../../../src/checkpoint/tensor.js";
import {
	architectures,
	readCheckpoint,
	useEngine,
} from "../../../src/index.js";
import { parameterCount } from "../../../src/nn/params.js";
import { uperNet } from "../../../src/tasks/ade20k/uper-net.js";
import { loadModel, modelStateDict } from "../../../src/train/model.js";
import { formulaImages } from "../../backbones/parity.js";
import {
	assertMatches,
	channelsFirst,
	type Summary,
} from "../../nn/summary.js";

await useEngine();

const folder = new URL("../../../../test/fixtures/ade20k/", import.meta.url);
const file = (name: string): string => fileURLToPath(new URL(name, folder));
const outputs: Readonly<Record<string, Summary>> = JSON.parse(
	readFileSync(file("checkpoints.json"), "utf8"),
);

const net = uperNet({ classes: 4, channels: 2, auxiliaryChannels: 1 });

const backbones: Readonly<Record<string, Architecture>> = {
	resnet: { ...architectures.resnet50, depths: [1, 1, 1, 1], width: 1 },
	swin: {
		...architectures["swin-t"],
		width: 2,
		depths: [1, 1, 1, 1],
		heads: [1, 1, 2, 2],
		window: 2,
		mlpRatio: 2,
	},
};

async function read(
	name: string,
	architecture: Architecture,
): Promise<NamedTensors> {
	const checkpoint = await readCheckpoint(file(`${name}.pth`));
	return fromOpenMmlab(stateDict(checkpoint), architecture);
}

for (const [name, architecture] of Object.entries(backbones)) {
	test(`a checkpoint of mmsegmentation on ${name} computes what it did there`, async () => {
		const tensors = await read(name, architecture);
		const { backbone, params, head } = loadModel(architecture, net, tensors);
		tf.tidy(() => {
			const logits = net.forward({ params, backbone }, formulaImages([64, 96]));
			const y = channelsFirst(logits as tf.Tensor4D);
			const expected = outputs[name] as Summary;
			assertMatches(
				"logits",
				{ shape: y.shape, values: y.dataSync() },
				expected,
			);
		});
		const saved = modelStateDict({ backbone, params, head });
		assert.deepEqual(Object.keys(saved).sort(), Object.keys(tensors).sort());
		assert.deepEqual(fromOpenMmlab(saved, architecture), saved);
		tf.dispose(params);
	});
}

test("one error lists what is missing, left over and of another shape", async () => {
	const { "decode_head.bottleneck.bn.bias": bias, ...others } = await read(
		"resnet",
		backbones.resnet as Architecture,
	);
	const tensors = { ...others, "decode_head.conv_cat.bn.bias": bias };
	const wider = uperNet({ classes: 5, channels: 2, auxiliaryChannels: 1 });
	const before = tf.memory().numTensors;
	assert.throws(
		() =>
			loadModel(
				backbones.resnet as Architecture,
				wider,
				tensors as NamedTensors,
			),
		({ message }: Error) =>
			/missing \(1\): decode_head\.bottleneck\.bn\.bias/.test(message) &&
			/not in the model \(1\): decode_head\.conv_cat\.bn\.bias/.test(message) &&
			/auxiliary_head\.conv_seg\.bias is \[4\], not \[5\]/.test(message) &&
			/decode_head\.conv_seg\.weight is \[4,2,1,1\], not \[5,2,1,1\]/.test(
				message,
			),
	);
	assert.equal(tf.memory().numTensors, before);
});

test("a segmenter of the study has as many parameters as counted for its release", () => {
	const segmenters = Object.values(zoo).filter(
		({ model }) => model === "upernet",
	);
	assert.equal(segmenters.length, 12);
	for (const { architecture, parameters } of segmenters) {
		const whole = { ...architectures[architecture], classes: 0, dense: true };
		const backbone = { architecture: whole as Architecture };
		const head = uperNet({ classes: 150 }).headParams(backbone as never);
		const count =
			parameterCount(paramsOf(whole as Architecture)) + parameterCount(head);
		assert.equal(count, parameters, architecture);
	}
});
