import * as tf from "@tensorflow/tfjs";
import type { Pyramid } from "../../../src/backbones/forward.js";
import { makeParam, type Params } from "../../../src/nn/params.js";
import { fpnParams } from "../../../src/tasks/coco/mask-rcnn/fpn.js";
import { rpnHeadParams } from "../../../src/tasks/coco/mask-rcnn/rpn.js";
import type { Convention } from "../../../src/tasks/coco/mask-rcnn/settings.js";
import type { Size } from "../../../src/tasks/task.js";
import { formulaValues, formulaWeight } from "../../nn/formula.js";
import type { Summary } from "../../nn/summary.js";
import { fixture } from "./boxes.js";

interface ProposedReference {
	readonly boxes: Summary;
	readonly scores: Summary;
}

interface ConventionReference {
	readonly anchors: Summary;
	readonly losses: readonly [objectness: number, boxes: number];
	readonly gradients: Readonly<Record<string, Summary>>;
	readonly proposals: Readonly<
		Record<"training" | "testing", readonly ProposedReference[]>
	>;
}

/** What make_rpn.py wrote. */
export const reference = fixture<
	{
		readonly images: readonly {
			readonly size: readonly [number, number];
			readonly boxes: readonly (readonly number[])[];
		}[];
		readonly odd: {
			readonly levels: readonly Summary[];
			readonly anchors: Summary;
		};
		readonly levels: readonly Summary[];
		readonly objectness: Summary;
		readonly deltas: Summary;
	} & Readonly<Record<Convention, ConventionReference>>
>("rpn");

export const conventions = ["mmdetection", "torchvision"] as const;

export const padded: Size = { height: 128, width: 160 };
export const sizes: readonly Size[] = reference.images.map(
	({ size: [height, width] }) => ({ height, width }),
);
export const strides = [4, 8, 16, 32, 64] as const;
const inner = [6, 8, 10, 12] as const;

/** The specs of the pyramid network and the head, both of 8 channels. */
export const specs = { ...fpnParams(inner, 8), ...rpnHeadParams(8) };

/** Their values from the formula. */
export function formulaParams(): Params {
	return Object.fromEntries(
		Object.entries(specs).map(([name, spec]) => {
			const { data } = formulaWeight(name, spec);
			return [name, makeParam(spec, data as Float32Array)];
		}),
	);
}

/** The sizes of the feature maps of images of a size. */
export const mapSizes = ({ height, width }: Size): Size[] =>
	strides.map((stride) => ({
		height: Math.ceil(height / stride),
		width: Math.ceil(width / stride),
	}));

/** The feature maps that a backbone might give for three images of a size, from the formula. */
export function formulaPyramid(image: Size): Pyramid {
	const maps = mapSizes(image);
	return inner.map((channels, i) => {
		const { height, width } = maps[i];
		const count = 3 * channels * height * width;
		const values = formulaValues(`c${i + 2}`, count);
		const shape = [3, channels, height, width] as const;
		return tf.tidy(() =>
			tf.transpose(tf.tensor4d(values, [...shape]), [0, 2, 3, 1]),
		);
	}) as Pyramid;
}
