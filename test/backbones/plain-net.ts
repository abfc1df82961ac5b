/** Families of networks that a module exports, for other processes to find. */
import * as tf from "@tensorflow/tfjs";
import {
	conv2d,
	conv2dParams,
	type Family,
	linearParams,
	type Settings,
} from "../../src/parts.js";

export interface PlainNet extends Settings {
	readonly width: number;
}

/** Four convolutions, whose maps have the strides of a pyramid; the settings are not checked. */
export const plainNet: Family<PlainNet> = {
	name: "plain-net",
	params: ({ width, classes }) => ({
		...conv2dParams("stages.0", [3, width], 4, { bias: true }),
		...conv2dParams("stages.1", [width, 2 * width], 2, { bias: true }),
		...conv2dParams("stages.2", [2 * width, 4 * width], 2, { bias: true }),
		...conv2dParams("stages.3", [4 * width, 8 * width], 2, { bias: true }),
		...(classes > 0 && linearParams("top", [8 * width, classes])),
	}),
	head: () => "top",
	stages({ params }, images) {
		let x = images;
		return [4, 2, 2, 2].map((stride, i) => {
			x = tf.relu(conv2d(params, `stages.${i}`, x, { stride }));
			return x;
		});
	},
	pyramidChannels: ({ width }) => [width, 2 * width, 4 * width, 8 * width],
	stageOf(name) {
		const [, stage] = /^stages\.(\d)/.exec(name) ?? [];
		return stage === undefined ? undefined : Number(stage);
	},
	source: { module: import.meta.url, name: "plainNet" },
};

/** The same under another name, of which no process has made a network. */
export const unusedNet: Family<PlainNet> = {
	...plainNet,
	name: "unused-net",
	source: { module: import.meta.url, name: "unusedNet" },
};

/** What is not a family, though a source may name it. */
export const noFamily = { name: "no-family" };
