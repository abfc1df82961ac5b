/** Corrupted sets in published layouts, read back with simple code. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { mkdtemp, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { corruptArrays } from "../../data-scripts/corrupt-arrays.js";
import { corruptFolder } from "../../data-scripts/corrupt-folder.js";
import { npyHeader, writeNpy } from "../../data-scripts/npy.js";
import { cifar10CBar } from "../../src/corruptions/c-bar/cifar-10-c-bar.js";
import { imagenetCBar } from "../../src/corruptions/c-bar/imagenet-c-bar.js";
import { corrupt } from "../../src/corruptions/corrupt.js";
import type { Corruption } from "../../src/corruptions/corruption.js";
import { decodeImage, readImage } from "../../src/image/decode.js";
import { encodePng } from "../../src/image/encode.js";
import { createImage } from "../../src/image/image.js";
import { encodeJpeg } from "../../src/image/jpeg/encode.js";
import { cifar10Dataset } from "../../src/tasks/cifar10/dataset.js";
import { annotatedImages } from "../../src/tasks/coco/data/annotated-images.js";
import { imageFolder } from "../../src/tasks/image-folder/image-folder.js";
import { picture } from "../lcg.js";
import { write } from "../tasks/image-folder/fixture.js";

const sparkles = imagenetCBar.find(({ name }) => name === "sparkles")!;
const inverse = cifar10CBar.find(({ name }) => name === "inverse-sparkles")!;
const workers = 1;

async function scratch(context: TestContext): Promise<string> {
	const root = await mkdtemp(join(tmpdir(), "corrupt-set-"));
	context.after(() => rmSync(root, { recursive: true }));
	return root;
}

/** Two classes of a picture each, in the layout of `ImageFolder`. */
function pets(root: string): string {
	const folder = join(root, "pets");
	write(folder, {
		"train/cat/a.png": encodePng(picture(20, 24)),
		"train/dog/b.png": encodePng(picture(24, 20)),
		"val/cat/one.two.png": encodePng(picture(31, 42)),
		"val/dog/three.jpg": encodeJpeg(picture(40, 33), 90),
	});
	return folder;
}

const lines = (path: string) =>
	readFileSync(path, "utf8").trimEnd().split("\n");

const sha256 = (path: string) =>
	createHash("sha256").update(readFileSync(path)).digest("hex");

test("ImageNet-C's layout has the pixels that evaluate shows a network, a manifest and hashes", async (context) => {
	const root = await scratch(context);
	const folder = pets(root);
	const output = join(root, "pets-c");
	const corruptions = ["gaussian-noise", sparkles] as const;
	const given = {
		seed: 3,
		variant: "imagenet-c",
		channelOrder: "bgr",
	} as const;
	const summary = await corruptFolder(join(folder, "val"), output, {
		...given,
		corruptions,
		severities: [2, 5],
		layout: "imagenet-c",
		workers,
	});
	assert.deepEqual(summary, { written: 8, kept: 0, failures: [] });
	const { test: data } = imageFolder({ folder });
	const places = ["cat/one.two", "dog/three"];
	for (const [i, place] of places.entries()) {
		const { id, image } = data.sample(i);
		for (const corruption of corruptions)
			for (const severity of [2, 5] as const) {
				const name = corruption === sparkles ? "sparkles" : "gaussian_noise";
				assert.deepEqual(
					await readImage(join(output, name, `${severity}`, `${place}.png`)),
					corrupt(image, corruption, { ...given, id, severity }),
				);
			}
	}
	const manifest = JSON.parse(
		readFileSync(join(output, "corruptions.json"), "utf8"),
	);
	assert.match(manifest.versions["robust-transfer"], /^\d+\.\d+\.\d+/);
	assert.equal(manifest.versions.node, process.versions.node);
	assert.deepEqual(
		{ ...manifest, versions: null },
		{
			...given,
			savedAsJpeg: false,
			frost: "procedural",
			layout: "imagenet-c",
			format: "png",
			ids: "pets/val",
			corruptions: ["gaussian-noise", "sparkles"],
			severities: [2, 5],
			versions: null,
		},
	);
	const sums = lines(join(output, "SHA256SUMS"));
	assert.equal(sums.length, 8);
	for (const line of sums) {
		const [hash, file] = line.split("  ") as [string, string];
		assert.equal(sha256(join(output, file)), hash);
	}
});

test("as JPEG, copies are what the published set's saving leaves of them", async (context) => {
	const root = await scratch(context);
	const folder = pets(root);
	const output = join(root, "pets-c");
	const options = {
		corruptions: ["contrast"],
		severities: [1],
		layout: "imagenet-c",
		workers,
	} as const;
	await corruptFolder(join(folder, "val"), output, {
		...options,
		format: "jpeg",
		crop: 32,
		ids: "imagenet/val",
	});
	const file = join(output, "contrast", "1", "dog", "three.JPEG");
	const task = imageFolder({ folder, inputSize: 32 });
	const seen = task.prepare(task.test.sample(1).image);
	const id = "imagenet/val/dog/three.jpg";
	const one = { id, severity: 1, savedAsJpeg: true } as const;
	assert.deepEqual(await readImage(file), corrupt(seen, "contrast", one));
	await assert.rejects(
		corruptFolder(join(folder, "val"), output, { ...options, crop: 32 }),
		/made with other settings/,
	);
	await assert.rejects(
		corruptFolder(join(folder, "val"), output, {
			...options,
			format: "jpeg",
			savedAsJpeg: true,
		}),
		/they are saved once/,
	);
});

/** The annotation file of two images, the first of which is saved lying on its side. */
const annotations = `{ "info": {"year": 2017},
 "images": [
  {"id": 397133, "file_name": "000000397133.jpg", "height": 30, "width": 20, "coco_url": "http://x/000000397133.jpg"},
  {"file_name" : "below/b \\"q\\".png", "id": 7, "height": 16, "width": 12}],
 "categories": [{"id": 1, "name": "cat", "supercategory": "animal"}],
 "annotations": [{"id": 1, "image_id": 397133, "category_id": 1, "bbox": [1.10, 2, 3, 4], "area": 12, "iscrowd": 0, "segmentation": [[1, 2, 4, 2, 4, 6]]}]}`;

/** A JPEG file that says in its Exif data that it is to be turned by a quarter. */
const onItsSide = (file: Uint8Array): Uint8Array =>
	Buffer.concat([
		file.subarray(0, 2),
		Buffer.from("ffe10022", "hex"),
		Buffer.from("Exif\0\0MM\0*"),
		Buffer.from("00000008000101120003000000010006000000000000", "hex"),
		file.subarray(2),
	]);

test("COCO's layout has the images of the annotation file, which is copied and names the copies", async (context) => {
	const root = await scratch(context);
	const images = join(root, "coco", "val2017");
	write(join(root, "coco"), {
		"val2017/000000397133.jpg": onItsSide(encodeJpeg(picture(20, 30), 95)),
		'val2017/below/b "q".png': encodePng(picture(16, 12)),
		"val2017/unnamed.png": encodePng(picture(5, 5)),
		"instances.json": Buffer.from(annotations),
	});
	const file = join(root, "coco", "instances.json");
	const options = {
		corruptions: ["fog", inverse],
		severities: [3],
		layout: "coco",
		annotations: file,
		workers,
	} as const;
	const output = join(root, "coco-c");
	const { written } = await corruptFolder(images, output, options);
	assert.equal(written, 4);
	const copied = join(output, "annotations", "instances.json");
	assert.equal(
		readFileSync(copied, "utf8"),
		annotations.replace(
			'"file_name": "000000397133.jpg"',
			'"file_name": "000000397133.png"',
		),
	);
	const named = { name: "coco/val2017", boxesOnly: true };
	const clean = annotatedImages({ ...named, annotations: file, images });
	for (const [name, corruption] of [
		["fog", "fog"],
		["inverse_sparkles", inverse],
	] as const) {
		const read = annotatedImages({
			...named,
			annotations: copied,
			images: join(output, name, "3"),
		});
		for (const i of [0, 1]) {
			const { id, image, target } = clean.sample(i);
			assert.deepEqual(read.sample(i), {
				id,
				target,
				image: corrupt(image, corruption, { id, severity: 3 }),
			});
		}
	}
	await assert.rejects(
		corruptFolder(images, output, { ...options, annotations: undefined }),
		/coco needs the annotation file/,
	);
	const empty = join(root, "coco", "empty.json");
	write(join(root, "coco"), { "empty.json": Buffer.from("{}") });
	await assert.rejects(
		corruptFolder(images, output, { ...options, annotations: empty }),
		/empty\.json is no annotation file of COCO/,
	);
});

/** CIFAR-10's binary layout with a few images. */
function cifar(root: string, images: number): string {
	const folder = join(root, "cifar10");
	const records = Array.from({ length: images }, (_, i) => [
		(7 * i + 3) % 10,
		...picture(32, 32).data.map((value) => (value + 31 * i) % 256),
	]).flat();
	write(folder, { "test_batch.bin": Uint8Array.from(records) });
	return folder;
}

test("CIFAR-10-C's layout has five blocks of images, and the labels of each", async (context) => {
	const root = await scratch(context);
	const folder = cifar(root, 3);
	const output = join(root, "cifar-c");
	const given = { variant: "cifar-10-c", seed: 1 } as const;
	const options = {
		...given,
		corruptions: ["shot-noise", inverse] as (Corruption | "shot-noise")[],
		workers: 2,
	};
	const summary = await corruptArrays(folder, output, options);
	assert.deepEqual(summary, { written: 30, kept: 0, failures: [] });
	const data = cifar10Dataset(folder, "test", ["test_batch"]);
	for (const [name, corruption] of [
		["shot_noise", "shot-noise"],
		["inverse_sparkles", inverse],
	] as const) {
		const bytes = readFileSync(join(output, `${name}.npy`));
		assert.equal(bytes.length, 128 + 15 * 3072);
		for (let at = 0; at < 15; at++) {
			const { id, image } = data.sample(at % 3);
			const severity = (Math.floor(at / 3) + 1) as 1;
			assert.deepEqual(
				createImage(
					32,
					32,
					Uint8Array.from(
						bytes.subarray(128 + at * 3072, 128 + (at + 1) * 3072),
					),
				),
				corrupt(image, corruption, { ...given, id, severity }),
			);
		}
	}
	const labels = readFileSync(join(output, "labels.npy"));
	assert.deepEqual(
		Array.from({ length: 15 }, (_, i) =>
			Number(labels.readBigInt64LE(128 + 8 * i)),
		),
		Array.from({ length: 15 }, (_, i) => [3, 0, 7][i % 3]),
	);
	const path = join(output, "shot_noise.npy");
	const [{ mtimeMs }, hash] = [statSync(path), sha256(path)];
	rmSync(join(output, "inverse_sparkles.npy"));
	rmSync(join(output, "SHA256SUMS"));
	write(output, { "lines.npy.1.partial": new Uint8Array(9) });
	const again = await corruptArrays(folder, output, options);
	assert.deepEqual(again, { written: 15, kept: 15, failures: [] });
	assert.equal(statSync(path).mtimeMs, mtimeMs);
	assert.deepEqual((await readdir(output)).sort(), [
		"SHA256SUMS",
		"corruptions.json",
		"inverse_sparkles.npy",
		"labels.npy",
		"shot_noise.npy",
	]);
	assert.ok(
		lines(join(output, "SHA256SUMS")).includes(`${hash}  shot_noise.npy`),
	);
});

test("an array's file begins as numpy's does, and is there only when it is whole", async (context) => {
	const root = await scratch(context);
	// numpy.save of numpy 1.24.
	assert.equal(
		Buffer.from(
			npyHeader({ dtype: "|u1", shape: [50000, 32, 32, 3] }),
		).toString("base64"),
		"k05VTVBZAQB2AHsnZGVzY3InOiAnfHUxJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDUwMDAwLCAzMiwgMzIsIDMpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAo=",
	);
	assert.equal(
		Buffer.from(npyHeader({ dtype: "<i8", shape: [10] })).toString("base64"),
		"k05VTVBZAQB2AHsnZGVzY3InOiAnPGk4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDEwLCksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAo=",
	);
	const path = join(root, "a.npy");
	await assert.rejects(
		writeNpy(path, { dtype: "|u1", shape: [4] }, [new Uint8Array(3)]),
		/is given 1 bytes less than its array has/,
	);
	assert.deepEqual(await readdir(root), []);
});

const script = fileURLToPath(
	new URL("../../data-scripts/corrupt.js", import.meta.url),
);

/** Calls the command; with `killAt`, kills it once that file is there. */
function call(args: readonly string[], killAt?: string): Promise<string> {
	const child = spawn(process.execPath, [script, ...args], {
		stdio: ["ignore", "pipe", "pipe"],
	});
	let text = "";
	child.stdout.on("data", (data) => {
		text += data;
	});
	child.stderr.on("data", (data) => {
		text += data;
	});
	const watch =
		killAt && setInterval(() => existsSync(killAt) && child.kill("SIGKILL"), 2);
	return new Promise((resolve) => {
		child.on("close", () => {
			if (watch) clearInterval(watch);
			resolve(text);
		});
	});
}

test("a command that is killed goes on where it was, to the same files", async (context) => {
	const root = await scratch(context);
	const folder = join(root, "many");
	mkdirSync(folder);
	write(folder, {
		"a/1.png": encodePng(picture(90, 120)),
		"a/2.png": encodePng(picture(120, 90)),
		"b/3.png": encodePng(picture(100, 100)),
	});
	const args = (output: string) => [
		...[folder, join(root, output)],
		...["--layout", "imagenet-c", "--corruptions", "cifar-10-c-bar,contrast"],
		...["--severities", "1,2", "--workers", "1", "--frost", root],
	];
	const first = join(root, "killed", "ripple", "1", "a", "1.png");
	await call(args("killed"), first);
	assert.ok(!existsSync(join(root, "killed", "SHA256SUMS")), "ended too early");
	const { mtimeMs } = statSync(first);
	assert.match(await call(args("killed")), /\d+ copies written, [1-9]\d* kept/);
	assert.equal(statSync(first).mtimeMs, mtimeMs);
	assert.match(await call(args("whole")), /66 copies written, 0 kept/);
	for (const file of ["SHA256SUMS", "corruptions.json"])
		assert.equal(
			readFileSync(join(root, "killed", file), "utf8"),
			readFileSync(join(root, "whole", file), "utf8"),
		);
	const files = (output: string) =>
		readdir(join(root, output), { recursive: true });
	assert.deepEqual(
		(await files("killed")).sort(),
		(await files("whole")).sort(),
	);
	const copy = join(root, "whole", "ripple", "2", "b", "3.png");
	const ripple = cifar10CBar.find(({ name }) => name === "ripple")!;
	assert.deepEqual(
		decodeImage(readFileSync(copy)),
		corrupt(picture(100, 100), ripple, {
			severity: 2,
			id: `${root.split("/").at(-1)}/many/b/3.png`,
		}),
	);
});

test("what says nothing of a layout is refused", async (context) => {
	const root = await scratch(context);
	for (const [args, says] of [
		[
			["--layout", "cifar"],
			/unknown layout "cifar"; allowed: images, imagenet-c, coco, cifar-10-c/,
		],
		[
			["--layout", "cifar-10-c", "--severities", "1"],
			/--severities says nothing of the layout cifar-10-c/,
		],
		[["--ids", "a"], /--ids says nothing of the layout images/],
		[["--format", "jpg"], /unknown format "jpg"; allowed: png, jpeg/],
		[["--crop", "0"], /crop must be an integer from 1 on, not "0"/],
		[
			["--corruptions", "sparkle"],
			/unknown corruption "sparkle"; .*did you mean "sparkles"\?/,
		],
	] as const)
		assert.match(await call([root, join(root, "out"), ...args]), says);
});
