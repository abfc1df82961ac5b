import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { proceduralFrost } from "../../src/corruptions/procedural-frost.js";
import { grayPlane, haarBands } from "../haar.js";

interface Fixture {
	readonly levels: readonly number[];
	readonly pictures: readonly {
		readonly height: number;
		readonly width: number;
		readonly quantiles: readonly (readonly number[])[];
		readonly bands: readonly number[];
	}[];
}

const path = "../../../test/fixtures/corruptions/frost-pictures.json";
const { levels, pictures } = JSON.parse(
	readFileSync(new URL(path, import.meta.url), "utf8"),
) as Fixture;

pictures.forEach((original, index) => {
	test(`procedural frost ${index} has the statistics of the original picture`, () => {
		const frost = proceduralFrost(index);
		assert.equal(frost.height, original.height);
		assert.equal(frost.width, original.width);
		original.quantiles.forEach((quantiles, channel) => {
			const values = frost.data.filter((_, i) => i % 3 === channel).sort();
			levels.forEach((level, i) => {
				const value = values[Math.round(level * (values.length - 1))]!;
				const expected = quantiles[i]!;
				assert.ok(Math.abs(value - expected) <= 1, `${value} ${expected}`);
			});
		});
		haarBands(grayPlane(frost), original.bands.length).forEach((band, k) => {
			// As alike as one noise with eight free strengths gets to a photograph.
			const ratio = band / original.bands[k]!;
			assert.ok(ratio > 0.65 && ratio < 1.85, `band ${k}: ${ratio}`);
		});
	});
});

test("procedural frost is drawn once", () => {
	assert.equal(proceduralFrost(3), proceduralFrost(3));
});
