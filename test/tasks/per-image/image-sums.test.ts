import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createLabelMap, type LabelMap } from "../../../src/image/label-map.js";
import { Random } from "../../../src/random.js";
import { accuracy, meanPerClass } from "../../../src/tasks/accuracy.js";
import { meanIou } from "../../../src/tasks/ade20k/mean-iou.js";
import { segmentationFolder } from "../../../src/tasks/ade20k/segmentation-folder.js";
import { coco } from "../../../src/tasks/coco/coco.js";
import type {
	Detections,
	Instances,
} from "../../../src/tasks/coco/instances.js";
import { averagePrecision } from "../../../src/tasks/coco/score/average-precision.js";
import { imageSums } from "../../../src/tasks/per-image/image-sums.js";
import { packer, unpacker } from "../../../src/tasks/per-image/packing.js";
import { unpackPredictions } from "../../../src/tasks/per-image/prediction-sums.js";
import type { Metric } from "../../../src/tasks/task.js";
import { Lcg } from "../../lcg.js";
import { sharedData } from "../../shared-data.js";
import { ade20kFolders } from "../ade20k/real-data.js";
import { detectionsOf, instancesOf, many, scenes } from "../coco/scenes.js";

type Pair<Prediction, Target> = readonly [Prediction, Target];

interface Case<Prediction, Target> {
	readonly make: () => Metric<Prediction, Target>;
	readonly pairs: readonly Pair<Prediction, Target>[];
	/** The name of the score. */
	readonly score: string;
	/** What another network predicts of the same image; by default what is predicted of the next one. */
	readonly other?: (pair: Pair<Prediction, Target>) => Prediction;
	/** The same image again, as another. */
	readonly again?: (
		pair: Pair<Prediction, Target>,
		copy: number,
	) => Pair<Prediction, Target>;
}

function scored<Prediction, Target>(
	{ make }: Pick<Case<Prediction, Target>, "make">,
	pairs: readonly Pair<Prediction, Target>[],
) {
	const metric = make();
	for (const [prediction, target] of pairs) metric.add(prediction, target);
	return metric;
}

/** The score and the further figures of a metric. */
const allFigures = (
	metric: Metric<never, never>,
	score: string,
): [string, number][] => [
	[score, metric.value()],
	...Object.entries(metric.details?.() ?? {}),
];

const sumsOf = (metric: Metric<never, never>) => {
	const perImage = metric.perImage?.();
	assert.ok(perImage);
	return { ...perImage, sums: imageSums(perImage) };
};

/** Recomputed of the images as they are, of other counts of them, and of the images of two. */
function checkSums<Prediction, Target>(of: Case<Prediction, Target>): void {
	const { pairs, score, other, again = (pair) => pair } = of;
	const metric = scored(of, pairs) as Metric<never, never>;
	const { sums, figure } = sumsOf(metric);
	assert.equal(figure, score);
	assert.equal(sums.images, pairs.length);
	const once = new Float64Array(pairs.length).fill(1);
	for (const [name, value] of allFigures(metric, score))
		assert.equal(sums.figure(once, name), value, name);
	assert.equal(sums.figure(once, "no such figure"), undefined);

	const random = new Random("times", score);
	const times = once.map(() => random.integer(0, 4));
	const drawn = pairs.flatMap((pair, i) =>
		Array.from({ length: times[i]! }, (_, copy) => again(pair, copy)),
	);
	const redrawn = scored(of, drawn) as Metric<never, never>;
	for (const [name, value] of allFigures(redrawn, score))
		assert.equal(sums.figure(times, name), value, `${name} of drawn images`);

	const others = pairs.map(
		(pair, i) =>
			[other?.(pair) ?? pairs[(i + 1) % pairs.length]![0], pair[1]] as const,
	);
	const isKept = once.map(() => random.integer(0, 2));
	const mixed = pairs.map((pair, i) => (isKept[i] ? pair : others[i]!));
	const mixture = scored(of, mixed) as Metric<never, never>;
	const both = sums.and(
		sumsOf(scored(of, others) as Metric<never, never>).sums,
	);
	const chosen = Float64Array.of(...isKept, ...isKept.map((one) => 1 - one));
	for (const [name, value] of allFigures(mixture, score))
		assert.equal(both.figure(chosen, name), value, `${name} of a mixture`);
}

test("numbers come back as they were packed", () => {
	const out = packer();
	const wholes = [0, 1, 127, 128, 300, 2 ** 31, 2 ** 32 + 5, 2 ** 53 - 1];
	for (const one of wholes) out.whole(one);
	// It grows in the midst of either.
	for (let i = 0; i < 1000; i++) out.whole(7 * i);
	for (let i = 0; i < 1000; i++) out.double(Math.sqrt(i));
	out.single(0.5);
	const from = unpacker(out.bytes());
	for (const one of wholes) assert.equal(from.whole(), one);
	for (let i = 0; i < 1000; i++) assert.equal(from.whole(), 7 * i);
	for (let i = 0; i < 1000; i++) assert.equal(from.double(), Math.sqrt(i));
	assert.equal(from.single(), 0.5);
	assert.ok(from.isAtEnd);
	assert.throws(() => from.whole(), RangeError);
});

const classes = ["cat", "dog", "cat", "cow"];

describe("scores are computed anew of per-image data", () => {
	const random = new Random("image sums");
	const labels = Array.from(
		{ length: 60 },
		() => [random.integer(0, 4), random.integer(0, 4)] as const,
	);

	test("accuracy and its mean over the classes", () => {
		const pairs = labels.map(([a, b]) => [a, Math.min(a, b)] as const);
		checkSums({ make: () => accuracy(classes), pairs, score: "accuracy" });
		checkSums({
			make: () => meanPerClass(classes),
			pairs,
			score: "mean per class",
		});
		const metric = accuracy();
		metric.add(1, 2, 0.75);
		metric.add(0, 0, 0.5);
		const { targets, predicted, confidences } = unpackPredictions(
			metric.perImage().bytes,
		);
		assert.deepEqual([...targets, ...predicted], [2, 0, 1, 0]);
		assert.deepEqual([...confidences], [0.75, 0.5]);
	});

	/** A map of some of the classes, one that is in no list, and ignored pixels. */
	function map(): LabelMap {
		const { data, ...size } = createLabelMap(9, 7);
		const few = [random.integer(0, 4), random.integer(0, 4), 200, 255];
		return { data: data.map(() => few[random.integer(0, 4)]!), ...size };
	}
	const predicted = (): LabelMap => {
		const { data, ...size } = map();
		return { data: data.map((label) => label % 4), ...size };
	};

	test("mIoU and the figures of classes", () => {
		const pairs = Array.from(
			{ length: 12 },
			() => [predicted(), map()] as const,
		);
		checkSums({ make: () => meanIou(classes), pairs, score: "mIoU" });
	});

	const lcg = new Lcg(11);
	const { things, found } = scenes(lcg, 12);
	/** Equal scores of an image are told apart by their place, and those of its copies would mix. */
	const crowded = [...found, ...many(lcg)].map((one, i, { length }) => ({
		...one,
		score: Math.fround((((i * 7919) % length) + 1) / (length + 1)),
	}));
	const images = Array.from({ length: 12 }, (_, i) => 12 - i);
	/** Copies of an image have ids that leave them next to it. */
	const again = (
		[detections, wanted]: Pair<Detections, Instances>,
		copy: number,
	) =>
		[
			detections,
			{ ...wanted, image: (wanted.image as number) + copy / 10 },
		] as const;

	for (const kinds of [undefined, ["box"], ["mask"]] as const)
		test(`AP of ${kinds ?? "boxes and masks"}, by size, by class, recalls`, () => {
			checkSums({
				make: () => averagePrecision({ classes: ["0", "1", "2", "3"], kinds }),
				pairs: images.map((image) => [
					detectionsOf(image, crowded),
					instancesOf(image, things),
				]),
				score: kinds?.[0] === "mask" ? "mask AP" : "box AP",
				again,
			});
		});

	test("AP of scores in double precision, of images without ids, and of equal scores", () => {
		const same = found.map((one) => ({ ...one, score: 0.5 }));
		const pairs = images.map((image) => {
			const { image: _, ...wanted } = instancesOf(image, things);
			return [detectionsOf(image, same), wanted] as const;
		});
		const make = () => averagePrecision({ classes: ["0", "1", "2", "3"] });
		const metric = scored({ make }, pairs) as Metric<never, never>;
		const once = new Float64Array(pairs.length).fill(1);
		const { sums } = sumsOf(metric);
		for (const [name, value] of allFigures(metric, "box AP"))
			assert.equal(sums.figure(once, name), value, name);
		const doubled = images.map((image) => {
			const { scores, ...detections } = detectionsOf(image, crowded);
			const fine = Float64Array.from(scores, (score) => score / 3);
			return [
				{ ...detections, scores: fine },
				instancesOf(image, things),
			] as const;
		});
		checkSums({ make, pairs: doubled, score: "box AP", again });
	});
});

describe("real images", () => {
	const { path, skip } = sharedData("data/coco");

	test("AP of COCO's things, found with some luck", { skip }, () => {
		const { test: data, classes } = coco({ folder: path });
		const random = new Random("luck");
		const pairs = Array.from({ length: Math.min(data.length, 12) }, (_, i) => {
			const { target } = data.sample(i);
			const n = target.labels.length;
			const found: Detections = {
				boxes: Float32Array.from(
					target.boxes,
					(side) => side + random.uniform(-6, 6),
				),
				labels: target.labels.map((label) =>
					random.uniform() < 0.8 ? label : 0,
				),
				scores: Float32Array.from({ length: n }, () => random.uniform()),
				masks: target.masks,
			};
			return [found, target] as const;
		});
		checkSums({
			make: () => averagePrecision({ classes }),
			pairs,
			score: "box AP",
			other: ([found]) => ({
				...found,
				scores: found.scores.map((score) => 1 - score),
			}),
			again: ([found, wanted], copy) => [
				found,
				{ ...wanted, image: (wanted.image as number) + copy / 10 },
			],
		});
	});

	const ade20k = sharedData("data/ade20k");
	test("mIoU of ADE20K's images", { skip: ade20k.skip }, () => {
		const classes = Array.from({ length: 150 }, (_, i) => `class ${i}`);
		const data = segmentationFolder({
			...ade20kFolders,
			classes: 150,
			reduceZeroLabel: true,
		});
		const pairs = Array.from({ length: data.length }, (_, i) => {
			const { target } = data.sample(i);
			const { data: pixels, ...size } = target;
			// Shifted by a few pixels.
			const shifted = pixels.map((_, at) => Math.min(pixels[at + 9] ?? 0, 149));
			return [{ data: shifted, ...size }, target] as const;
		});
		checkSums({
			make: () => meanIou(classes),
			pairs,
			score: "mIoU",
			other: ([map]) => ({ ...map, data: map.data.map((one) => one >> 1) }),
		});
	});
});
