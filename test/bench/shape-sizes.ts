import { rescaledSize } from "../../src/image/rescaled-size.js";
import { Random } from "../../src/index.js";
import {
	cocoViews,
	type DetectionViews,
	detectionCanvas,
} from "../../src/tasks/coco/data/detection-views.js";
import type { Size } from "../../src/tasks/task.js";

/** Widths and heights of 86 images of COCO train2017, and how many have them. */
const originals: readonly (readonly [number, number, number])[] = [
	[640, 480, 16],
	[480, 640, 11],
	[640, 427, 11],
	[640, 425, 3],
	[500, 375, 3],
	[640, 426, 2],
	[427, 640, 2],
	[500, 333, 2],
	[640, 360, 2],
	[640, 428, 2],
	[640, 433, 2],
	[481, 640, 1],
	[512, 640, 1],
	[640, 416, 1],
	[600, 500, 1],
	[640, 491, 1],
	[640, 218, 1],
	[638, 640, 1],
	[640, 406, 1],
	[423, 640, 1],
	[640, 513, 1],
	[409, 500, 1],
	[640, 446, 1],
	[640, 422, 1],
	[600, 593, 1],
	[640, 213, 1],
	[640, 429, 1],
	[640, 359, 1],
	[640, 382, 1],
	[500, 336, 1],
	[469, 469, 1],
	[389, 500, 1],
	[640, 424, 1],
	[640, 342, 1],
	[640, 326, 1],
	[500, 334, 1],
	[640, 399, 1],
	[400, 302, 1],
	[640, 457, 1],
	[621, 640, 1],
	[640, 516, 1],
];

const images: readonly Size[] = originals.flatMap(([width, height, count]) =>
	Array.from({ length: count }, () => ({ height, width })),
);

function shuffled<Item>(items: readonly Item[], random: Random): Item[] {
	return items
		.map((item) => ({ item, at: random.uniform() }))
		.sort((a, b) => a.at - b.at)
		.map(({ item }) => item);
}

/** What a detector sees of them in one epoch, one by one, in the order of training. */
export const detectorSizes = (canvas: DetectionViews["canvas"]): Size[] =>
	shuffled(images, new Random("epoch")).map((size) =>
		detectionCanvas([rescaledSize(size, cocoViews.scale)], {
			...cocoViews,
			canvas,
		}),
	);

/** What a segmenter sees of them as test images, one by one: not padded. */
export const segmenterSizes = (): Size[] =>
	shuffled(images, new Random("epoch")).map((size) =>
		rescaledSize(size, [2048, 512]),
	);
