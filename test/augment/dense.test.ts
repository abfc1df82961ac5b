import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import {
	distortColors,
	drawPhotometric,
	type PhotometricDraw,
} from "../../src/augment/photometric-distortion.js";
import {
	drawScaleAndCrop,
	scaleAndCrop,
} from "../../src/augment/scale-and-crop.js";
import { fromHsv180, toHsv180 } from "../../src/image/hsv-180.js";
import type { LabelMap } from "../../src/image/label-map.js";
import { resizeLabels } from "../../src/image/label-map.js";
import { rescaledSize } from "../../src/image/rescaled-size.js";
import { resizeLinear } from "../../src/image/resize-linear.js";
import { Random } from "../../src/random.js";
import { Lcg, picture } from "../lcg.js";
import { readFixture } from "./fixture.js";

type Pair = readonly [height: number, width: number];

interface Fixture {
	readonly rescaled: readonly (readonly number[])[];
	readonly resized: readonly {
		readonly from: Pair;
		readonly to: Pair;
		readonly image: string;
		readonly labels: string;
	}[];
	readonly scaledAndCropped: readonly {
		readonly size: Pair;
		readonly seed: number;
		readonly cropSize: number;
		readonly most: number;
		readonly result: Pair;
		readonly image: string;
		readonly labels: string;
	}[];
	readonly distorted: readonly (PhotometricDraw & { sha256: string })[];
	readonly hsv: { readonly fromHsv: string; readonly toHsv: string };
}

const fixture = readFixture<Fixture>("dense");

const digest = ({ data }: { readonly data: Uint8Array }): string =>
	createHash("sha256").update(data).digest("hex");

/** The label map that make_dense.py computes alike. */
function labels(height: number, width: number): LabelMap {
	const data = new Uint8Array(height * width);
	for (let y = 0, i = 0; y < height; y++) {
		for (let x = 0; x < width; x++, i++) {
			const cell = Math.floor(y / 24) * 3 + Math.floor(x / 24) * 5;
			const isCorner = y + x < (height + width) * 0.6;
			data[i] = cell % 7 === 6 ? 255 : isCorner ? 2 : cell % 7;
		}
	}
	return { data, height, width };
}

test("sizes are rescaled as by mmcv", () => {
	for (const row of fixture.rescaled) {
		const [height, width, longer, shorter, ...expected] = row as [
			number,
			number,
			number,
			number,
			...number[],
		];
		const size = rescaledSize({ height, width }, [longer, shorter]);
		assert.deepEqual([size.height, size.width], expected, `${row}`);
	}
});

test("images and labels are resized byte for byte as by OpenCV, whole or in part", () => {
	for (const { from, to, ...expected } of fixture.resized) {
		const [height, width] = to;
		const image = resizeLinear(picture(...from), { height, width });
		const map = resizeLabels(labels(...from), { height, width });
		assert.equal(digest(image), expected.image, `${from} to ${to}`);
		assert.equal(digest(map), expected.labels, `labels, ${from} to ${to}`);
		const part = {
			top: Math.floor(height / 3),
			left: Math.floor(width / 4),
			height: Math.ceil(height / 2),
			width: Math.ceil(width / 2),
		};
		const size = { height, width, part };
		const pixels = (channels: number, data: Uint8Array) =>
			Array.from({ length: part.height }, (_, y) => {
				const start = ((part.top + y) * width + part.left) * channels;
				return [...data.subarray(start, start + part.width * channels)];
			}).flat();
		assert.deepEqual(
			[...resizeLinear(picture(...from), size).data],
			pixels(3, image.data),
		);
		assert.deepEqual(
			[...resizeLabels(labels(...from), size).data],
			pixels(1, map.data),
		);
	}
});

test("scaled, cropped and mirrored scenes are mmsegmentation's for the same draws", () => {
	for (const {
		size,
		seed,
		cropSize,
		most,
		...expected
	} of fixture.scaledAndCropped) {
		const random = new Lcg(seed);
		const draw = {
			ratio: 0.5 + 1.5 * random.uniform(),
			corners: Array.from(
				{ length: 11 },
				() => [random.uniform(), random.uniform()] as const,
			),
			isMirrored: random.uniform() < 0.5,
		};
		const { image, target } = scaleAndCrop(
			{ image: picture(...size), target: labels(...size) },
			draw,
			{ scale: [256, 64], ratio: [0.5, 2], cropSize, mostOfOneClass: most },
		);
		assert.deepEqual([target.height, target.width], expected.result);
		assert.deepEqual([image.height, image.width], expected.result);
		assert.equal(digest(target), expected.labels, `labels of seed ${seed}`);
		assert.equal(digest(image), expected.image, `image of seed ${seed}`);
	}
});

test("colors are distorted byte for byte as by mmsegmentation for the same draws", () => {
	for (const { sha256, ...draw } of fixture.distorted) {
		const result = distortColors(picture(48, 64), draw);
		assert.equal(digest(result), sha256, JSON.stringify(draw));
	}
});

test("8-bit hue, saturation and value are OpenCV's, for every color of theirs", () => {
	const block = (first: number): Uint8Array => {
		const data = new Uint8Array(256 * 256 * 3).fill(first);
		for (let i = 0; i < 65536; i++) {
			data[3 * i + 1] = i >> 8;
			data[3 * i + 2] = i & 255;
		}
		return data;
	};
	const size = { height: 256, width: 256 };
	const back = createHash("sha256");
	for (let hue = 0; hue < 180; hue++)
		back.update(fromHsv180({ data: block(hue), ...size }).data);
	assert.equal(back.digest("hex"), fixture.hsv.fromHsv);
	const there = createHash("sha256");
	for (let red = 0; red < 256; red += 5)
		there.update(toHsv180({ data: block(red), ...size }).data);
	assert.equal(there.digest("hex"), fixture.hsv.toHsv);
});

test("draws have the ranges and frequencies of mmsegmentation", () => {
	const random = new Random("dense");
	const draws = Array.from({ length: 4000 }, () => drawPhotometric(random));
	const ranges = {
		brightness: [-32, 32],
		contrast: [0.5, 1.5],
		saturation: [0.5, 1.5],
		hue: [-18, 17],
	} as const;
	for (const [name, [least, largest]] of Object.entries(ranges)) {
		const values = draws
			.map((draw) => draw[name as keyof typeof ranges])
			.filter((value) => value !== null);
		assert.ok(Math.abs(values.length / 4000 - 0.5) < 0.03, name);
		const [low, high] = [Math.min(...values), Math.max(...values)];
		const slack = (largest - least) / 50;
		assert.ok(low >= least && low < least + slack, `${name} from ${low}`);
		assert.ok(high <= largest && high > largest - slack, `${name} to ${high}`);
	}
	const first = draws.filter(({ contrastFirst }) => contrastFirst).length;
	assert.ok(Math.abs(first / 4000 - 0.5) < 0.03);
	const scenes = Array.from({ length: 2000 }, () =>
		drawScaleAndCrop(random, { ratio: [0.5, 2] }),
	);
	const mean = scenes.reduce((sum, { ratio }) => sum + ratio, 0) / 2000;
	assert.ok(Math.abs(mean - 1.25) < 0.03);
	const flips = scenes.filter(({ isMirrored }) => isMirrored).length / 2000;
	assert.ok(Math.abs(flips - 0.5) < 0.04);
});
