import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { download } from "../../data-scripts/download.js";
import { confirmedUrl, sourceUrl } from "../../data-scripts/sources.js";
import { scratch } from "../checkpoint/fixtures.js";
import { answer, serve, startServer } from "./server.js";

const file = Buffer.from("weights");
const html = { "content-type": "text/html; charset=utf-8" };

function question(action: string): string {
	return `<p>too large to scan</p><form id="download-form" action="${action}" method="get"><input type="submit" value="Download anyway"/><input type="hidden" name="id" value="a&amp;b"><input type="hidden" name="confirm" value="t"></form><form><input type="hidden" name="other" value="1"></form>`;
}

test("the confirmation of Google Drive is given", async (context) => {
	const target = await startServer(context, file, [serve]);
	const page = question(target.url);
	assert.equal(
		confirmedUrl(page, "https://drive.google.com/uc"),
		`${target.url}?id=a%26b&confirm=t`,
	);
	const drive = await startServer(context, file, [answer(200, html, page)]);
	const path = join(scratch(context), "file.bin");
	await download(drive.url, path);
	assert.deepEqual(readFileSync(path), file);
});

test("a web page is not taken for the file", async (context) => {
	const path = join(scratch(context), "file.bin");
	for (const [page, problem] of [
		["<p>Sign in</p>", /answers with a web page/],
		["<p>Too many users have viewed this file</p>", /tomorrow/],
	] as const) {
		const { url } = await startServer(context, file, [answer(200, html, page)]);
		await assert.rejects(download(url, path), problem);
	}
});

test("a record of Zenodo leads to the one file that matches", async (context) => {
	const names = ["PRIME_noJSD.ckpt", "PRIME_JSD.ckpt", "readme.txt"];
	const files = names.map((key) => ({
		key,
		links: { self: `https://x/${key}` },
	}));
	const { url } = await startServer(context, file, [
		answer(200, {}, JSON.stringify({ files })),
	]);
	const source = { record: url, file: "^PRIME(?!_noJSD)" };
	assert.equal(await sourceUrl(source, 1000), "https://x/PRIME_JSD.ckpt");
	await assert.rejects(
		sourceUrl({ record: url, file: "^PRIME" }, 1000),
		/has 2 files that match \^PRIME, not one; it has PRIME_noJSD\.ckpt, /,
	);
	assert.equal(await sourceUrl("https://x/y", 1000), "https://x/y");
});
