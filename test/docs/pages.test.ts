/** The pages of the site, before VitePress makes HTML of them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { allEntries } from "../../docs/site/contents.js";
import { sitePages } from "../../docs/site/site-pages.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));

test("every page of the site can be made, with all that the build writes into it", async () => {
	const { pages } = await sitePages(root);
	const made = new Set(pages.map(({ path }) => path));
	for (const { path } of allEntries())
		assert.ok(made.has(`${path}.md`) || made.has(path), path);
	for (const { path, text } of pages)
		assert.doesNotMatch(text, /^<!-- (?!npm )[a-z ]+ -->$/m, path);
});
