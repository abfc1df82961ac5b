import assert from "node:assert/strict";
import { existsSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { appendRow, mendRows, readRows } from "../../src/runs/rows.js";
import { scratchFolder } from "../train/folders.js";

interface Row {
	readonly step: number;
}

const isRow = (value: unknown): value is Row =>
	typeof (value as Row | null)?.step === "number";

const folder = scratchFolder();

test("rows come back as they were added; a file that does not exist has none", () => {
	const path = join(folder, "rows.jsonl");
	assert.deepEqual(readRows(path, isRow), []);
	appendRow(path, { step: 1 });
	appendRow(path, { step: 2, note: "line\nbreak" });
	assert.deepEqual(readRows(path, isRow), [
		{ step: 1 },
		{ step: 2, note: "line\nbreak" },
	]);
});

test("a last line that was cut off is passed over, and gone before the next row", () => {
	const path = join(folder, "torn.jsonl");
	writeFileSync(path, '{"step":1}\n{"step":2}\n{"ste');
	assert.equal(readRows(path, isRow).length, 2);
	mendRows(path);
	appendRow(path, { step: 3 });
	assert.equal(
		readFileSync(path, "utf8"),
		'{"step":1}\n{"step":2}\n{"step":3}\n',
	);
});

for (const damage of ['{"step":', "\0\0\0\0", '{"other":1}', "null", ""]) {
	test(`a damaged line, ${JSON.stringify(damage)}, is named, and nothing is changed`, () => {
		const path = join(folder, "damaged.jsonl");
		const text = `{"step":1}\n${damage}\n{"step":3}\n`;
		writeFileSync(path, text);
		assert.throws(() => readRows(path, isRow), {
			message: /damaged\.jsonl is damaged: line 2 .*other 2 rows are kept/,
		});
		mendRows(path);
		assert.equal(readFileSync(path, "utf8"), text);
	});
}

test("a full disk is called by its name", (t) => {
	if (!existsSync("/dev/full")) return t.skip("there is no /dev/full");
	const path = join(folder, "full.jsonl");
	symlinkSync("/dev/full", path);
	assert.throws(() => appendRow(path, { step: 1 }), {
		name: "StorageError",
		message: /full\.jsonl could not be written, the disk is full/,
	});
});
