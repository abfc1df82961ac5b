import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { makeFolders } from "../../src/checkpoint/make-folder.js";
import { scratchFolder } from "../train/folders.js";

test("folders are made where they are not there, and what is in their way is an error", () => {
	const folder = scratchFolder();
	const deep = join(folder, "a", "b", "c");
	makeFolders(deep);
	makeFolders(deep);
	assert.ok(existsSync(deep));
	const file = join(folder, "file");
	writeFileSync(file, "");
	assert.throws(() => makeFolders(file), { code: "EEXIST" });
	assert.throws(() => makeFolders(join(file, "a")), /EEXIST|ENOTDIR/);
});

const skip = process.platform !== "linux" && "only Linux has /proc";
test("below /proc, where no folder can be made, it ends", { skip }, () => {
	assert.throws(() => makeFolders("/proc/robust-transfer/a"), /ENOENT|EACCES/);
});
