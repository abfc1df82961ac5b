import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { Boxes } from "../../../src/tasks/coco/mask-rcnn/box.js";
import { Lcg } from "../../lcg.js";

/** What a generator in test/fixtures/coco wrote. */
export function fixture<T>(name: string): T {
	const path = `../../../../test/fixtures/coco/${name}.json`;
	return JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
}

/** Numbers uniform in [0, 1), as float32. */
export function numbers(seed: number, count: number): Float32Array {
	const lcg = new Lcg(seed);
	return Float32Array.from({ length: count }, () => lcg.uniform());
}

/** The boxes that make_boxes.py makes, on a grid of whole steps where one is given. */
export function boxes(seed: number, count: number, step = 0): Boxes {
	const lcg = new Lcg(seed);
	const made = new Float32Array(4 * count);
	const snap = (edge: number) => (step ? Math.floor(edge / step) * step : edge);
	for (let at = 0; at < made.length; at += 4) {
		const left = 80 * lcg.uniform() - 10;
		const top = 80 * lcg.uniform() - 10;
		made[at] = snap(left);
		made[at + 1] = snap(top);
		made[at + 2] = snap(left + (10 + 54 * lcg.uniform()));
		made[at + 3] = snap(top + (10 + 54 * lcg.uniform()));
	}
	return made;
}

/** Throws where numbers are not those of the reference, up to float32's precision. */
export function assertNear(
	actual: ArrayLike<number>,
	expected: readonly number[],
	label = "",
): void {
	assert.equal(actual.length, expected.length, label);
	expected.forEach((wanted, i) => {
		const allowed = 2e-6 * Math.abs(wanted) + 1e-5;
		assert.ok(
			Math.abs(actual[i] - wanted) <= allowed,
			`${label}: element ${i} is ${actual[i]}, not ${wanted}`,
		);
	});
}
