import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
	maskBins,
	maskTarget,
	pasteMask,
} from "../../../src/tasks/coco/mask-rcnn/masks.js";
import type { Sides } from "../../../src/tasks/coco/mask-rcnn/region-taps.js";
import {
	type Convention,
	regionSettings,
} from "../../../src/tasks/coco/mask-rcnn/settings.js";
import { decodeRle, encodeRle } from "../../../src/tasks/coco/rle/rle.js";
import { formula } from "../../nn/formula.js";
import { assertMatches, type Summary } from "../../nn/summary.js";

type ByLibrary<Result> = {
	readonly name: string;
	readonly box: Sides;
} & Readonly<Record<Convention, Result>>;

const fixture = new URL(
	"../../../../test/fixtures/coco/masks.json",
	import.meta.url,
);
const { targets, pasted } = JSON.parse(readFileSync(fixture, "utf8")) as {
	readonly targets: readonly ByLibrary<Summary>[];
	readonly pasted: readonly ByLibrary<readonly number[]>[];
};

const size = { height: 90, width: 110 };
const padded = { height: 96, width: 128 };
const conventions = ["mmdetection", "torchvision"] as const;

const masks = [
	[10.5, 20.25, 60, 70.75],
	[70, 30, 130.5, 110.25],
	[-20, -10, 130, 100],
].map(([left, top, right, bottom]) => {
	const mask = new Uint8Array(size.height * size.width);
	for (let at = 0; at < mask.length; at++) {
		const x = at % size.width;
		const y = Math.floor(at / size.width);
		const across = (2 * x + 1 - left - right) / (right - left);
		const along = (2 * y + 1 - top - bottom) / (bottom - top);
		const isInside = across ** 2 + along ** 2 <= 1 && (x + 2 * y) % 13 > 1;
		mask[at] = Number(isInside);
	}
	return encodeRle(mask, size);
});

/** A blob with a hole and soft edges. */
function drawn(): Float32Array {
	const rough = formula("drawn", maskBins * maskBins, [0, 1]);
	return rough.map((value, i) => {
		const x = ((i % maskBins) + 0.5) / maskBins - 0.5;
		const y = (Math.floor(i / maskBins) + 0.5) / maskBins - 0.5;
		const soft = 0.9 - 3 * Math.abs(Math.hypot(x, y) - 0.28) + 0.2 * value;
		return Math.min(Math.max(soft, 0), 1);
	});
}

for (const convention of conventions) {
	for (const { name, box, [convention]: wanted } of targets) {
		test(`a mask seen from a region is that of ${convention}: ${name}`, () => {
			const settings = regionSettings[convention];
			const seen = masks.flatMap((mask) => [
				...maskTarget(mask, box, { padded, settings }),
			]);
			const shape = [masks.length, maskBins, maskBins];
			const exact = { rtol: 1e-5, atol: 1e-5 };
			assertMatches(name, { shape, values: seen }, wanted, exact);
		});
	}

	for (const { name, box, [convention]: counts } of pasted) {
		test(`a pasted mask is that of ${convention}: ${name}`, () => {
			const mask = pasteMask({ values: drawn(), box }, size, convention);
			const wanted = decodeRle({ ...size, counts: Uint32Array.from(counts) });
			const actual = decodeRle(mask);
			const different = actual.filter((inside, at) => inside !== wanted[at]);
			assert.equal(different.length, 0);
			// As COCO writes it: no empty runs but the first.
			assert.deepEqual(mask, encodeRle(actual, size));
		});
	}
}

test("a mask that fills its box fills the image", () => {
	const values = new Float32Array(maskBins * maskBins).fill(1);
	const box: Sides = [-50, -50, 200, 200];
	for (const convention of conventions) {
		const { counts } = pasteMask({ values, box }, size, convention);
		assert.deepEqual([...counts], [0, size.height * size.width]);
	}
});
