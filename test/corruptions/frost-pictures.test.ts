import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import {
	frostFiles,
	frostSource,
	loadFrostPictures,
} from "../../src/corruptions/frost-pictures.js";
import { writePng } from "../../src/image/encode.js";
import { picture } from "../lcg.js";

test("the pictures are read in order, procedural frost is told from original", async () => {
	const folder = await mkdtemp(join(tmpdir(), "frost-"));
	try {
		assert.equal(await loadFrostPictures(folder), undefined);
		for (const [i, name] of frostFiles.entries()) {
			await writePng(join(folder, name), picture(3, 4 + i));
		}
		const pictures = await loadFrostPictures(folder);
		assert.deepEqual(
			pictures?.map(({ width }) => width),
			[4, 5, 6, 7, 8, 9],
		);
		assert.equal(frostSource(pictures), "original");
		assert.equal(frostSource(undefined), "procedural");
		await rm(join(folder, "frost4.jpg"));
		await assert.rejects(loadFrostPictures(folder), /lacks frost4\.jpg/);
	} finally {
		await rm(folder, { recursive: true });
	}
});
