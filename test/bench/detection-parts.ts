import * as tf from "@tensorflow/tfjs";
import { HostValue } from "../../src/engine/host-value.js";
import { drawUniform } from "../../src/engine/random-tensor.js";
import { Random } from "../../src/index.js";
import {
	makeAnchors,
	rpnTargets,
} from "../../src/tasks/coco/mask-rcnn/anchors.js";
import { detectBatch } from "../../src/tasks/coco/mask-rcnn/detect-boxes.js";
import {
	boxBins,
	seenBins,
} from "../../src/tasks/coco/mask-rcnn/region-heads.js";
import { regionSamples } from "../../src/tasks/coco/mask-rcnn/region-targets.js";
import {
	type Regions,
	roiAlign,
} from "../../src/tasks/coco/mask-rcnn/roi-align.js";
import { proposals } from "../../src/tasks/coco/mask-rcnn/rpn.js";
import {
	regionSettings,
	rpnSettings,
} from "../../src/tasks/coco/mask-rcnn/settings.js";
import { classes, detectionScene, height, width } from "./detection-scene.js";
import { median } from "./report.js";

const repeats = 5;
const channels = 256;
const random = new Random("parts");
const draw = (shape: number[], size = 1): tf.Tensor =>
	drawUniform(shape, random, -size, size);

function timed(run: () => unknown): number {
	const times = Array.from({ length: repeats }, () => {
		const start = performance.now();
		tf.tidy(() => {
			run();
		});
		return performance.now() - start;
	});
	return median(times);
}

/** Milliseconds of RoIAlign and of its gradient. */
function aligned(
	levels: tf.Tensor4D[],
	regions: Regions,
	bins: number,
): [number, number] {
	const settings = regionSettings.torchvision;
	const forward = () => roiAlign(levels, regions, { bins, settings });
	const dy = draw(forward().shape);
	const gradient = tf.grads((...given) =>
		roiAlign(given as tf.Tensor4D[], regions, { bins, settings }),
	);
	const once = timed(forward);
	return [once, timed(() => gradient(levels, dy)) - once];
}

/** Milliseconds of what Mask R-CNN does in plain JavaScript for one image, each by itself. */
export function detectionParts(): readonly (readonly [string, number])[] {
	const sizes = tf.tensor2d([[height, width]]);
	const maps = [4, 8, 16, 32, 64].map((stride) => ({
		height: Math.ceil(height / stride),
		width: Math.ceil(width / stride),
	}));
	const settings = rpnSettings.torchvision;
	const anchors = makeAnchors(maps, { height, width }, settings.anchors);
	const count = anchors.boxes.length / 4;
	const output = {
		objectness: draw([1, count]) as tf.Tensor2D,
		deltas: draw([1, count, 4], 0.1) as tf.Tensor3D,
	};
	const propose = (mode: "training" | "testing") =>
		proposals(output, sizes, { anchors, settings, mode });
	const instances = new HostValue([detectionScene()]);
	const draws = drawUniform([1, 512], random) as tf.Tensor2D;
	const truth = {
		instances,
		draws: tf.slice(draws, 0, [1, settings.sample.count]),
	};
	const proposed = propose("training");
	const sample = () =>
		regionSamples(proposed, {
			instances,
			draws,
			settings: regionSettings.torchvision,
			classes,
			padded: { height, width },
		});
	const samples = sample();
	const levels = maps
		.slice(0, 4)
		.map((map) => draw([1, map.height, map.width, channels])) as tf.Tensor4D[];
	const positive = {
		boxes: tf.slice(samples.boxes, 0, [1, 128, 4]),
		counts: samples.positives,
	};
	const box = aligned(levels, samples, boxBins);
	const mask = aligned(levels, positive, seenBins);
	const tested = propose("testing");
	const said = {
		logits: draw([1000, classes + 1], 2) as tf.Tensor2D,
		deltas: draw([1000, classes, 4]) as tf.Tensor3D,
	};
	const [positives] = samples.positives.dataSync();
	return [
		["proposals, with NMS, for training", timed(() => propose("training"))],
		["proposals, with NMS, for testing", timed(() => propose("testing"))],
		[
			"assignment of anchors",
			timed(() => rpnTargets(truth, sizes, { anchors, settings })),
		],
		["assignment of regions, and their masks", timed(sample)],
		["RoIAlign, 512 regions of 7 x 7", box[0]],
		["its gradient", box[1]],
		[`RoIAlign, ${positives} regions of 14 x 14`, mask[0]],
		["its gradient", mask[1]],
		[
			"detections, with NMS",
			timed(() =>
				detectBatch(tested, said, {
					sizes,
					settings: regionSettings.torchvision,
				}),
			),
		],
	];
}
