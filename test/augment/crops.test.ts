import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { randomCrop } from "../../src/augment/random-crop.js";
import { mirrored, randomFlip } from "../../src/augment/random-flip.js";
import {
	type RandomResizedCropOptions,
	randomPart,
	randomResizedCrop,
} from "../../src/augment/random-resized-crop.js";
import { centerCrop, crop } from "../../src/image/crop.js";
import type { Image } from "../../src/image/image.js";
import { resizeShorter } from "../../src/image/resize-shorter.js";
import { Random } from "../../src/random.js";
import { picture } from "../lcg.js";
import { readFixture } from "./fixture.js";
import { Replayed } from "./replayed.js";

type Size = [height: number, width: number];

interface Fixture {
	readonly resizedCrops: readonly {
		readonly image: Size;
		readonly options: RandomResizedCropOptions;
		readonly draws: readonly number[];
		readonly box: object;
		readonly sha256: string;
	}[];
	readonly paddedCrops: readonly {
		readonly image: Size;
		readonly padding: number;
		readonly draws: readonly number[];
		readonly sha256: string;
	}[];
	readonly centerCrops: readonly { image: Size; size: Size; sha256: string }[];
	readonly resizes: readonly { image: Size; side: number; sha256: string }[];
	readonly mirrored: string;
}

const fixture = readFixture<Fixture>("crops");

const digest = ({ data }: Image): string =>
	createHash("sha256").update(data).digest("hex");

test("a random resized crop takes torchvision's part and makes the same bytes of it", () => {
	for (const { image, options, draws, box, sha256 } of fixture.resizedCrops) {
		const source = picture(...image);
		const random = new Replayed(draws);
		assert.deepEqual(randomPart(source, random, options), box);
		assert.equal(random.left, 0);
		const part = randomResizedCrop(source, new Replayed(draws), options);
		assert.equal(digest(part), sha256, JSON.stringify({ image, options, box }));
	}
});

test("a random crop with padding takes torchvision's part", () => {
	for (const { image, padding, draws, sha256 } of fixture.paddedCrops) {
		const part = randomCrop(picture(...image), new Replayed(draws), {
			padding,
		});
		assert.equal(digest(part), sha256);
	}
});

test("center crops, resized shorter sides and mirror images are torchvision's", () => {
	for (const { image, size, sha256 } of fixture.centerCrops) {
		const [height, width] = size;
		const part = centerCrop(picture(...image), { height, width });
		assert.equal(digest(part), sha256, `${image} to ${size}`);
	}
	for (const { image, side, sha256 } of fixture.resizes) {
		assert.equal(
			digest(resizeShorter(picture(...image), side)),
			sha256,
			`${image} to ${side}`,
		);
	}
	assert.equal(digest(mirrored(picture(40, 61))), fixture.mirrored);
});

test("a rectangle wholly outside of the image is black", () => {
	const part = crop(picture(8, 8), { top: 0, left: 8, height: 2, width: 3 });
	assert.deepEqual(part.data, new Uint8Array(18));
});

test("half of the images are mirrored, and all offsets of a crop are as frequent", () => {
	const image = picture(4, 4);
	const random = new Random("crops");
	const flips = Array.from({ length: 2000 }, () => randomFlip(image, random));
	const mirror = digest(mirrored(image));
	const share = flips.filter((flip) => digest(flip) === mirror).length / 2000;
	assert.ok(Math.abs(share - 0.5) < 0.05, `${share}`);
	const seen = new Map<string, number>();
	for (let i = 0; i < 2500; i++) {
		const part = digest(randomCrop(image, random, { padding: 2 }));
		seen.set(part, (seen.get(part) ?? 0) + 1);
	}
	assert.equal(seen.size, 25);
	for (const count of seen.values()) assert.ok(count > 50 && count < 160);
});
