import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { Image } from "../../src/image/image.js";
import { encodeJpeg } from "../../src/image/jpeg/encode.js";
import { decodeByLibjpeg } from "../../src/image/jpeg/libjpeg.js";
import { jpegRoundTrip } from "../../src/image/jpeg/round-trip.js";
import { decodeUsual } from "../../src/image/jpeg/usual.js";
import { Random } from "../../src/random.js";
import { patchwork } from "../corruptions/patchwork.js";

interface Size {
	readonly height: number;
	readonly width: number;
	readonly sha256: string;
}

const path = "../../../test/fixtures/image/jpegs.json";
const fixture = JSON.parse(
	readFileSync(new URL(path, import.meta.url), "utf8"),
) as {
	files: readonly (Size & { name: string; file: string })[];
	savedAgain: readonly (Size & { quality: number })[];
};

const sha256 = ({ data }: Image): string =>
	createHash("sha256").update(data).digest("hex");

for (const { name, file, height, width, sha256: expected } of fixture.files)
	test(`a JPEG, ${name}, is decoded as by Pillow, and here`, () => {
		const image = decodeUsual(Buffer.from(file, "base64"));
		assert.deepEqual([image?.height, image?.width], [height, width]);
		assert.equal(sha256(image!), expected);
	});

for (const { quality, height, width, ...expected } of fixture.savedAgain)
	test(`a JPEG of ${height} x ${width} and quality ${quality} is what Pillow leaves of it`, () => {
		const image = patchwork(height, width);
		assert.equal(sha256(jpegRoundTrip(image, quality)), expected.sha256);
		const read = decodeUsual(encodeJpeg(image, quality));
		assert.equal(sha256(read!), expected.sha256);
	});

/** Levels of black and white by chance, which have the largest coefficients. */
function noise(height: number, width: number): Image {
	const random = new Random("noise");
	const data = Uint8Array.from(
		{ length: height * width * 3 },
		() => 255 * random.integer(0, 2),
	);
	return { data, height, width };
}

test("a JPEG of noise is decoded as it was left, whoever decodes it", () => {
	for (const quality of [1, 5, 60, 100]) {
		const image = noise(40, 56);
		const left = sha256(jpegRoundTrip(image, quality));
		const file = encodeJpeg(image, quality);
		assert.equal(sha256(decodeByLibjpeg(file)), left);
		assert.equal(sha256(decodeUsual(file) ?? decodeByLibjpeg(file)), left);
	}
});

/** What a decoder makes of a file, in words. */
function outcome(decode: (bytes: Uint8Array) => Image, bytes: Uint8Array) {
	try {
		const image = decode(bytes);
		return `${image.height} x ${image.width}: ${sha256(image)}`;
	} catch (error) {
		return String(error);
	}
}

/** A file with a few of its bytes changed, missing, or more. */
function damaged(file: Buffer, random: Random): Buffer {
	const at = random.integer(2, file.length);
	const byte = Buffer.of(random.integer(0, 256));
	const kind = random.integer(0, 4);
	if (kind === 0) return file.subarray(0, at);
	if (kind === 1)
		return Buffer.concat([file.subarray(0, at), byte, file.subarray(at)]);
	const changed = Buffer.from(file);
	if (kind === 2) changed[at] = byte[0]!;
	else changed[at]! ^= 1 << random.integer(0, 8);
	return changed;
}

test("a damaged JPEG is left to libjpeg, or decoded as by it", () => {
	const random = new Random("damaged JPEGs");
	let decoded = 0;
	for (const { name, file } of fixture.files)
		for (let i = 0; i < 60; i++) {
			const bytes = damaged(Buffer.from(file, "base64"), random);
			const image = decodeUsual(bytes);
			if (!image) continue;
			decoded++;
			const expected = outcome(decodeByLibjpeg, bytes);
			assert.equal(
				outcome(() => image, bytes),
				expected,
				name,
			);
		}
	assert.ok(decoded > 100);
});

test("a JPEG whose codes have one of ones alone is left to libjpeg, which refuses it", () => {
	const file = Buffer.from(encodeJpeg(patchwork(9, 14)));
	// Of the first table of codes: two of 8 bits, none of 9.
	const counts = file.indexOf(Buffer.of(0xff, 0xc4)) + 5;
	file.set([2, 0], counts + 7);
	assert.equal(decodeUsual(file), undefined);
	assert.throws(() => decodeByLibjpeg(file), /gave up/);
});

test("what is left of a damaged JPEG does not show in the next", () => {
	const random = new Random("more damaged JPEGs");
	for (const { name, file, sha256: expected } of fixture.files)
		for (let i = 0; i < 30; i++) {
			const bytes = Buffer.from(file, "base64");
			decodeUsual(damaged(bytes, random));
			assert.equal(sha256(decodeUsual(bytes)!), expected, name);
		}
});

test("a JPEG of larger coefficients than pictures have is left to libjpeg", () => {
	let left = 0;
	for (const { name, file } of fixture.files) {
		const bytes = Buffer.from(file, "base64");
		const marker = Buffer.of(0xff, 0xdb);
		let at = bytes.indexOf(marker);
		for (; at >= 0; at = bytes.indexOf(marker, at + 1))
			bytes.fill(255, at + 5, at + 69);
		const image = decodeUsual(bytes);
		if (!image) left++;
		else assert.equal(sha256(image), sha256(decodeByLibjpeg(bytes)), name);
	}
	assert.ok(left > 5 && left < fixture.files.length);
});
