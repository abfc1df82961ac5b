import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { alignTables, sectionsOf, withSections } from "./sections.js";

const report = "# Benchmarks\n\nHow.\n\n## A\n\nold a\n\n## B\n\nold b\n";

test("a section that was measured again stands where it stood, a new one at the end", () => {
	const printed = "noise\n## C\n\nnew c\n\n## A\n\nnew a\n\n";
	assert.equal(
		withSections(report, sectionsOf(printed)),
		"# Benchmarks\n\nHow.\n\n## A\n\nnew a\n\n## B\n\nold b\n\n## C\n\nnew c\n",
	);
});

test("nothing printed changes nothing", () => {
	assert.equal(withSections(report, []), report);
	assert.deepEqual(sectionsOf("no heading"), []);
});

test("columns of tables are aligned, numbers on the right", () => {
	const table = "| a | ms |\n| --- | ---: |\n| longer | 1 |\n| b | 1234 |";
	assert.equal(
		alignTables(`x\n\n${table}\n\ny`),
		"x\n\n| a      |   ms |\n| ------ | ---: |\n| longer |    1 |\n| b      | 1234 |\n\ny",
	);
});

test("the report itself is read and written without a change", () => {
	const file = new URL("../../../test/bench/README.md", import.meta.url);
	const text = readFileSync(file, "utf8");
	assert.ok(sectionsOf(text).length > 10);
	assert.equal(withSections(text, []), text);
});
