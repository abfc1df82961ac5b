import type * as tf from "@tensorflow/tfjs";
import { onHost } from "../../../engine/host.js";
import type { HostValue } from "../../../engine/host-value.js";
import { roundHalfEven } from "../../../image/round-half-even.js";
import type { Size } from "../../task.js";
import { type BoxArray, singleBoxes } from "../box-array.js";
import { assignBoxes, sampleBoxes } from "./assign.js";
import { type Boxes, encodeBoxes, imageSize, rowOf, takeFours } from "./box.js";
import type { RpnSettings } from "./settings.js";

/** Which boxes the region proposal network starts from. */
export interface AnchorSettings {
	/** The side of a square anchor on each feature map, in pixels. */
	readonly sizes: readonly number[];
	/** Height over width. */
	readonly ratios: readonly number[];
	/** Whether the edges of the anchor around the origin are rounded to whole pixels. */
	readonly rounded: boolean;
	/**
	 * Pixels between neighbors on each feature map; left out, the padded image by the feature map, rounded
	 * down: for the coarsest map of 13 rows of an image of 800, 61 and not 64.
	 */
	readonly strides?: readonly number[];
	/**
	 * Anchors centered beyond the image padded to a multiple of this, though within the batch, are left out
	 * of training; by default none is.
	 */
	readonly paddedTo?: number;
}

/** Where the anchors of one feature map are among all of them. */
export interface AnchorLevel extends Size {
	readonly start: number;
	readonly end: number;
	readonly strideY: number;
	readonly strideX: number;
}

/** The anchors of feature maps. */
export interface Anchors {
	/** One feature map after the other; of each place, from left to right and from top to bottom, one for each ratio. */
	readonly boxes: Boxes;
	readonly levels: readonly AnchorLevel[];
}

const { ceil, floor, fround, min, sqrt } = Math;

function anchorsAtOrigin(
	size: number,
	{ ratios, rounded }: AnchorSettings,
): number[] {
	const edges = ratios.flatMap((ratio) => {
		const tall = fround(sqrt(ratio));
		const right = fround(fround(1 / tall) * size) / 2;
		const bottom = fround(tall * size) / 2;
		return [-right, -bottom, right, bottom];
	});
	return rounded ? edges.map(roundHalfEven) : edges;
}

function fill(boxes: Boxes, origin: readonly number[], level: AnchorLevel) {
	const { height, width, strideY, strideX } = level;
	let at = 4 * level.start;
	for (let y = 0; y < height; y++) {
		for (let x = 0; x < width; x++) {
			for (let i = 0; i < origin.length; i++) {
				const shift = i % 2 === 0 ? x * strideX : y * strideY;
				boxes[at++] = origin[i] + shift;
			}
		}
	}
}

/**
 * The anchors of feature maps of the given sizes, of images padded to a size.
 *
 * Source: `AnchorGenerator` of mmdetection and of torchvision. Throws for another number of feature maps
 * than the settings have.
 */
export function makeAnchors(
	features: readonly Size[],
	padded: Size,
	settings: AnchorSettings,
): Anchors {
	const { sizes, strides, ratios } = settings;
	if (features.length !== sizes.length) {
		throw new Error(
			`anchors of ${sizes.length} sizes need as many feature maps, not ${features.length}`,
		);
	}
	let end = 0;
	const levels = features.map(({ height, width }, level): AnchorLevel => {
		const start = end;
		end += height * width * ratios.length;
		const strideY = strides?.[level] ?? floor(padded.height / height);
		const strideX = strides?.[level] ?? floor(padded.width / width);
		return { start, end, height, width, strideY, strideX };
	});
	const boxes = new Float32Array(4 * end);
	levels.forEach((level, i) => {
		fill(boxes, anchorsAtOrigin(sizes[i], settings), level);
	});
	return { boxes, levels };
}

/**
 * Marks with 1 the anchors that training leaves out for an image of a size before padding; undefined
 * where there are none.
 *
 * Source: `valid_flags` of mmdetection's `AnchorGenerator`, with `allowed_border=-1`.
 */
export function excludedAnchors(
	{ levels, boxes }: Anchors,
	image: Size,
	{ paddedTo, ratios }: AnchorSettings,
): Uint8Array | undefined {
	if (!paddedTo) return undefined;
	const places = (side: number, stride: number) =>
		ceil((ceil(side / paddedTo) * paddedTo) / stride);
	const excluded = new Uint8Array(boxes.length / 4).fill(1);
	let left = excluded.length;
	for (const { start, height, width, strideY, strideX } of levels) {
		const rows = min(places(image.height, strideY), height);
		const columns = min(places(image.width, strideX), width);
		for (let y = 0; y < rows; y++) {
			const at = start + y * width * ratios.length;
			excluded.fill(0, at, at + columns * ratios.length);
		}
		left -= rows * columns * ratios.length;
	}
	return left > 0 ? excluded : undefined;
}

/** The anchors of one image that are learned from, and what they should have said. */
export interface AnchorTargets {
	/** First those that are to find an object, then those that are to find none, then 0 to fill up. */
	readonly indices: Int32Array;
	/** 1 where there is an object, -1 where there is none, 0 where the anchor is there to fill up. */
	readonly labels: Float32Array;
	/** Four for each anchor, 0 where the label is not 1. */
	readonly deltas: Float32Array;
	/** How many examples there are, as losses are divided by it. */
	readonly count: number;
}

/**
 * Assigns anchors to objects and draws those that are learned from.
 *
 * `draws` are at least as many numbers uniform in [0, 1) as there are samples; `excluded` marks anchors that
 * are left out.
 *
 * Source: `_get_targets_single` of mmdetection's `AnchorHead`, `assign_targets_to_anchors` of torchvision.
 */
export function anchorTargets(
	anchors: Boxes,
	objects: Boxes,
	{
		settings: { assign, sample, coder, leastCount },
		draws,
		excluded,
	}: {
		readonly settings: RpnSettings;
		readonly draws: Float32Array;
		readonly excluded?: Uint8Array;
	},
): AnchorTargets {
	const assigned = assignBoxes(anchors, objects, { ...assign, excluded });
	const { positive, negative } = sampleBoxes(assigned, draws, sample);
	const indices = new Int32Array(sample.count);
	const labels = new Float32Array(sample.count);
	const deltas = new Float32Array(4 * sample.count);
	indices.set(positive);
	indices.set(negative, positive.length);
	labels.fill(1, 0, positive.length);
	labels.fill(-1, positive.length, positive.length + negative.length);
	const owners = positive.map((anchor) => assigned[anchor]);
	const [from, to] = [takeFours(anchors, positive), takeFours(objects, owners)];
	deltas.set(encodeBoxes(from, to, coder));
	const count =
		Math.max(positive.length, leastCount) +
		Math.max(negative.length, leastCount);
	return { indices, labels, deltas, count };
}

/** What the region proposal network is trained by. */
export interface RpnTruth {
	/** The objects of each image, without crowds. */
	readonly instances: HostValue<readonly { readonly boxes: BoxArray }[]>;
	/** Numbers uniform in [0, 1) that choose the examples, `[batch, settings.sample.count]`. */
	readonly draws: tf.Tensor2D;
}

/** The anchors of a batch that are learned from, `examples` an image, and what they should have said. */
export interface RpnTargets {
	/** `[batch * examples]`, int32: among the anchors of all images, one image after the other. */
	readonly indices: tf.Tensor1D;
	/** `[batch * examples]`: 1 where there is an object, -1 where there is none, 0 for what fills up. */
	readonly labels: tf.Tensor1D;
	/** `[batch * examples, 4]`: 0 where the label is not 1. */
	readonly deltas: tf.Tensor2D;
	/** The number by which losses are divided. */
	readonly count: tf.Scalar;
}

/**
 * The targets of a batch, computed in plain JavaScript.
 *
 * `sizes` are the heights and widths of the images before padding, `[batch, 2]`.
 */
export function rpnTargets(
	{ instances, draws }: RpnTruth,
	sizes: tf.Tensor2D,
	{
		anchors,
		settings,
	}: { readonly anchors: Anchors; readonly settings: RpnSettings },
): RpnTargets {
	const batch = sizes.shape[0];
	const examples = batch * settings.sample.count;
	const [indices, labels, deltas, count] = onHost(
		[sizes, draws],
		[
			{ shape: [examples], dtype: "int32" },
			{ shape: [examples], dtype: "float32" },
			{ shape: [examples, 4], dtype: "float32" },
			{ shape: [], dtype: "float32" },
		],
		(arrays, values) => {
			const [sides, numbers] = arrays as [Float32Array, Float32Array];
			const [objects] = values as [typeof instances.value];
			if (objects.length !== batch) {
				throw new Error(
					`a batch of ${batch} images needs the objects of each, not of ${objects.length}`,
				);
			}
			const indices = new Int32Array(examples);
			const labels = new Float32Array(examples);
			const deltas = new Float32Array(4 * examples);
			let count = 0;
			objects.forEach(({ boxes }, image) => {
				const size = imageSize(sides, image);
				const targets = anchorTargets(anchors.boxes, singleBoxes(boxes), {
					settings,
					draws: rowOf(numbers, image, batch),
					excluded: excludedAnchors(anchors, size, settings.anchors),
				});
				const start = (image * anchors.boxes.length) / 4;
				const among = targets.indices.map((index) => start + index);
				indices.set(among, image * settings.sample.count);
				rowOf(labels, image, batch).set(targets.labels);
				rowOf(deltas, image, batch).set(targets.deltas);
				count += targets.count;
			});
			return [indices, labels, deltas, Float32Array.of(count)];
		},
		{ hostValues: [instances] },
	);
	return {
		indices: indices as tf.Tensor1D,
		labels: labels as tf.Tensor1D,
		deltas: deltas as tf.Tensor2D,
		count: count as tf.Scalar,
	};
}
