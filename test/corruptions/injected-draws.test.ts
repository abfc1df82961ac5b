import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
	type Corruption,
	type Draws,
	type Severity,
	variants,
} from "../../src/corruptions/corruption.js";
import { fog } from "../../src/corruptions/fog.js";
import { frost } from "../../src/corruptions/frost.js";
import { gaussianNoise } from "../../src/corruptions/gaussian-noise.js";
import { impulseNoise } from "../../src/corruptions/impulse-noise.js";
import { shotNoise } from "../../src/corruptions/shot-noise.js";
import { snow } from "../../src/corruptions/snow.js";
import { spatter } from "../../src/corruptions/spatter.js";
import { speckleNoise } from "../../src/corruptions/speckle-noise.js";
import { Lcg, picture } from "../lcg.js";

interface Case {
	readonly corruption: keyof typeof corruptions;
	readonly severity: Severity;
	readonly height: number;
	readonly width: number;
	readonly gray: boolean;
	readonly seed: number;
	readonly mean: number;
	readonly samples: string;
}

const corruptions = {
	"gaussian-noise": gaussianNoise as Corruption,
	"shot-noise": shotNoise as Corruption,
	"impulse-noise": impulseNoise as Corruption,
	"speckle-noise": speckleNoise as Corruption,
	snow: snow as Corruption,
	frost: frost as Corruption,
	fog: fog as Corruption,
	spatter: spatter as Corruption,
};

/** The draws of upstream.py. */
function injectedDraws(seed: number): Draws {
	const lcg = new Lcg(seed);
	return {
		uniforms: (count, low, high) =>
			new Float64Array(count).map(() => low + (high - low) * lcg.uniform()),
		normals: (count, mean, deviation) =>
			new Float64Array(count).map(() => mean + deviation * lcg.normal()),
		integers: (count, low, high) =>
			new Int32Array(count).map(
				() => low + Math.floor(lcg.uniform() * (high - low)),
			),
		poissons: (levels, rates) =>
			new Uint16Array(levels.length).map((_, i) =>
				Math.floor(2 * rates[levels[i]!]! * lcg.uniform()),
			),
	};
}

const frostPictures = [0, 1, 2, 3, 4].map((index) =>
	picture(240 + 10 * index, 300 + 7 * index),
);

for (const variant of variants) {
	const path = `../../../test/fixtures/corruptions/injected-${variant}.json`;
	const cases = JSON.parse(
		readFileSync(new URL(path, import.meta.url), "utf8"),
	) as Case[];
	for (const one of cases) {
		const { corruption, severity, height, width, gray } = one;
		const name = `${corruption} ${severity} of ${height} x ${width}, ${variant}`;
		test(`${name}: the reference's pixels from the reference's draws`, () => {
			const { constants, apply } = corruptions[corruption];
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
