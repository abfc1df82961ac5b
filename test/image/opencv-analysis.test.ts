import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { canny } from "../../src/image/canny.js";
import { distanceTransform } from "../../src/image/distance-transform.js";
import { equalize } from "../../src/image/equalize.js";
import type { GrayImage } from "../../src/image/gray-image.js";
import { Lcg } from "../lcg.js";

interface Fixture {
	readonly cases: readonly {
		readonly height: number;
		readonly width: number;
		readonly seed: number;
		readonly sum: number;
		readonly edges: string;
		readonly distances: string;
		readonly equalized: string;
	}[];
}

const { cases } = JSON.parse(
	readFileSync(
		new URL(
			"../../../test/fixtures/image/opencv-analysis.json",
			import.meta.url,
		),
		"utf8",
	),
) as Fixture;

/** The same noise as in opencv_analysis.py. */
function blobs(height: number, width: number, seed: number): GrayImage {
	const lcg = new Lcg(seed);
	let levels = Array.from({ length: height * width }, () =>
		Math.floor(lcg.uniform() * 256),
	);
	for (let round = 0; round < 3; round++) {
		levels = levels.map((level, i) => {
			const x = i % width;
			const left = i - x + ((x + width - 1) % width);
			const up = (n: number): number =>
				(n + (height - 1) * width) % (height * width);
			const sum =
				level +
				(levels[left] as number) +
				(levels[up(i)] as number) +
				(levels[up(left)] as number);
			return Math.floor(sum / 4);
		});
	}
	const data = Uint8ClampedArray.from(levels, (level) => (level - 96) * 4);
	return { data: new Uint8Array(data), height, width };
}

for (const one of cases) {
	const image = blobs(one.height, one.width, one.seed);
	const size = `${one.height} x ${one.width}`;

	test(`the noise of ${size} is the fixture's`, () => {
		const sum = image.data.reduce((total, level) => total + level, 0);
		assert.equal(sum, one.sum);
	});

	test(`canny finds OpenCV's edges in ${size}`, () => {
		const edges = canny(image, { low: 50, high: 150 });
		const bits = Buffer.from(one.edges, "base64");
		const expected = image.data.map((_, i) =>
			((bits[i >> 3] as number) >> (7 - (i & 7))) & 1 ? 255 : 0,
		);
		assert.deepEqual(edges.data, expected);
	});

	test(`distances in ${size} are OpenCV's`, () => {
		const edges = canny(image, { low: 50, high: 150 });
		const expected = Buffer.from(one.distances, "base64");
		const distances = distanceTransform({
			...edges,
			data: edges.data.map((edge) => 255 - edge),
		});
		if (expected.length === 0) {
			assert.ok(distances.every((distance) => distance > 1000));
		}
		for (let i = 0; i < expected.length / 4; i++) {
			assert.equal(distances[i], expected.readInt32LE(4 * i) / 65536);
		}
	});

	test(`${size} is equalized as by OpenCV`, () => {
		const expected = Buffer.from(one.equalized, "base64");
		assert.deepEqual(equalize(image).data, new Uint8Array(expected));
	});
}
