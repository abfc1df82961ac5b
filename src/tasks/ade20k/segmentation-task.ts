import * as tf from "@tensorflow/tfjs";
import {
	distortColors,
	drawPhotometric,
} from "../../augment/photometric-distortion.js";
import {
	drawScaleAndCrop,
	type ScaleAndCropOptions,
	scaleAndCrop,
	scaleAndCropChecks,
} from "../../augment/scale-and-crop.js";
import type { Checks } from "../../check/check-options.js";
import { flag, keyed, partial, required } from "../../check/checks.js";
import { type Variant, variantCheck } from "../../corruptions/corruption.js";
import { ignoredLabel, type LabelMap } from "../../image/label-map.js";
import { rescaledSize } from "../../image/rescaled-size.js";
import { resizeLinear } from "../../image/resize-linear.js";
import {
	imagenetNormalization,
	type Normalization,
	normalizationCheck,
} from "../../nn/normalize.js";
import { defineTask } from "../define-task.js";
import { exampleId } from "../example-id.js";
import type { Dataset, Size, Task, TaskSource } from "../task.js";
import { interpolatedArgmax } from "./interpolated-argmax.js";
import { meanIou } from "./mean-iou.js";
import type { Palette } from "./palette.js";
import { type TestViews, testViewChecks, withTestViews } from "./test-views.js";
import { type UperNetOptions, uperNet, uperNetChecks } from "./uper-net.js";

/** How the images of a segmenter are changed in training. */
export interface SceneOptions extends ScaleAndCropOptions {
	/** Whether brightness, contrast, saturation and hue change. */
	readonly distortsColors: boolean;
}

/** What may be chosen about any task of segmentation. */
export interface SegmenterOptions {
	/** The sizes of UPerNet; those of mmsegmentation by default. */
	readonly network?: Omit<UperNetOptions, "classes">;
	readonly training?: Partial<SceneOptions>;
	readonly testing?: Partial<TestViews>;
	/** ImageNet's by default; a network is to see what it was trained with. */
	readonly normalization?: Normalization;
	/** `any-size`, the study's, by default. */
	readonly corruptionVariant?: Variant;
}

const sceneChecks: Checks<SceneOptions> = {
	...scaleAndCropChecks,
	distortsColors: required(flag),
};

/** Checks of what may be chosen about any task of segmentation. */
export const segmenterChecks: Checks<SegmenterOptions> = {
	network: keyed(uperNetChecks),
	training: keyed(partial(sceneChecks)),
	testing: keyed(partial(testViewChecks)),
	normalization: normalizationCheck,
	corruptionVariant: variantCheck,
};

/** A task that predicts the class of each pixel. */
export interface SegmentationTask
	extends Task<LabelMap, LabelMap, tf.Tensor4D> {
	/** A color for each class. */
	readonly palette: Palette;
}

/** What distinguishes one task of segmentation from another. */
export interface SegmentationParts
	extends Pick<SegmentationTask, "name" | "miniature" | "classes" | "palette"> {
	readonly train: Dataset<LabelMap>;
	readonly test: Dataset<LabelMap>;
	readonly source: TaskSource;
	/** 1 by default, since images differ in size. */
	readonly testBatchSize?: number;
}

/** As in the study, for ADE20K. */
const ade20kScenes: SceneOptions = Object.freeze({
	scale: [2048, 512] as const,
	ratio: [0.5, 2] as const,
	cropSize: 512,
	mostOfOneClass: 0.75,
	distortsColors: true,
});

/** The same data set by another name, where the way of testing is another than usual. */
function renamed(
	dataset: Dataset<LabelMap>,
	testing: Partial<TestViews>,
): Dataset<LabelMap> {
	if (Object.keys(testing).length === 0) return dataset;
	return {
		name: `${dataset.name} ${JSON.stringify(testing)}`,
		get contents() {
			return dataset.contents;
		},
		get length() {
			return dataset.length;
		},
		id: (index) => exampleId(dataset, index),
		...(dataset.place && {
			place: (index: number) => dataset.place?.(index) as string,
		}),
		sample: (index) => dataset.sample(index),
	};
}

/** Labels of one size, `[batch, height, width]`; those beyond a map are ignored. */
function labelTensor(
	maps: readonly LabelMap[],
	{ height, width }: Size,
): tf.Tensor3D {
	const values = new Int32Array(maps.length * height * width);
	values.fill(ignoredLabel);
	maps.forEach((map, n) => {
		for (let y = 0; y < map.height; y++) {
			const row = map.data.subarray(y * map.width, (y + 1) * map.width);
			values.set(row, (n * height + y) * width);
		}
	});
	return tf.tensor3d(values, [maps.length, height, width], "int32");
}

const largest = (sizes: readonly Size[]): Size => ({
	height: Math.max(...sizes.map(({ height }) => height)),
	width: Math.max(...sizes.map(({ width }) => width)),
});

function images(
	training: SceneOptions,
	{ scale }: Pick<TestViews, "scale">,
): Required<Pick<SegmentationTask, "augment" | "prepare" | "padded">> {
	const { cropSize, distortsColors } = training;
	return {
		augment(example, random) {
			const draw = drawScaleAndCrop(random, training);
			const colors = drawPhotometric(random);
			const { image, target } = scaleAndCrop(example, draw, training);
			return {
				image: distortsColors ? distortColors(image, colors) : image,
				target,
			};
		},
		prepare: (image) => resizeLinear(image, rescaledSize(image, scale)),
		padded(sizes) {
			const { height, width } = largest(sizes);
			const isCropped = height <= cropSize && width <= cropSize;
			return isCropped
				? { height: cropSize, width: cropSize }
				: { height, width };
		},
	};
}

/**
 * Segmentation by UPerNet: everything but its data and its name.
 *
 * Training images are resized, cropped, mirrored and recolored as by mmsegmentation, and padded to the size
 * of the crop; test images are resized to `scale`. Predictions have the size of the image as
 * it was given.
 */
export function segmentationTask(
	{ classes, source, ...parts }: SegmentationParts,
	{
		network = {},
		training: trainingChanges = {},
		testing = {},
		normalization = imagenetNormalization,
		corruptionVariant = "any-size",
	}: SegmenterOptions,
): SegmentationTask {
	const training = { ...ade20kScenes, ...trainingChanges };
	const views: TestViews = {
		scale: training.scale,
		window: null,
		ratios: [1],
		mirrored: false,
		...testing,
	};
	const { forward, ...layers } = uperNet({
		...network,
		classes: classes.length,
	});
	const shown = images(training, views);
	const task = defineTask<LabelMap, LabelMap, tf.Tensor4D>({
		testBatchSize: 1,
		...parts,
		...layers,
		...shown,
		classes,
		source,
		test: renamed(parts.test, testing),
		inputSize: training.cropSize,
		settings: { network, training },
		normalization,
		corruptionVariant,
		metricName: "mIoU",
		metric: () => meanIou(classes),
		forward: ({ params, backbone }, batch, options) =>
			tf.tidy(() => {
				const segment = (seen: tf.Tensor4D) =>
					forward({ params, backbone }, seen, options);
				return withTestViews(segment, views)(batch);
			}),
		predictions(output, sizes) {
			const [, height, width] = output.shape;
			const values = output.dataSync<"float32">();
			const each = height * width * classes.length;
			const padded = shown.padded(sizes.map(({ seen }) => seen));
			return sizes.map(({ seen, given }, i) => {
				const logits = {
					values: values.subarray(i * each, (i + 1) * each),
					height,
					width,
					classes: classes.length,
				};
				return interpolatedArgmax(logits, { padded, seen, given });
			});
		},
		batchTargets: (targets, padded) => ({
			labels: labelTensor(targets, padded),
		}),
	});
	return { ...task, palette: parts.palette };
}
