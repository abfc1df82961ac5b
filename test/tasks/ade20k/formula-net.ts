import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs";
import type { Architecture } from "../../../src/backbones/architectures.js";
import { type Backbone, paramsOf } from "../../../src/backbones/backbone.js";
import { architectures } from "../../../src/index.js";
import {
	makeParam,
	type ParamSpecs,
	type Params,
} from "../../../src/nn/params.js";
import { uperNet } from "../../../src/tasks/ade20k/uper-net.js";
import { formulaBackbone } from "../../backbones/parity.js";
import { formula, formulaWeight } from "../../nn/formula.js";
import type { Summary } from "../../nn/summary.js";

/** What the reference computes of images of one size in one mode. */
export interface ReferenceCase {
	readonly size: [number, number];
	readonly mode: "eval" | "train";
	readonly loss: number;
	readonly layers: Readonly<Record<string, Summary>>;
	readonly gradients: Readonly<Record<string, Summary>>;
	readonly statistics: Readonly<Record<string, Summary>>;
}

export const classes = 5;

export const sizes = { classes, channels: 12, auxiliaryChannels: 7 };

export const backbones = {
	resnet: {
		...architectures.resnet50,
		depths: [1, 1, 1, 1],
		width: 8,
		classes: 0,
	},
	swin: {
		...architectures["swin-t"],
		width: 12,
		depths: [1, 1, 2, 1],
		heads: [1, 2, 3, 4],
		classes: 0,
		dense: true,
	},
} as const satisfies Record<string, Architecture>;

/** What `fixtures/ade20k/make_upernet.py` wrote about UPerNet on one of the backbones. */
export function reference(name: keyof typeof backbones): {
	readonly parameters: number;
	readonly cases: readonly ReferenceCase[];
} {
	const path = `../../../../test/fixtures/ade20k/${name}.json`;
	return JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
}

/** A backbone and the layers on top of it, with weights from the formula. */
export interface FormulaNet {
	readonly backbone: Backbone;
	/** Of both. */
	readonly specs: ParamSpecs;
	readonly params: Params;
}

export function formulaNet(architecture: Architecture): FormulaNet {
	const backbone = formulaBackbone(architecture);
	const head = uperNet(sizes).headParams(backbone);
	const params = Object.entries(head).map(([name, spec]) => {
		const { data } = formulaWeight(name, spec);
		return [name, makeParam(spec, data as Float32Array)] as const;
	});
	return {
		backbone,
		specs: { ...paramsOf(architecture), ...head },
		params: { ...backbone.params, ...Object.fromEntries(params) },
	};
}

/** The labels of the reference: a sixth of the pixels are ignored. */
export function formulaLabels([height, width]: [number, number]): tf.Tensor3D {
	const values = formula("labels", 2 * height * width, [0, classes + 1]);
	const labels = Int32Array.from(values, (value) =>
		value < classes ? value : 255,
	);
	return tf.tensor3d(labels, [2, height, width], "int32");
}
