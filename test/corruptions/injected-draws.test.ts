import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
	corruptionVariants,
	type Severity,
} from "../../src/corruptions/corruption.js";
import { picture } from "../lcg.js";
import { additions, frostPictures } from "./cases.js";
import { injectedDraws } from "./injected-draws.js";

interface Case {
	readonly corruption: keyof typeof additions;
	readonly severity: Severity;
	readonly height: number;
	readonly width: number;
	readonly gray: boolean;
	readonly seed: number;
	readonly mean: number;
	readonly samples: string;
}

for (const variant of corruptionVariants) {
	const path = `../../../test/fixtures/corruptions/injected-${variant}.json`;
	const cases = JSON.parse(
		readFileSync(new URL(path, import.meta.url), "utf8"),
	) as Case[];
	for (const one of cases) {
		const { corruption, severity, height, width, gray } = one;
		const name = `${corruption} ${severity} of ${height} x ${width}, ${variant}`;
		test(`${name}: the reference's pixels from the reference's draws`, () => {
			const { constants, apply } = additions[corruption];
			const { data } = apply(
				picture(height, width, gray),
				constants[variant][severity - 1],
				{ variant, draws: injectedDraws(one.seed), frostPictures },
			);
			const expected = Buffer.from(one.samples, "base64");
			let difference = 0;
			expected.forEach((level, i) => {
				const actual = data[(i * 9973) % data.length]!;
				difference += Math.abs(actual - level) / expected.length;
			});
			const mean = data.reduce((sum, level) => sum + level, 0) / data.length;
			assert.ok(difference <= 0.02, `${difference} grey levels a pixel`);
			assert.ok(Math.abs(mean - one.mean) <= 0.02, `mean ${mean}`);
		});
	}
}
