import assert from "node:assert/strict";
import {
	mkdir,
	mkdtemp,
	readdir,
	readFile,
	rm,
	stat,
	writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { corruptFolder } from "../../data-scripts/corrupt-folder.js";
import { corrupt } from "../../src/corruptions/corrupt.js";
import { withSource } from "../../src/corruptions/define-corruption.js";
import { readImage } from "../../src/image/decode.js";
import { writePng } from "../../src/image/encode.js";
import { haze, otherHaze, veil } from "../corruptions/own-corruptions.js";
import { picture } from "../lcg.js";

const options = {
	corruptions: ["gaussian-noise", "contrast"],
	severities: [1, 4],
	seed: 2,
	workers: 2,
} as const;

/** A folder with two images, one of them in a subfolder, and an empty one for the copies. */
async function folders(context: TestContext): Promise<[string, string]> {
	const root = await mkdtemp(join(tmpdir(), "corrupt-folder-"));
	context.after(() => rm(root, { recursive: true }));
	const input = join(root, "images");
	await mkdir(join(input, "sub"), { recursive: true });
	await writePng(join(input, "one.png"), picture(12, 20));
	await writePng(join(input, "sub", "two.png"), picture(20, 12));
	await writeFile(join(input, "notes.txt"), "not an image");
	return [input, join(root, "copies")];
}

test("copies hold exactly what corrupt makes of the image of that id", async (context) => {
	const [input, output] = await folders(context);
	const summary = await corruptFolder(input, output, options);
	assert.deepEqual(summary, { written: 8, kept: 0, failures: [] });
	const path = join(output, "gaussian-noise", "4", "sub", "two.png");
	const expected = corrupt(picture(20, 12), "gaussian-noise", {
		severity: 4,
		seed: 2,
		id: "sub/two",
	});
	assert.deepEqual(await readImage(path), expected);
	const files = await readdir(output, { recursive: true });
	assert.ok(files.every((file) => !/part(ial)?$|lock$/.test(file)));
});

test("a second call writes what is missing and nothing else, and reports", async (context) => {
	const [input, output] = await folders(context);
	await corruptFolder(input, output, options);
	const kept = join(output, "contrast", "1", "one.png");
	const lost = join(output, "contrast", "4", "one.png");
	const { mtimeMs } = await stat(kept);
	await rm(lost);
	const reports: [number, number][] = [];
	const summary = await corruptFolder(input, output, {
		...options,
		report: (done, total) => reports.push([done, total]),
	});
	assert.deepEqual(summary, { written: 1, kept: 7, failures: [] });
	assert.deepEqual(reports, [
		[7, 8],
		[8, 8],
	]);
	assert.equal((await stat(kept)).mtimeMs, mtimeMs);
	await stat(lost);
});

test("an image that cannot be read is reported; the others are written", async (context) => {
	const [input, output] = await folders(context);
	await writeFile(join(input, "broken.png"), "not a picture");
	const { written, failures } = await corruptFolder(input, output, options);
	assert.equal(written, 8);
	assert.equal(failures.length, 1);
	assert.match(failures[0]!, /broken\.png.*needs a JPEG, PNG/);
});

test("other settings, two images of one id and a folder without images are refused", async (context) => {
	const [input, output] = await folders(context);
	await corruptFolder(input, output, options);
	const others = [{ seed: 3 }, { variant: "cifar-10-c" as const }];
	for (const other of others) {
		await assert.rejects(
			corruptFolder(input, output, { ...options, ...other }),
			/other settings/,
		);
	}
	await writeFile(join(input, "one.jpg"), "");
	await assert.rejects(
		corruptFolder(input, output, options),
		/one\.jpg and .*one\.png would both become one\.png/,
	);
	const empty = join(output, "empty");
	await mkdir(empty);
	await assert.rejects(
		corruptFolder(empty, join(output, "copies"), options),
		/holds no image file/,
	);
});

test("copies under one's own corruption stand beside others, and are of one corruption", async (context) => {
	const [input, output] = await folders(context);
	await corruptFolder(input, output, options);
	const settings = join(output, "corruptions.json");
	const before = await readFile(settings, "utf8");
	const own = { ...options, corruptions: ["contrast", haze] } as const;
	const summary = await corruptFolder(input, output, own);
	assert.deepEqual(summary, { written: 4, kept: 4, failures: [] });
	assert.deepEqual(
		await readImage(join(output, "haze", "4", "sub", "two.png")),
		corrupt(picture(20, 12), haze, { severity: 4, seed: 2, id: "sub/two" }),
	);
	assert.deepEqual(JSON.parse(await readFile(settings, "utf8")), {
		...JSON.parse(before),
		own: { haze: haze.code },
		corruptions: ["gaussian-noise", "contrast", "haze"],
	});
	assert.equal((await corruptFolder(input, output, options)).kept, 8);
	assert.equal((await corruptFolder(input, output, own)).kept, 8);
	const { source } = haze;
	const other = withSource(otherHaze, source);
	await assert.rejects(
		corruptFolder(input, output, { ...options, corruptions: [other] }),
		/holds copies of another corruption called "haze"/,
	);
	await assert.rejects(
		corruptFolder(input, output, { ...options, corruptions: [veil] }),
		/nothing says where they find veil: give it a `source`/,
	);
});
