import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { heading } from "./report.js";
import {
	alignTables,
	measuredBy,
	sectionsOf,
	withoutGone,
	withSections,
} from "./sections.js";

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
	for (const rule of ["| --- | ---: |", "|---|---:|"]) {
		const table = `| a | ms |\n${rule}\n| longer | - |\n| b | 1234 |`;
		assert.equal(
			alignTables(`x\n\n${table}\n\ny`),
			"x\n\n| a      |   ms |\n| ------ | ---: |\n| longer |    - |\n| b      | 1234 |\n\ny",
		);
	}
});

test("the report itself is read and written without a change", () => {
	const file = new URL("../../../test/bench/README.md", import.meta.url);
	const text = readFileSync(file, "utf8");
	assert.ok(sectionsOf(text).length > 10);
	assert.equal(withSections(text, []), text);
});

const source = new URL("../../../test/bench/", import.meta.url);
const ending = ".bench.ts";
const benches = readdirSync(source)
	.filter((name) => name.endsWith(ending))
	.map((name) => name.slice(0, -ending.length));

test("a section has the name of its benchmark, and says when and where it was measured", () => {
	const printed = `${heading("A", { PyTorch: "2" })}\nrows\n`;
	const [section] = measuredBy("a", printed);
	assert.match(
		section?.text ?? "",
		/^## A\n\n<!-- npm run bench a -->\n\n\d{4}-\d\d-\d\d; .* threads; Node .*, PyTorch 2\n\nrows$/,
	);
	assert.equal(sectionsOf(section?.text ?? "")[0]?.bench, "a");
	assert.deepEqual(
		measuredBy("a", `${section?.text}`.replace(/<.*>\n\n/, "")),
		[section],
	);
	assert.throws(() => measuredBy("a", "## A\n\nrows\n"), /"A" of a .*heading/);
});

test("sections of benchmarks that are gone leave the report, and are told", () => {
	const mark = (name: string) => `<!-- npm run bench ${name} -->`;
	const report = `# All\n\n## A\n\n${mark("a")}\n\n## B\n\n${mark("b")}\n\n## C\n\nx\n`;
	assert.deepEqual(withoutGone(report, ["b"]), {
		report: `# All\n\n## B\n\n${mark("b")}\n`,
		gone: ["A", "C"],
	});
});

test("each section of the report has its benchmark, and each benchmark prints a heading", () => {
	const text = readFileSync(new URL("README.md", source), "utf8");
	assert.deepEqual(withoutGone(text, benches), { report: text, gone: [] });
	for (const section of sectionsOf(text))
		assert.deepEqual(
			measuredBy(
				section.bench ?? "",
				section.text.replace(/<!--.*-->\n\n/, ""),
			),
			[section],
		);
	for (const name of benches)
		assert.match(
			readFileSync(new URL(`${name}${ending}`, source), "utf8"),
			/\bheading\(/,
			`${name} prints no heading()`,
		);
});
