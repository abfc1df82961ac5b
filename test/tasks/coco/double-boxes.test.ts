import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import {
	type AnnotationFile,
	readAnnotationFile,
} from "../../../src/tasks/coco/data/annotation-file.js";
import { resizeInstances } from "../../../src/tasks/coco/data/instance-geometry.js";
import type { Detections, Id } from "../../../src/tasks/coco/instances.js";
import { averagePrecision } from "../../../src/tasks/coco/score/average-precision.js";
import { sidesOf } from "../../../src/tasks/coco/score/box-sides.js";
import { scratch } from "../../checkpoint/fixtures.js";
import { Lcg } from "../../lcg.js";
import { fixture } from "./fixture.js";

type Four = readonly [number, number, number, number];

const recorded = fixture<{
	truth: object;
	found: { image_id: Id; category_id: Id; bbox: Four; score: number }[];
	written: number[];
	single: number[];
}>("double-boxes.json");

const names = [
	"APs",
	"APm",
	"APl",
	"AR1",
	"AR10",
	"AR100",
	"ARs",
	"ARm",
	"ARl",
];

function open(context: TestContext, content: object = recorded.truth) {
	const path = join(scratch(context), "boxes.json");
	writeFileSync(path, JSON.stringify(content));
	return readAnnotationFile(path);
}

/** What was found in an image, boxes and scores in double precision. */
function foundIn(image: Id): Detections {
	const rows = recorded.found.filter(({ image_id }) => image_id === image);
	return {
		boxes: Float64Array.from(
			rows.flatMap(({ bbox: [x, y, width, height] }) => [
				x,
				y,
				x + width,
				y + height,
			]),
		),
		labels: Int32Array.from(rows, ({ category_id }) =>
			["c-1", "c-2"].indexOf(category_id as string),
		),
		scores: Float64Array.from(rows, ({ score }) => score),
		masks: [],
	};
}

function figures(
	file: AnnotationFile,
	change: (found: Detections) => Detections,
): number[] {
	const metric = averagePrecision({ classes: file.classes });
	file.images.forEach(({ id }, i) => {
		metric.add(change(foundIn(id)), file.instances(i));
	});
	const details = metric.details?.() ?? {};
	assert.ok(!("mask AP" in details));
	const named = ["AP50", "AP75", ...names].map(
		(name) => details[`box ${name}`] ?? -100,
	);
	return [metric.value(), ...named].map((value) => value / 100);
}

function assertClose(found: number[], expected: number[]): void {
	assert.equal(found.length, 12);
	found.forEach((value, i) => {
		const right = expected[i] as number;
		assert.ok(Math.abs(value - right) < 1e-12, `${i}: ${value}, not ${right}`);
	});
}

test("boxes and scores of a file are scored in double precision", (context) => {
	assertClose(
		figures(open(context), (found) => found),
		recorded.written,
	);
});

test("boxes and scores of a network are scored as single precision has them", (context) => {
	const single = figures(open(context), (found) => ({
		...found,
		boxes: Float32Array.from(found.boxes),
		scores: Float32Array.from(found.scores),
	}));
	assertClose(single, recorded.single);
	assert.ok(Math.abs(recorded.single[0]! - recorded.written[0]!) > 0.01);
});

test("sides in double precision are those that the corners were made of", () => {
	const lcg = new Lcg(5);
	const within = (most: number, decimals: number): number =>
		Number((lcg.uniform() * most).toFixed(decimals));
	for (let i = 0; i < 2000; i++) {
		const decimals = i % 10;
		const [left, top, width, height] = [600, 400, 300, 200].map((most) =>
			within(most, decimals),
		) as [number, number, number, number];
		const corners = [left, top, left + width, top + height];
		assert.deepEqual(sidesOf(Float64Array.from(corners), 0), [
			left,
			top,
			width,
			height,
		]);
		const [x, y, right, bottom] = Float32Array.from(corners);
		const differences = [x, y, right! - x!, bottom! - y!];
		assert.deepEqual(sidesOf(Float32Array.from(corners), 0), differences);
		const wide = [x!, y!, right!, bottom!];
		assert.deepEqual(sidesOf(Float64Array.from(wide), 0), differences);
	}
	const long = [0.1, 1 / 3, 0.1 + Math.PI, 1 / 3 + Math.SQRT2];
	const [, , width, height] = sidesOf(Float64Array.from(long), 0);
	assert.deepEqual([width, height], [long[2]! - 0.1, long[3]! - 1 / 3]);
});

test("things have the boxes of their file in double precision, a network's input in single", (context) => {
	const bbox = [0.1, 0.2, 8.3, 9.4];
	const thing = { id: 1, image_id: 1, category_id: 1, bbox };
	const file = open(context, {
		images: [{ id: 1, file_name: "a.jpg", height: 24, width: 32 }],
		categories: [{ id: 1, name: "cat" }],
		annotations: [thing],
	});
	const things = file.instances(0);
	assert.deepEqual([...things.boxes], [0.1, 0.2, 0.1 + 8.3, 0.2 + 9.4]);
	const size = { height: 48, width: 64 };
	const { boxes } = resizeInstances(things, { height: 24, width: 32 }, size);
	assert.ok(boxes instanceof Float32Array);
	const single = Float32Array.of(0.1, 0.2, 0.1 + 8.3, 0.2 + 9.4);
	assert.deepEqual(
		boxes,
		single.map((side) => 2 * side),
	);
});
