import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { Variant } from "../../src/corruptions/corruption.js";
import { readImage } from "../../src/image/decode.js";
import { createImage, type Image } from "../../src/image/image.js";
import { sharedData } from "../shared-data.js";
import { alterations } from "./cases.js";
import { injectedDraws } from "./injected-draws.js";
import { patchwork } from "./patchwork.js";

const fixtures = new URL(
	"../../../test/fixtures/corruptions/",
	import.meta.url,
);
const cifarBatch = "cifar10/test_batch.bin";
const real = (path: string) => sharedData(`data/${path}`);

interface Sampled {
	readonly mean: number;
	readonly step: number;
	/** Every `step`-th byte, in base 64. */
	readonly bytes: string;
}

interface Case {
	readonly variant: Variant;
	readonly patchwork?: [height: number, width: number, gray: boolean];
	readonly photo?: string;
	readonly crop?: number;
	readonly cifar10?: number;
	readonly severities: Sampled[];
}

for (const [name, corruption] of Object.entries(alterations)) {
	const path = new URL(`published-${name}.json`, fixtures);
	const cases: Case[] = JSON.parse(readFileSync(path, "utf8"));
	for (const { severities, ...source } of cases) {
		const { variant } = source;
		const title = `${name} of ${JSON.stringify(source)}: the published code's pixels`;
		test(title, { skip: missing(source) }, async () => {
			const image = await load(source);
			severities.forEach((wanted, i) => {
				const draws = injectedDraws(i + 1);
				const constants = corruption.constants[variant][i];
				const context = { variant, draws };
				const result = corruption.apply(image, constants, context);
				assertSampled(result, wanted, i + 1);
			});
		});
	}
}

type Source = Omit<Case, "severities">;

function missing({ photo, cifar10 }: Source): string | false {
	const path = cifar10 === undefined ? photo : cifarBatch;
	return path === undefined ? false : real(path).skip;
}

async function load(source: Source): Promise<Image> {
	if (source.patchwork) return patchwork(...source.patchwork);
	if (source.cifar10 !== undefined) return cifarImage(source.cifar10);
	const image = await readImage(real(source.photo!).path);
	return source.crop === undefined ? image : centerCrop(image, source.crop);
}

function cifarImage(index: number): Image {
	const batch = readFileSync(real(cifarBatch).path);
	const image = createImage(32, 32);
	const planes = batch.subarray(index * 3073 + 1);
	for (let i = 0; i < image.data.length; i++) {
		image.data[i] = planes[(i % 3) * 1024 + Math.floor(i / 3)]!;
	}
	return image;
}

function centerCrop(image: Image, side: number): Image {
	const top = Math.floor((image.height - side) / 2);
	const left = Math.floor((image.width - side) / 2);
	const crop = createImage(side, side);
	for (let y = 0; y < side; y++) {
		const from = ((top + y) * image.width + left) * 3;
		crop.data.set(image.data.subarray(from, from + side * 3), y * side * 3);
	}
	return crop;
}

function assertSampled(image: Image, wanted: Sampled, severity: number): void {
	const bytes = Buffer.from(wanted.bytes, "base64");
	let difference = 0;
	bytes.forEach((level, i) => {
		difference += Math.abs(image.data[i * wanted.step]! - level) / bytes.length;
	});
	const sum = image.data.reduce((total, level) => total + level, 0);
	const mean = sum / image.data.length;
	assert.ok(
		difference <= 0.03,
		`severity ${severity}: ${difference} grey levels a pixel`,
	);
	assert.ok(
		Math.abs(mean - wanted.mean) <= 0.02,
		`severity ${severity}: a mean of ${mean}, not ${wanted.mean}`,
	);
}
