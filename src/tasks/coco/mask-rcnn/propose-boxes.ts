import type { Size } from "../../task.js";
import type { Anchors } from "./anchors.js";
import { type Boxes, clipBoxes, isLarge, takeFours } from "./box.js";
import { decodeBoxes } from "./box-coder.js";
import { nms } from "./nms.js";
import { rank } from "./rank.js";
import type { ProposalSettings, RpnSettings } from "./rpn-settings.js";

/** What the network says of the anchors, or of those of one feature map, for one image. */
export interface AnchorOutput {
	readonly logits: Float32Array;
	/** Four for each anchor. */
	readonly deltas: Float32Array;
}

/** Boxes that may hold objects, and their scores from 0 to 1. */
export interface ProposedBoxes {
	readonly boxes: Boxes;
	readonly scores: Float32Array;
}

export interface ProposeOptions {
	readonly anchors: Anchors;
	readonly settings: RpnSettings;
	readonly mode: keyof ProposalSettings["kept"];
}

const sigmoid = (logit: number): number => 1 / (1 + Math.exp(-logit));

const take = (values: Float32Array, indices: Int32Array): Float32Array =>
	Float32Array.from(indices, (index) => values[index]);

/** The boxes of the highest of some anchors, by falling score. */
function highest(
	anchors: Boxes,
	{ logits, deltas }: AnchorOutput,
	image: Size,
	{ settings: { coder, proposals }, mode }: ProposeOptions,
): ProposedBoxes {
	const { rankedBy, perLevel, leastSide } = proposals;
	const ranked = rankedBy === "logit" ? logits : logits.map(sigmoid);
	const order = rank(ranked, perLevel[mode]);
	const boxes = decodeBoxes(
		takeFours(deltas, order),
		takeFours(anchors, order),
		coder,
	);
	clipBoxes(boxes, image);
	const scores = take(logits, order).map(sigmoid);
	const large = order
		.map((_, i) => i)
		.filter((i) => isLarge(boxes, i, leastSide));
	return { boxes: takeFours(boxes, large), scores: take(scores, large) };
}

/**
 * Proposes boxes for one image, by falling score: those of the highest anchors of each feature map, moved
 * by their deltas, clipped to the image, without those that overlap a higher one of their feature map.
 *
 * `image` is its size before padding. Source: `_get_bboxes` of mmdetection's `RPNHead`, `filter_proposals`
 * of torchvision.
 */
export function proposeBoxes(
	{ logits, deltas }: AnchorOutput,
	image: Size,
	options: ProposeOptions,
): ProposedBoxes {
	const { anchors, settings, mode } = options;
	const found = anchors.levels.map(({ start, end }) => {
		const output = {
			logits: logits.subarray(start, end),
			deltas: deltas.subarray(4 * start, 4 * end),
		};
		const boxes = anchors.boxes.subarray(4 * start, 4 * end);
		return highest(boxes, output, image, options);
	});
	const total = found.reduce((sum, { scores }) => sum + scores.length, 0);
	const boxes = new Float32Array(4 * total);
	const scores = new Float32Array(total);
	const groups = new Int32Array(total);
	let start = 0;
	found.forEach((level, group) => {
		const end = start + level.scores.length;
		boxes.set(level.boxes, 4 * start);
		scores.set(level.scores, start);
		groups.fill(group, start, end);
		start = end;
	});
	const { nms: threshold, kept } = settings.proposals;
	const keep = nms(boxes, scores, threshold, { groups, most: kept[mode] });
	return { boxes: takeFours(boxes, keep), scores: take(scores, keep) };
}
