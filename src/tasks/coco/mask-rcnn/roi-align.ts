import * as tf from "@tensorflow/tfjs";
import { onHost } from "../../../engine/host.js";
import type { HostArray } from "../../../engine/host-call.js";
import {
	type AlignMap,
	newRegionTaps,
	type RegionTaps,
	regionTaps,
	type Sides,
} from "./region-taps.js";
import type { Convention, RegionSettings } from "./settings.js";

// A region of this size is seen at stride 16, a smaller one of half of it at stride 8.
const canonicalSize = 224;
const canonicalLevel = 2;
const epsilon = 1e-6;

/**
 * The level, from 0 to below `levels`, in which a region is looked at: the first for sides up to 112 pixels,
 * and one more for each doubling.
 *
 * Sources: `map_roi_levels` of mmdetection, whose finest scale is 56; `LevelMapper` of torchvision. They add
 * their epsilon before and after the logarithm, which can only matter at a millionth of a boundary.
 */
export function roiLevel(
	[left, top, right, bottom]: Sides,
	levels: number,
	convention: Convention,
): number {
	const size = Math.sqrt((right - left) * (bottom - top));
	const finest = canonicalSize / 2 ** canonicalLevel;
	const level =
		convention === "mmdetection"
			? Math.log2(size / finest + epsilon)
			: Math.log2(size / finest) + epsilon;
	// Not a number where training has diverged.
	return level > 0 ? Math.min(Math.floor(level), levels - 1) : 0;
}

/** Bins of a region in an array, `[bins, channels]` from `at`. */
export interface Bins {
	readonly values: Float32Array;
	readonly at: number;
	readonly count: number;
	readonly channels: number;
}

/** Averages the pixels of each bin into `bins`, whose values must be 0. */
export function gatherRegion(
	map: Float32Array,
	{ from, offset, weight }: RegionTaps,
	{ values, at, count, channels }: Bins,
): void {
	for (let bin = 0; bin < count; bin++) {
		const start = at + bin * channels;
		const end = from[bin + 1];
		for (let tap = from[bin]; tap < end; tap += 4) {
			const a = offset[tap];
			const b = offset[tap + 1];
			const c = offset[tap + 2];
			const d = offset[tap + 3];
			const wa = weight[tap];
			const wb = weight[tap + 1];
			const wc = weight[tap + 2];
			const wd = weight[tap + 3];
			for (let i = 0; i < channels; i++) {
				values[start + i] =
					values[start + i] +
					wa * map[a + i] +
					wb * map[b + i] +
					wc * map[c + i] +
					wd * map[d + i];
			}
		}
	}
}

/** Adds to the pixels of each bin their shares of `bins`: the gradient of `gatherRegion`. */
export function scatterRegion(
	map: Float32Array,
	{ from, offset, weight }: RegionTaps,
	{ values, at, count, channels }: Bins,
): void {
	for (let bin = 0; bin < count; bin++) {
		const start = at + bin * channels;
		const end = from[bin + 1];
		for (let tap = from[bin]; tap < end; tap += 4) {
			const a = offset[tap];
			const b = offset[tap + 1];
			const c = offset[tap + 2];
			const d = offset[tap + 3];
			const wa = weight[tap];
			const wb = weight[tap + 1];
			const wc = weight[tap + 2];
			const wd = weight[tap + 3];
			for (let i = 0; i < channels; i++) {
				const value = values[start + i];
				map[a + i] = map[a + i] + wa * value;
				map[b + i] = map[b + i] + wb * value;
				map[c + i] = map[c + i] + wc * value;
				map[d + i] = map[d + i] + wd * value;
			}
		}
	}
}

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
