import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs";
import {
	type Architecture,
	architectures,
} from "../../../src/backbones/architectures.js";
import { fromOpenMmlab } from "../../../src/backbones/open-mmlab.js";
import type { NamedTensors } from "../../../src/checkpoint/tensor.js";
import type {
	Detections,
	Instances,
} from "../../../src/tasks/coco/instances.js";
import type { MaskRcnnOptions } from "../../../src/tasks/coco/mask-rcnn/settings.js";
import { torchvisionDetector } from "../../../src/tasks/coco/mask-rcnn/torchvision-detector.js";
import { decodeRle, encodeRle } from "../../../src/tasks/coco/rle/rle.js";
import type { Shown } from "../../../src/tasks/task.js";
import { formula, formulaWeight } from "../../nn/formula.js";
import type { Summary } from "../../nn/summary.js";

/** What a library makes of the scene that test/fixtures/coco/make_mask_rcnn.py makes too. */
export interface MaskRcnnReference {
	readonly weights: Readonly<Record<string, readonly number[]>>;
	readonly losses: Readonly<Record<string, number>>;
	readonly gradients: Readonly<Record<string, Summary>>;
	readonly detections: readonly FoundByLibrary[];
}

interface FoundByLibrary {
	readonly boxes: readonly number[];
	readonly scores: readonly number[];
	readonly labels: readonly number[];
	/** Run lengths. */
	readonly masks: readonly (readonly number[])[];
}

export function reference(library: string): MaskRcnnReference {
	const name = `mask-rcnn-${library}.json`;
	const url = new URL(
		`../../../../test/fixtures/coco/${name}`,
		import.meta.url,
	);
	return JSON.parse(readFileSync(url, "utf8"));
}

export const architecture: Architecture = {
	family: "resnet",
	variant: "imagenet",
	block: "basic",
	depths: [2, 2, 2, 2],
	width: 8,
	classes: 0,
};

export const { resnet50 } = architectures;
export const denseSwinT: Architecture = {
	...architectures["swin-t"],
	classes: 0,
	dense: true,
};

export const miniSwin: Architecture = {
	family: "swin",
	width: 8,
	depths: [1, 1, 1, 1],
	heads: [1, 1, 2, 2],
	window: 4,
	mlpRatio: 2,
	classes: 0,
	dense: true,
};

export const options: MaskRcnnOptions = {
	classes: 3,
	channels: 16,
	hidden: 32,
	anchor: 16,
	anchors: 64,
	regions: 32,
	proposals: 60,
	detections: 20,
};

export const padded = { height: 128, width: 160 };

export const shown: readonly Shown[] = [
	{ seen: { height: 128, width: 160 }, given: { height: 96, width: 120 } },
	{ seen: { height: 112, width: 140 }, given: { height: 84, width: 105 } },
];

const objects = [
	{
		boxes: [
			[10.5, 20.25, 60, 70.75],
			[70, 8, 140.5, 100.25],
			[100, 60.5, 130.75, 90],
			[0, 90, 50, 128],
		],
		labels: [0, 2, 1, 2],
	},
	{
		boxes: [
			[30.25, 15, 95, 98.5],
			[90.5, 50, 139, 111.25],
			[30.25, 15, 95, 98.5],
		],
		labels: [1, 0, 2],
	},
];

/** The pixels whose middle is in the ellipse that touches the sides of the box, save for stripes. */
function ellipse(box: readonly number[], { seen }: Shown) {
	const [left, top, right, bottom] = box as [number, number, number, number];
	const { height, width } = seen;
	const mask = new Uint8Array(height * width);
	for (let y = 0; y < height; y++) {
		for (let x = 0; x < width; x++) {
			const across = (2 * x + 1 - left - right) / (right - left);
			const along = (2 * y + 1 - top - bottom) / (bottom - top);
			const isInside = across ** 2 + along ** 2 <= 1 && (x + 2 * y) % 13 > 1;
			mask[y * width + x] = Number(isInside);
		}
	}
	return encodeRle(mask, seen);
}

export const instances: readonly Instances[] = objects.map(
	({ boxes, labels }, image) => ({
		boxes: Float32Array.from(boxes.flat()),
		labels: Int32Array.from(labels),
		masks: boxes.map((box) => ellipse(box, shown[image])),
		crowd: new Uint8Array(labels.length),
	}),
);

/** Both images, padded with zeros. */
export function images(): tf.Tensor4D {
	return tf.tidy(() => {
		const each = shown.map(({ seen: { height, width } }, image) => {
			const values = formula(`image${image}`, 3 * height * width, [-2, 2]);
			const laidOut = tf.transpose(
				tf.tensor3d(values, [3, height, width]),
				[1, 2, 0],
			);
			return tf.pad(laidOut, [
				[0, padded.height - height],
				[0, padded.width - width],
				[0, 0],
			]);
		});
		return tf.stack(each) as tf.Tensor4D;
	});
}

export const sizes = (): tf.Tensor2D =>
	tf.tensor2d(shown.map(({ seen }) => [seen.height, seen.width]));

/** Numbers that choose what to learn from, in each image. */
export const draws = (name: string, count: number): tf.Tensor2D =>
	tf.tensor2d(
		shown.flatMap((_, image) => [...formula(`${name}${image}`, count, [0, 1])]),
		[shown.length, count],
	);

/** The state_dict of either library, under our names. */
export const underOwnNames = (tensors: NamedTensors): NamedTensors =>
	fromOpenMmlab(torchvisionDetector(tensors), architecture);

/** The state_dict of a library, of values from the formula. */
export function stateDict({ weights }: MaskRcnnReference): NamedTensors {
	return Object.fromEntries(
		Object.entries(weights).map(([name, shape]) => {
			const tensor = formulaWeight(name, { shape, initial: { constant: 0 } });
			// So that a region may well be of several classes.
			const scale = /cls_score|fc_cls/.test(name) ? 0.0625 : 1;
			const data = (tensor.data as Float32Array).map((x) => scale * x);
			return [name, { ...tensor, data }];
		}),
	);
}

type Found = Pick<Detections, "boxes" | "scores" | "labels">;

/** Objects by falling score, those of the same score by their sides. */
function inOrder({ boxes, scores }: Record<keyof Found, ArrayLike<number>>) {
	const key = (i: number): number[] => [
		-Math.round(scores[i] * 1e5),
		...Array.from({ length: 4 }, (_, k) => Math.round(boxes[4 * i + k])),
	];
	return Array.from({ length: scores.length }, (_, i) => i).sort((i, j) => {
		const a = key(i);
		const b = key(j);
		const first = a.findIndex((value, k) => value !== b[k]);
		return first < 0 ? 0 : a[first] - b[first];
	});
}

// A pixel may be on the other side of one half by rounding.
const mostPixels = 3;

/** Compares what was found in an image with what a library found; it leaves ties in any order. */
export function assertSameObjects(
	actual: Detections,
	wanted: FoundByLibrary,
	image: number,
): void {
	const order = inOrder(wanted);
	inOrder(actual).forEach((i, place) => {
		const j = order[place];
		const what = `object ${place} of image ${image}`;
		assert.equal(actual.labels[i], wanted.labels[j], `the class of ${what}`);
		const close = (a: number, b: number, slack: number) =>
			assert.ok(Math.abs(a - b) <= slack, `${what} has ${a}, not ${b}`);
		close(actual.scores[i], wanted.scores[j], 1e-5);
		for (let k = 0; k < 4; k++) {
			const side = wanted.boxes[4 * j + k];
			close(actual.boxes[4 * i + k], side, 1e-4 * Math.abs(side) + 1e-3);
		}
		const mask = decodeRle(actual.masks[i]);
		const counts = Uint32Array.from(wanted.masks[j]);
		const other = decodeRle({ ...actual.masks[i], counts });
		const different = mask.filter((inside, at) => inside !== other[at]);
		close(different.length, 0, mostPixels);
	});
	assert.equal(actual.labels.length, wanted.labels.length);
}
