/** Links of a notebook lead where they led before it became a page in another folder. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { markdownToHtml } from "../../../kernel/notebook/markdown.js";
import { scratchFolder } from "../session.js";

const folder = scratchFolder();
const runner = fileURLToPath(
	new URL("../../../kernel/notebook/run.js", import.meta.url),
);

test("relative addresses begin in the folder of the text, others stay", () => {
	const html = (address: string) =>
		markdownToHtml(`[a](${address}) ![b](${address})`, "../../notebooks");
	const expected = {
		"prime.ipynb": "../../notebooks/prime.ipynb",
		"../docs/a.md#b": "../../docs/a.md#b",
		"https://a.org/b": "https://a.org/b",
		"mailto:a@b.org": "mailto:a@b.org",
		"/a": "/a",
		"#a": "#a",
	};
	for (const [from, to] of Object.entries(expected)) {
		assert.ok(html(from).includes(`<a href="${to}">`), html(from));
		assert.ok(html(from).includes(`<img src="${to}"`), html(from));
	}
	assert.match(markdownToHtml("[a](b.md)"), /href="b\.md"/);
});

test("a page in another folder has links from there", () => {
	const path = join(folder, "a.ipynb");
	const source = "[other](b.ipynb)";
	const cells = [{ cell_type: "markdown", metadata: {}, source, id: "a" }];
	writeFileSync(
		path,
		JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells }),
	);
	const html = join(folder, "runs", "study", "a.html");
	const { status, stderr } = spawnSync(
		process.execPath,
		[runner, "run", path, "--html", html],
		{ encoding: "utf8" },
	);
	assert.equal(status, 0, stderr);
	assert.match(readFileSync(html, "utf8"), /href="\.\.\/\.\.\/b\.ipynb"/);
});
