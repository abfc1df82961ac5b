import assert from "node:assert/strict";
import { test } from "node:test";
import {
	regionOf,
	signedDistances,
} from "../../../src/tasks/shapes/distance.js";
import { domains } from "../../../src/tasks/shapes/domain.js";
import { regular, round } from "../../../src/tasks/shapes/outline.js";

const whole = { left: 0, top: 0, width: 40, height: 40 };

test("the distance to a square is that of its formula", () => {
	const square = [
		[0.25, 0.25],
		[0.75, 0.25],
		[0.75, 0.75],
		[0.25, 0.75],
	] as const;
	const found = signedDistances([square], 40, whole);
	for (let y = 0; y < 40; y++) {
		for (let x = 0; x < 40; x++) {
			const dx = Math.abs(x + 0.5 - 20) - 10;
			const dy = Math.abs(y + 0.5 - 20) - 10;
			const expected =
				Math.hypot(Math.max(dx, 0), Math.max(dy, 0)) +
				Math.min(Math.max(dx, dy), 0);
			assert.ok(Math.abs(found[y * 40 + x]! - expected) < 1e-9, `${x}, ${y}`);
		}
	}
});

test("an inner polygon is a hole", () => {
	const moved = [regular(4, 0.45), round(0.2)].map((polygon) =>
		polygon.map(([x, y]) => [x + 0.5, y + 0.5] as const),
	);
	const found = signedDistances(moved, 40, whole);
	assert.ok(found[20 * 40 + 20]! > 7 && found[20 * 40 + 20]! < 8);
	assert.ok(found[20 * 40 + 30]! < 0);
});

test("a region holds an outline and its margin", () => {
	const outline = [regular(5, 0.3).map(([x, y]) => [x + 1, y] as const)];
	const { left, top, width, height } = regionOf(outline, 40, 2);
	for (const [x, y] of outline.flat()) {
		assert.ok(x! * 40 - 2 >= left && x! * 40 + 2 <= left + width);
		assert.ok(y! * 40 - 2 >= top && y! * 40 + 2 <= top + height);
	}
});

test("every class keeps within the unit circle and fills a part of it", () => {
	const unit = { left: 0, top: 0, width: 64, height: 64 };
	for (const { name, classes } of Object.values(domains)) {
		for (const [label, { outline }] of Object.entries(classes)) {
			const centered = outline.map((polygon) =>
				polygon.map(([x, y]) => [(x + 1) / 2, (y + 1) / 2] as const),
			);
			for (const [x, y] of outline.flat())
				assert.ok(Math.hypot(x!, y!) < 1.05, `${name} ${label}: ${x}, ${y}`);
			const inside = signedDistances(centered, 64, unit).filter((d) => d < 0);
			const share = inside.length / 64 ** 2;
			assert.ok(share > 0.1 && share < 0.75, `${name} ${label}: ${share}`);
		}
	}
});
