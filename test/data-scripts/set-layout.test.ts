import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, sep } from "node:path";
import { test } from "node:test";
import { listImages, withSlashes } from "../../data-scripts/set-layout.js";

test("places have slashes between folders", () => {
	assert.equal(withSlashes(["a", "b", "c.png"].join(sep)), "a/b/c.png");
});

test("a backslash in a name, where names may hold one, is no folder", {
	skip: sep === "\\" && "a backslash separates folders here",
}, async () => {
	const folder = mkdtempSync(join(tmpdir(), "set-layout-"));
	mkdirSync(join(folder, "a"));
	writeFileSync(join(folder, "a", "b\\c.png"), "");
	const [image] = await listImages(folder, { layout: "imagenet-c", ids: "x" });
	assert.deepEqual(image, {
		path: join(folder, "a", "b\\c.png"),
		id: "x/a/b\\c.png",
		place: "a/b\\c",
	});
});
