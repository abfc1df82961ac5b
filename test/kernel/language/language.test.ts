import assert from "node:assert/strict";
import { test } from "node:test";
import { toPoints, toUnits } from "../../../kernel/language/code-points.js";
import { completeness } from "../../../kernel/language/is-complete.js";
import { splitCell } from "../../../kernel/language/magics.js";

test("complete, unfinished and wrong cells", () => {
	const status = (cell: string) => completeness(cell).status;
	for (const cell of ["", "1", "`a`", "if (x) {\n}", "%%time\nf()", "f?"]) {
		assert.equal(status(cell), "complete", cell);
	}
	for (const cell of [
		"f(",
		"[1,",
		"`a",
		"/* a",
		"const a =",
		"class A {\n  b() {",
	]) {
		assert.equal(status(cell), "incomplete", cell);
	}
	for (const cell of ["let 1x", "a b c )", "const = 3;", "}"]) {
		assert.equal(status(cell), "invalid", cell);
	}
	assert.deepEqual(completeness("  if (x) {"), {
		status: "incomplete",
		indent: "    ",
	});
	assert.deepEqual(completeness("f(1,"), { status: "incomplete", indent: "" });
});

test("magics leave line numbers alone", () => {
	const split = splitCell("%%time\n// note\n%env A = b\nexport const x = 1\n");
	assert.deepEqual(split.parts, [
		{
			source: "\n// note\n\n       const x = 1\n",
			magics: [
				{ name: "%%time", argument: "", body: "", line: 0 },
				{ name: "%env", argument: "A = b", body: "", line: 2 },
			],
		},
	]);
	assert.deepEqual(splitCell("tf.tidy??").help, { name: "tf.tidy", detail: 1 });
	assert.deepEqual(splitCell("?x").help, { name: "x", detail: 0 });
	assert.equal(splitCell("a\n%b").parts[0]?.source, "a\n%b");
	assert.equal(splitCell("x ? 1 : 2").help, undefined);
});

test("offsets in code points and in UTF-16 units", () => {
	const text = "a🌳b";
	for (const [points, units] of [
		[0, 0],
		[1, 1],
		[2, 3],
		[3, 4],
		[9, 4],
	] as const) {
		assert.equal(toUnits(text, points), units);
		assert.equal(toPoints(text, units), Math.min(points, 3));
	}
});
