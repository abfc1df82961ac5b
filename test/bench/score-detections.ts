/** Times average precision on made-up detections, those of average-precision.py: score-detections.js IMAGES */

import type { Detections, Instances } from "../../src/tasks/coco/instances.js";
import { polygonRle } from "../../src/tasks/coco/rle/polygon.js";
import { type Box, rleArea } from "../../src/tasks/coco/rle/rle.js";
import { averagePrecision } from "../../src/tasks/coco/score/average-precision.js";
import type { Kind } from "../../src/tasks/coco/score/score-image.js";
import { print } from "./report.js";

const images = Number(process.argv[2]);
const classes = Array.from({ length: 80 }, (_, i) => `class ${i}`);
const [height, width, thingCount, foundCount] = [480, 640, 8, 100];

/** A number from 0 to 1 that the other side computes alike. */
function drawn(image: number, number: number, axis: number): number {
	let value = Math.imul(image * 1000 + number * 10 + axis, 2654435761);
	value = Math.imul(value ^ (value >>> 15), 2246822519);
	return ((value ^ (value >>> 13)) >>> 0) / 4294967296;
}

function boxOf(image: number, number: number): Box {
	const [a, b, c, d] = [0, 1, 2, 3].map((axis) => drawn(image, number, axis));
	const wide = 8 + 300 * a! * a!;
	const high = 8 + 250 * b! * b!;
	return [c! * (width - wide), d! * (height - high), wide, high];
}

const classAt = (image: number, number: number): number =>
	Math.floor(drawn(image, number, 4) * classes.length);

function near(image: number, number: number): Box {
	const [left, top, wide, high] = boxOf(image, number % thingCount);
	const share = drawn(image, number, 5) * 0.6 - 0.3;
	return [
		left + share * wide,
		top + share * high,
		wide * (1 + share),
		high * (1 - share),
	];
}

function octagon(boxes: Float32Array, i: number) {
	const [left, top, right, bottom] = boxes.subarray(4 * i, 4 * i + 4);
	const [wide, high] = [right! - left!, bottom! - top!];
	const xs = [0.3, 0.7, 1, 1, 0.7, 0.3, 0, 0];
	const ys = [0, 0, 0.3, 0.7, 1, 1, 0.7, 0.3];
	const corners = xs.flatMap((x, k) => [
		left! + wide * x,
		top! + high * ys[k]!,
	]);
	return polygonRle(corners, { height, width });
}

function located(boxes: readonly Box[]) {
	const corners = Float32Array.from(
		boxes.flatMap(([left, top, wide, high]) => [
			left,
			top,
			left + wide,
			top + high,
		]),
	);
	return { boxes: corners, masks: boxes.map((_, i) => octagon(corners, i)) };
}

function thingsIn(image: number): Instances {
	const numbers = Array.from({ length: thingCount }, (_, i) => i);
	const { boxes, masks } = located(numbers.map((i) => boxOf(image, i)));
	return {
		image,
		boxes,
		masks,
		labels: Int32Array.from(numbers, (i) => classAt(image, i)),
		crowd: new Uint8Array(thingCount),
		annotated: {
			ids: Float64Array.from(numbers, (i) => image * 1000 + i + 1),
			boxes: Float64Array.from(
				numbers.flatMap((i) => {
					const [left, top, right, bottom] = boxes.subarray(4 * i, 4 * i + 4);
					return [left!, top!, right! - left!, bottom! - top!];
				}),
			),
			areas: Float64Array.from(masks, rleArea),
		},
	};
}

function foundIn(image: number): Detections {
	const numbers = Array.from({ length: foundCount }, (_, i) => 100 + i);
	return {
		...located(numbers.map((i) => near(image, i))),
		labels: Int32Array.from(numbers, (i) =>
			classAt(image, drawn(image, i, 6) < 0.3 ? i % thingCount : i),
		),
		scores: Float32Array.from(numbers, (i) => drawn(image, i, 7)),
	};
}

/** A metric of one kind, and how long it has worked. */
function timedMetric(kind: Kind) {
	const metric = averagePrecision({ classes, kinds: [kind] });
	let milliseconds = 0;
	const timed = <Result>(work: () => Result): Result => {
		const start = performance.now();
		const result = work();
		milliseconds += performance.now() - start;
		return result;
	};
	return {
		add: (found: Detections, wanted: Instances): void =>
			timed(() => metric.add(found, wanted)),
		finish() {
			timed(() => metric.details?.());
			return { score: timed(() => metric.value()), milliseconds };
		},
	};
}

const [box, mask] = [timedMetric("box"), timedMetric("mask")];
for (let image = 0; image < images; image++) {
	const [found, wanted] = [foundIn(image), thingsIn(image)];
	for (const metric of [box, mask]) metric.add(found, wanted);
}
print(
	JSON.stringify({
		box: box.finish(),
		mask: mask.finish(),
		peakBytes: process.resourceUsage().maxRSS * 1024,
	}),
);
