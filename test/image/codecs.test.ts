import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { decodeImage, readImage } from "../../src/image/decode.js";
import { encodePng, writePng } from "../../src/image/encode.js";
import { encodeJpeg } from "../../src/image/jpeg/encode.js";
import { jpegRoundTrip } from "../../src/image/jpeg/round-trip.js";
import { type ResizeFilter, resize } from "../../src/image/resize.js";
import { resizeCubic } from "../../src/image/resize-cubic.js";
import { patchwork } from "../corruptions/patchwork.js";

interface Size {
	readonly height: number;
	readonly width: number;
}

interface Fixture {
	readonly decoded: { name: string; file: string; pixels: string }[];
	readonly roundTrips: (Size & {
		quality: number;
		sha256: string;
		pixels: string;
	})[];
	/** Every 5th byte. */
	readonly resized: (Size & { filter: ResizeFilter; samples: string })[];
	readonly cubic: (Size & { samples: string })[];
}

const path = "../../../test/fixtures/image/codecs.json";
const fixture = JSON.parse(
	readFileSync(new URL(path, import.meta.url), "utf8"),
) as Fixture;

function assertPixels(data: Uint8Array, pixels: string): void {
	assert.deepEqual(Buffer.from(data), Buffer.from(pixels, "base64"));
}

for (const { name, file, pixels } of fixture.decoded) {
	test(`a ${name} is decoded as by Pillow`, () => {
		const image = decodeImage(Buffer.from(file, "base64"));
		assert.deepEqual([image.height, image.width], [21, 30]);
		assertPixels(image.data, pixels);
	});
}

test("what is no image, or a damaged one, is an error that says so", async () => {
	const { file } = fixture.decoded[0]!;
	const jpeg = Buffer.from(file, "base64");
	const png = encodePng(patchwork(3, 4));
	assert.throws(
		() => decodeImage(new Uint8Array()),
		/needs a JPEG, PNG.*no bytes/,
	);
	assert.throws(() => decodeImage(Buffer.from("GIF89a")), /found a GIF file/);
	assert.throws(() => decodeImage(jpeg.subarray(0, 60)), /JPEG.*cut off/);
	assert.throws(() => decodeImage(png.subarray(0, 40)), /damaged.*PNG/);
});

test("a PNG file holds the image unchanged; an error names the file", async () => {
	const folder = await mkdtemp(join(tmpdir(), "codecs-"));
	try {
		const image = patchwork(13, 9);
		const file = join(folder, "image.png");
		await writePng(file, image);
		assert.deepEqual(await readImage(file), image);
		await writeFile(file, "text");
		await assert.rejects(readImage(file), /image\.png.*needs a JPEG, PNG/);
	} finally {
		await rm(folder, { recursive: true });
	}
});

for (const one of fixture.roundTrips) {
	const { height, width, quality } = one;
	const name = `a JPEG of ${height} x ${width} and quality ${quality}`;
	const image = patchwork(height, width);

	test(`${name} has Pillow's pixels`, () => {
		assertPixels(jpegRoundTrip(image, quality).data, one.pixels);
	});

	test(`${name} is Pillow's file`, () => {
		const file = encodeJpeg(image, quality);
		const digest = createHash("sha256").update(file).digest("hex");
		assert.equal(digest, one.sha256);
		assertPixels(decodeImage(file).data, one.pixels);
	});
}

test("the quality of a JPEG is an integer from 1 to 100", () => {
	for (const quality of [0, 101, 50.5, Number.NaN]) {
		assert.throws(() => encodeJpeg(patchwork(2, 2), quality), /from 1 to 100/);
	}
});

for (const { filter, height, width, samples } of fixture.resized) {
	test(`resizing to ${height} x ${width} by ${filter} gives Pillow's pixels`, () => {
		const { data } = resize(patchwork(19, 26), { height, width, filter });
		assertPixels(
			data.filter((_, i) => i % 5 === 0),
			samples,
		);
	});
}

for (const { height, width, samples } of fixture.cubic) {
	test(`cubic resizing to ${height} x ${width} gives OpenCV's pixels`, () => {
		const image = patchwork(19, 26);
		const { data } = resizeCubic(image, { height, width });
		const expected = Buffer.from(samples, "base64");
		const off = expected.map((level, i) => Math.abs(level - data[5 * i]!));
		assert.ok(off.every((levels) => levels <= 1));
		assert.ok(off.filter((levels) => levels > 0).length <= 1);

		const window = { top: 3, left: 2, height: 5, width: 7 };
		const part = resizeCubic(image, { height, width }, window);
		for (let y = 0; y < 5; y++) {
			const from = ((y + 3) * width + 2) * 3;
			assert.deepEqual(
				part.data.subarray(y * 21, (y + 1) * 21),
				data.subarray(from, from + 21),
			);
		}
	});
}
