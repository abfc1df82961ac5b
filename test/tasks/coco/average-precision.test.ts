import assert from "node:assert/strict";
import { test } from "node:test";
import type {
	Detections,
	Instances,
} from "../../../src/tasks/coco/instances.js";
import {
	type AveragePrecisionOptions,
	averagePrecision,
} from "../../../src/tasks/coco/score/average-precision.js";
import { overlapThresholds } from "../../../src/tasks/coco/score/match-detections.js";
import type { Metric } from "../../../src/tasks/task.js";
import { Lcg } from "../../lcg.js";
import { fixture } from "./fixture.js";
import {
	detectionsOf,
	type Found,
	instancesOf,
	many,
	scenes,
	type Thing,
} from "./scenes.js";

interface Recorded {
	/** The twelve figures; -1 where there is nothing to find. */
	readonly figures: readonly number[];
	readonly classes: readonly number[];
}
type Both = Readonly<Record<"box" | "mask", Recorded>>;

const recorded = fixture<
	Record<string, Both> & {
		thresholds: number[];
		detections: number;
		things: number;
		crowds: number;
	}
>("average-precision.json");

const names = [
	...["AP", "AP50", "AP75", "APs", "APm", "APl"],
	...["AR1", "AR10", "AR100", "ARs", "ARm", "ARl"],
];
const classes = ["0", "1", "2", "3"];
const images = 12;
const lcg = new Lcg(11);
const { things, found } = scenes(lcg, images);
const crowded = [...found, ...many(lcg)];

function scored(
	wanted: readonly Thing[],
	detections: readonly Found[],
	options: Partial<AveragePrecisionOptions> = {},
): Metric<Detections, Instances> {
	const metric = averagePrecision({ classes, ...options });
	// Not in the order of the ids.
	for (let image = images; image > 0; image--)
		metric.add(detectionsOf(image, detections), instancesOf(image, wanted));
	return metric;
}

/** All figures by name; the value is not among the details. */
function figures(metric: Metric<Detections, Instances>) {
	const details = metric.details?.() ?? {};
	assert.ok(!("box AP" in details));
	return Object.keys(details).length > 0
		? { "box AP": metric.value(), ...details }
		: details;
}

function checkDetails(
	metric: Metric<Detections, Instances>,
	expected: Both,
	classNames: readonly string[] = classes,
): void {
	const details = figures(metric);
	for (const kind of ["box", "mask"] as const) {
		const labels = [
			...names.map((name) => `${kind} ${name}`),
			...classNames.map((name) => `${kind} AP: ${name}`),
		];
		const values = [...expected[kind].figures, ...expected[kind].classes];
		labels.forEach((label, i) => {
			const value = values[i] as number;
			if (value < 0) assert.ok(!(label in details), label);
			else
				assert.ok(
					Math.abs((details[label] as number) / 100 - value) < 1e-12,
					`${label}: ${details[label]} and ${100 * value}`,
				);
		});
	}
}

test("the scenes are those that were recorded", () => {
	assert.equal(found.length, recorded.detections);
	assert.equal(things.length, recorded.things);
	const crowds = things.filter(({ crowd }) => crowd);
	assert.equal(crowds.length, recorded.crowds);
	assert.deepEqual(overlapThresholds, recorded.thresholds);
});

test("the figures are those of pycocotools", () => {
	const metric = scored(things, found);
	checkDetails(metric, recorded.all as Both);
	const [ap = 0] = (recorded.all as Both).box.figures;
	assert.ok(Math.abs(metric.value() - 100 * ap) < 1e-9);
});

test("equal scores are ranked by image and by place", () => {
	const same = found.map((one) => ({ ...one, score: 0.5 }));
	checkDetails(scored(things, same), recorded["same scores"] as Both);
});

test("a hundred detections of a class in an image count", () => {
	checkDetails(scored(things, crowded), recorded.many as Both);
});

test("nothing found is a score of 0, nothing to find is none", () => {
	const none = scored(things, []);
	checkDetails(none, recorded["no detections"] as Both);
	assert.equal(none.value(), 0);
	const empty = scored([], found);
	checkDetails(empty, recorded["nothing to find"] as Both);
	assert.throws(() => empty.value(), /needs something to find.*12 images/);
	const crowds = things.map((thing) => ({ ...thing, crowd: true }));
	const metric = scored(crowds, found);
	checkDetails(metric, recorded["only crowds"] as Both);
	assert.deepEqual(metric.details?.(), {});
	assert.throws(() => metric.value(), /only crowds/);
	assert.throws(() => averagePrecision({ classes }).value(), /at least one/);
});

test("boxes or masks alone are scored alike", () => {
	const boxes = scored(things, found, { kinds: ["box"] });
	const masks = scored(things, found, { kinds: ["mask"] });
	const { box, mask } = recorded.all as Both;
	assert.ok(Math.abs(boxes.value() - 100 * box.figures[0]!) < 1e-9);
	assert.ok(Math.abs(masks.value() - 100 * mask.figures[0]!) < 1e-9);
	const keys = Object.keys({ ...boxes.details?.(), ...masks.details?.() });
	assert.equal(keys.length, 2 * (names.length + classes.length - 1));
	const byBox = scored(things, found, { maskArea: "box" }).details?.() ?? {};
	const byMask = scored(things, found).details?.() ?? {};
	assert.equal(byBox["mask AP"], byMask["mask AP"]);
	assert.notEqual(byBox["mask APs"], byMask["mask APs"]);
});

test("figures grow with what is added", () => {
	const metric = averagePrecision({ classes });
	metric.add(detectionsOf(1, found), instancesOf(1, things));
	const first = metric.value();
	metric.add(detectionsOf(2, found), instancesOf(2, things));
	assert.notEqual(metric.value(), first);
});

test("what cannot be scored is refused", () => {
	const metric = averagePrecision({ classes });
	const fine = detectionsOf(1, found);
	const wanted = instancesOf(1, things);
	const count = fine.labels.length;
	const add = (wrong: Partial<Detections>, also: Partial<Instances> = {}) =>
		metric.add({ ...fine, ...wrong }, { ...wanted, ...also });
	const scores = fine.scores.slice().fill(Number.NaN, 2, 3);
	assert.throws(() => add({ scores }), /score of detection 2 is not a number/);
	assert.throws(() => add({ scores: scores.subarray(1) }), /as many scores/);
	assert.throws(() => add({ boxes: new Float32Array(3) }), /not 3$/);
	assert.throws(() => add({ masks: [] }), /kinds: \["box"\]/);
	const boxes = fine.boxes.slice().fill(Number.POSITIVE_INFINITY, 5, 6);
	assert.throws(() => add({ boxes }), /detection 1 .* Infinity/);
	const labels = new Int32Array(count).fill(4);
	assert.throws(() => add({ labels }), /from 0 to 3, not 4/);
	assert.throws(
		() => add({}, { crowd: new Uint8Array(99) }),
		/marks of crowds, not 99/,
	);
	const masks = fine.masks.map(() => ({
		height: 1,
		width: 1,
		counts: Uint32Array.of(1),
	}));
	assert.throws(() => add({ masks }), /must have one size/);
	add({});
	assert.throws(() => add({}), /image 1 was added already/);
});
