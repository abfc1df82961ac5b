import * as tf from "@tensorflow/tfjs";
import { onHost } from "../../../engine/host.js";
import type { HostArray } from "../../../engine/host-call.js";
import { gatherRegion, scatterRegion } from "./align-region.js";
import type { RegionSettings } from "./region-settings.js";
import {
	type AlignMap,
	newRegionTaps,
	type RegionTaps,
	regionTaps,
	type Sides,
} from "./region-taps.js";
import { roiLevel } from "./roi-level.js";

/** The regions of a batch: `[batch, regions, 4]` in pixels of the images, and how many of each are real. */
export interface Regions {
	readonly boxes: tf.Tensor3D;
	/** `[batch]`, int32. */
	readonly counts: tf.Tensor1D;
}

/** How regions are read off feature maps. */
export interface RoiAlignOptions {
	/** Bins on each side of the output. */
	readonly bins: number;
	readonly settings: Pick<RegionSettings, "align" | "convention">;
}

const firstStride = 4;

type Visit = (level: number, taps: RegionTaps, region: number) => void;

/** Visits the regions that are real, each with its pixels in the map of its level. */
function eachRegion(
	[boxes, counts]: readonly [HostArray, HostArray],
	shapes: readonly tf.Tensor4D["shape"][],
	{ bins, settings: { align, convention } }: RoiAlignOptions,
	visit: Visit,
): void {
	const rule = { ...align, bins };
	const most = boxes.length / 4 / counts.length;
	const taps = newRegionTaps();
	for (let image = 0; image < counts.length; image++) {
		for (let i = 0; i < counts[image]; i++) {
			const region = image * most + i;
			const sides = boxes.subarray(4 * region, 4 * region + 4);
			const box = sides as unknown as Sides;
			const level = roiLevel(box, shapes.length, convention);
			const [, height, width, channels] = shapes[level];
			const base = image * height * width * channels;
			const stride = firstStride * 2 ** level;
			const map: AlignMap = { base, height, width, channels, stride };
			regionTaps(box, map, rule, taps);
			visit(level, taps, region);
		}
	}
}

/**
 * The parts of feature maps that lie in regions, each scaled to `bins` by `bins`, from the level that suits
 * its size; zeros for regions that are not real.
 *
 * `levels` are `[batch, height, width, channels]` at strides 4, 8, 16 and 32; the result is
 * `[batch, regions, bins, bins, channels]`. It has a gradient with respect to the maps. Conventions differ in
 * where the value of a pixel lies and in the number of samples. Sources: `RoIAlign` of mmcv,
 * `SingleRoIExtractor` of mmdetection, `MultiScaleRoIAlign` of torchvision.
 */
export function roiAlign(
	levels: readonly tf.Tensor4D[],
	{ boxes, counts }: Regions,
	options: RoiAlignOptions,
): tf.Tensor5D {
	const shapes = levels.map(({ shape }) => shape);
	const channels = shapes[0][3];
	const { bins } = options;
	const [batch, regions] = boxes.shape;
	const shape = [batch, regions, bins, bins, channels];
	const size = bins * bins * channels;
	const place = (values: HostArray, region: number) => ({
		values: values as Float32Array,
		at: region * size,
		count: bins * bins,
		channels,
	});
	const operation = tf.customGrad((...inputs) => {
		const maps = inputs.slice(0, -1) as tf.Tensor4D[];
		const save = inputs.at(-1) as unknown as tf.GradSaveFunc;
		save([boxes, counts]);
		const [value] = onHost(
			[boxes, counts, ...maps],
			[{ shape, dtype: "float32" }],
			([boxes, counts, ...maps]) => {
				const out = new Float32Array(batch * regions * size);
				eachRegion([boxes, counts], shapes, options, (level, taps, region) =>
					gatherRegion(maps[level] as Float32Array, taps, place(out, region)),
				);
				return [out];
			},
		);
		const gradFunc = (dy: tf.Tensor, [boxes, counts]: tf.Tensor[]) =>
			onHost(
				[boxes, counts, dy],
				shapes.map((shape) => ({ shape, dtype: "float32" })),
				([boxes, counts, dy]) => {
					const gradients = shapes.map(
						(shape) => new Float32Array(tf.util.sizeFromShape(shape)),
					);
					eachRegion([boxes, counts], shapes, options, (level, taps, region) =>
						scatterRegion(gradients[level], taps, place(dy, region)),
					);
					return gradients;
				},
			);
		return { value, gradFunc };
	});
	return operation(...levels) as tf.Tensor5D;
}
