import { createLabelMap, type LabelMap } from "../../image/label-map.js";
import { vocPalette } from "../ade20k/palette.js";
import {
	type SegmentationTask,
	type SegmenterOptions,
	segmentationTask,
} from "../ade20k/segmentation-task.js";
import type { Dataset } from "../task.js";
import { crowdedScene } from "./crowded-scene.js";
import { type Domain, domains } from "./domain.js";
import { render } from "./render.js";
import { shapesNormalization } from "./shapes.js";

/** How many pictures of which size there are, and how they are learned. */
export interface ShapesSegmentationOptions extends SegmenterOptions {
	/** Pictures to train on; 2,000 by default. */
	readonly trainImages?: number;
	/** Pictures to test on; 200 by default. */
	readonly testImages?: number;
	/** The sides of the pictures, in pixels; 128 by default. */
	readonly size?: number;
	/** Other pictures for another seed. */
	readonly seed?: number;
	/** The world of the backbones, or that of the transfer; `target` by default. */
	readonly domain?: Domain["name"];
}

function pictures(
	domain: Domain,
	split: "train" | "test",
	{ length, size, seed }: { length: number; size: number; seed: number },
): Dataset<LabelMap> {
	const world = `shapes-${domain.name}${seed === 0 ? "" : `-seed${seed}`}`;
	const name = `${world}-segmentation/${split}`;
	return {
		name,
		length,
		sample(index) {
			if (!(Number.isInteger(index) && index >= 0 && index < length)) {
				throw new RangeError(
					`${name} has pictures 0 to ${length - 1}, not ${index}`,
				);
			}
			const key = { split, index, seed };
			const { image, semantic } = render(crowdedScene(domain, key), size);
			const target = createLabelMap(size, size, semantic);
			return { id: `${name}/${index}`, image, target };
		},
	};
}

/**
 * Segmentation of drawn scenes: a miniature that needs no download.
 *
 * Every pixel belongs to the background, class 0, or to one of the ten classes of things in the target
 * domain (sixteen in the source domain), so that things must be found and told apart: four to seven in each
 * scene. The network is a small UPerNet. Training and testing are ADE20K's, in proportion, with ratios from
 * 3/4 to 4/3 and without the distortion of colors, for which a short training is too short.
 */
export function shapesSegmentation(
	options: ShapesSegmentationOptions = {},
): SegmentationTask {
	const {
		trainImages = 2000,
		testImages = 200,
		size = 128,
		seed = 0,
		domain: world = "target",
	} = options;
	const domain = domains[world];
	const classes = ["background", ...Object.keys(domain.classes)];
	return segmentationTask(
		{
			name:
				world === "target"
					? "shapes-segmentation"
					: "shapes-source-segmentation",
			miniature: true,
			classes,
			palette: vocPalette(classes.length),
			train: pictures(domain, "train", { length: trainImages, size, seed }),
			test: pictures(domain, "test", { length: testImages, size, seed }),
			testBatchSize: 16,
			source: { module: import.meta.url, name: "shapesSegmentation", options },
		},
		{
			normalization: shapesNormalization,
			...options,
			network: { channels: 32, auxiliaryChannels: 16, ...options.network },
			training: {
				scale: [4 * size, size],
				ratio: [3 / 4, 4 / 3],
				cropSize: size,
				distortsColors: false,
				...options.training,
			},
		},
	);
}
