/** The kernels against the same sums in plain TypeScript; fixtures hold both to the reference. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	corruptionVariants,
	type Draws,
	severities,
} from "../../src/corruptions/corruption.js";
import { randomDraws } from "../../src/corruptions/draws.js";
import type { Image } from "../../src/image/image.js";
import { withScratch } from "../../src/image/scratch.js";
import { Random } from "../../src/random.js";
import { additions, alterations, frostPictures } from "./cases.js";
import { patchwork } from "./patchwork.js";
import * as plain from "./plain.js";
import { spatter } from "./plain-spatter.js";
import { frost, snow } from "./plain-weather.js";

const plainOnes = {
	"gaussian-noise": plain.gaussianNoise,
	"speckle-noise": plain.speckleNoise,
	"impulse-noise": plain.impulseNoise,
	"shot-noise": plain.shotNoise,
	brightness: plain.brightness,
	saturate: plain.saturate,
	contrast: plain.contrast,
	fog: plain.fog,
	frost,
	snow,
	spatter,
};

/** Draws of which nothing is known, and normal ones that deviate much. */
function wild(random: Random): Draws {
	const draws = randomDraws(random);
	return {
		...draws,
		normals: (count, mean, deviation) =>
			draws.normals(count, mean, 5 * deviation),
	};
}

const ours = { ...additions, ...alterations };

/** A picture of all kinds of colors. */
function colors(height: number, width: number): Image {
	const random = new Random("colors", height, width);
	const data = patchwork(height, width).data.map((level, i) =>
		i % 5 === 0 ? random.integer(0, 256) : level,
	);
	return { data, height, width };
}

/** Of all lengths that rows may have, as far as kernels read them, and one of many blocks. */
const pictures = [
	[1, 1],
	[1, 2],
	[2, 1],
	[3, 3],
	[4, 5],
	[2, 7],
	[5, 8],
	[3, 17],
	[90, 83],
].map(([height, width]) => colors(height!, width!));
/** The brightest level lies in the middle. */
const dim: Image = {
	data: Uint8Array.from({ length: 180 }, (_, i) => 95 - Math.abs(i - 82)),
	height: 5,
	width: 12,
};

for (const [name, apply] of Object.entries(plainOnes)) {
	const { constants, apply: kernels } = ours[name as keyof typeof plainOnes];
	const cases = Object.entries({ ours: randomDraws, wild });
	for (const [whose, drawsOf] of cases)
		for (const variant of corruptionVariants)
			test(`${name}, ${variant}, of draws that are ${whose} is the sum of its parts, byte for byte`, () => {
				for (const image of [...pictures, dim])
					for (const severity of severities) {
						const one = constants[variant][severity - 1];
						const [expected, found] = [apply, kernels].map((make) => {
							const draws = drawsOf(new Random(name, severity));
							const context = { variant, draws, frostPictures };
							return withScratch(() => make(image, one as never, context));
						});
						const size = `${image.height} x ${image.width}, severity ${severity}`;
						assert.deepEqual(found, expected, size);
					}
			});
}
