import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { decodeImage } from "../../src/image/decode.js";
import { encodePng } from "../../src/image/encode.js";
import { checkImage, type Image } from "../../src/image/image.js";
import { encodeJpeg } from "../../src/image/jpeg/encode.js";
import { decodeUpright, orientationOf } from "../../src/image/orientation.js";
import { Random } from "../../src/random.js";
import { picture } from "../lcg.js";

interface Fixture {
	readonly read: {
		name: string;
		file: string;
		height: number;
		width: number;
		sha256: string;
		first: number[];
	}[];
	readonly errors: { name: string; file: string; error: string }[];
	readonly turned: {
		name: string;
		file: string;
		height: number;
		width: number;
		sha256: string;
	}[];
}

const readJson = <Value>(path: string): Value =>
	JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8")) as Value;

const sha256 = ({ data }: Image): string =>
	createHash("sha256").update(data).digest("hex");

for (const kind of ["jpegs", "pngs", "others"]) {
	const {
		read,
		errors,
		turned: photos,
	} = readJson<Fixture>(`../../../test/fixtures/image/odd-${kind}.json`);
	describe(`odd ${kind}`, () => {
		for (const { name, file, height, width, ...expected } of read)
			test(`${name} has Pillow's pixels`, () => {
				const image = decodeImage(Buffer.from(file, "base64"));
				assert.deepEqual([image.height, image.width], [height, width]);
				assert.deepEqual([...image.data.subarray(0, 9)], expected.first);
				assert.equal(sha256(image), expected.sha256);
			});
		for (const { name, file, error } of errors)
			test(`${name} is refused: ${error}`, () => {
				const bytes = Buffer.from(file, "base64");
				assert.throws(() => decodeImage(bytes), new RegExp(error));
			});
		for (const { name, file, height, width, ...expected } of photos)
			test(`${name} is turned as by OpenCV`, () => {
				const bytes = Buffer.from(file, "base64");
				const image = decodeUpright(bytes);
				assert.deepEqual([image.height, image.width], [height, width]);
				assert.equal(sha256(image), expected.sha256);
			});
	});
}

test("a decoder that has failed is as good as new", () => {
	const { read, errors } = readJson<Fixture>(
		"../../../test/fixtures/image/odd-jpegs.json",
	);
	const { file, sha256: expected } = read[0]!;
	for (let i = 0; i < 3000; i++) {
		const damaged = errors[i % errors.length]!.file;
		assert.throws(() => decodeImage(Buffer.from(damaged, "base64")));
	}
	assert.equal(sha256(decodeImage(Buffer.from(file, "base64"))), expected);
});

test("whatever bytes are changed, there is an image or an error", () => {
	const random = new Random("odd files");
	const files = ["jpegs", "pngs", "others"].flatMap((kind) => {
		const path = `../../../test/fixtures/image/odd-${kind}.json`;
		const { read, errors } = readJson<Fixture>(path);
		return [...read, ...errors].map(({ file }) => Buffer.from(file, "base64"));
	});
	for (const file of files.filter(({ length }) => length > 0))
		for (let i = 0; i < 10; i++) {
			const changed = Buffer.from(file);
			for (let bytes = 0; bytes <= i % 3; bytes++)
				changed[random.integer(0, file.length)] = random.integer(0, 256);
			orientationOf(changed);
			try {
				checkImage(decodeImage(changed));
			} catch (error) {
				assert.match(String(error), /^Error: (damaged or|not an image)/);
			}
		}
});

test("a file cut off anywhere is an error or the whole picture", () => {
	const image = picture(9, 14);
	for (const file of [encodePng(image), encodeJpeg(image)]) {
		const whole = sha256(decodeImage(file));
		for (let length = 0; length < file.length; length++) {
			let read: Image;
			try {
				read = decodeImage(file.subarray(0, length));
			} catch (error) {
				assert.ok(error instanceof Error, String(error));
				continue;
			}
			assert.equal(sha256(read), whole, `${length} of ${file.length} bytes`);
		}
	}
});

const odd = new URL("../../../../shared/data/odd/", import.meta.url);

test("the odd files of the shared data are read as expected", {
	skip: existsSync(odd) ? false : `${odd.pathname} is not on this machine`,
}, () => {
	interface Expected {
		shape: number[];
		sha256_rgb?: string;
		first: number[];
		error?: string;
	}
	const all = readJson<Record<string, Expected>>(
		new URL("expected.json", odd).href,
	);
	let images = 0;
	for (const [name, { shape, first, error, ...expected }] of Object.entries(
		all,
	)) {
		if (!/\.(jpg|png)$/.test(name)) continue;
		images++;
		const file = readFileSync(new URL(name, odd));
		if (error) {
			assert.throws(() => decodeImage(file), /cut off/, name);
			continue;
		}
		const image = decodeImage(file);
		assert.deepEqual([image.height, image.width, 3], shape, name);
		assert.deepEqual([...image.data.subarray(0, first.length)], first, name);
		if (expected.sha256_rgb)
			assert.equal(sha256(image), expected.sha256_rgb, name);
	}
	assert.ok(images > 0);
});
