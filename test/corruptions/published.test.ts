import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { brightness } from "../../src/corruptions/brightness.js";
import { contrast } from "../../src/corruptions/contrast.js";
import type { Corruption, Variant } from "../../src/corruptions/corruption.js";
import { defocusBlur } from "../../src/corruptions/defocus-blur.js";
import { elasticTransform } from "../../src/corruptions/elastic-transform.js";
import { gaussianBlur } from "../../src/corruptions/gaussian-blur.js";
import { glassBlur } from "../../src/corruptions/glass-blur.js";
import { jpegCompression } from "../../src/corruptions/jpeg-compression.js";
import { motionBlur } from "../../src/corruptions/motion-blur.js";
import { pixelate } from "../../src/corruptions/pixelate.js";
import { saturate } from "../../src/corruptions/saturate.js";
import { zoomBlur } from "../../src/corruptions/zoom-blur.js";
import { readImage } from "../../src/image/decode.js";
import type { Image } from "../../src/image/image.js";
import {
	centerCrop,
	cifarImage,
	formulaDraws,
	formulaImage,
} from "./replay.js";

const fixtures = new URL(
	"../../../test/fixtures/corruptions/",
	import.meta.url,
);
const data = new URL("../../../../shared/data/", import.meta.url);

const corruptions: Record<string, Corruption> = {
	"defocus-blur": defocusBlur,
	"glass-blur": glassBlur,
	"motion-blur": motionBlur,
	"zoom-blur": zoomBlur,
	"gaussian-blur": gaussianBlur,
	brightness,
	contrast,
	saturate,
	"elastic-transform": elasticTransform,
	pixelate,
	"jpeg-compression": jpegCompression,
};

interface Sampled {
	readonly mean: number;
	readonly step: number;
	/** Every `step`-th byte, in base 64. */
	readonly bytes: string;
}

interface Case {
	readonly variant: Variant;
	readonly formula?: { height: number; width: number; gray: boolean };
	readonly photo?: string;
	readonly crop?: number;
	readonly cifar10?: number;
	readonly severities: Sampled[];
}

describe("a corruption is what the published code makes of the same image and draws", () => {
	for (const [name, corruption] of Object.entries(corruptions)) {
		const cases: Case[] = JSON.parse(
			readFileSync(new URL(`${name}.json`, fixtures), "utf8"),
		);
		for (const wanted of cases) {
			const { severities, ...source } = wanted;
			const skip = missing(wanted);
			test(`${name} ${JSON.stringify(source)}`, { skip }, async () => {
				const image = await load(wanted);
				severities.forEach((sampled, i) => {
					const constants = corruption.constants[wanted.variant][i];
					const result = corruption.apply(image, constants, {
						variant: wanted.variant,
						draws: formulaDraws(),
					});
					assertSampled(result, sampled, i + 1);
				});
			});
		}
	}
});

function missing({ photo, cifar10 }: Case): string | false {
	const path = cifar10 === undefined ? photo : "cifar10/test_batch.bin";
	if (path === undefined || existsSync(new URL(path, data))) return false;
	return `${fileURLToPath(new URL(path, data))} is not there`;
}

async function load({ formula, photo, crop, cifar10 }: Case): Promise<Image> {
	if (formula) return formulaImage(formula.height, formula.width, formula.gray);
	if (cifar10 !== undefined) {
		return cifarImage(new URL("cifar10/test_batch.bin", data), cifar10);
	}
	const image = await readImage(fileURLToPath(new URL(photo!, data)));
	return crop === undefined ? image : centerCrop(image, crop);
}

function assertSampled(image: Image, wanted: Sampled, severity: number): void {
	const bytes = Buffer.from(wanted.bytes, "base64");
	let difference = 0;
	for (let i = 0; i < bytes.length; i++) {
		difference += Math.abs(image.data[i * wanted.step]! - bytes[i]!);
	}
	const mean = image.data.reduce((sum, v) => sum + v, 0) / image.data.length;
	if (process.env.SHOW)
		console.log(
			severity,
			(difference / bytes.length).toFixed(4),
			(mean - wanted.mean).toFixed(5),
		);
	assert.ok(
		difference / bytes.length <= 0.02,
		`severity ${severity}: ${difference / bytes.length} grey levels away on average`,
	);
	assert.ok(
		Math.abs(mean - wanted.mean) <= 0.01,
		`severity ${severity}: a mean of ${mean}, not ${wanted.mean}`,
	);
}
