import assert from "node:assert/strict";
import {
	cp,
	mkdtemp,
	readdir,
	readFile,
	rm,
	writeFile,
} from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fetchFrost } from "../../data-scripts/fetch-frost.js";
import { frostFiles } from "../../src/corruptions/frost-pictures.js";
import { sharedData } from "../shared-data.js";

const { path: originals, skip } = sharedData("data/frost");

/** Asks once, and draws nothing. */
const quick = { attempts: 1, output: { write: () => true } };

async function temporaryFolder(context: TestContext): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), "fetch-frost-"));
	context.after(() => rm(folder, { recursive: true }));
	return folder;
}

/** Serves what `answer` makes of a file name; status 404 for `undefined`. */
async function serve(
	context: TestContext,
	answer: (name: string) => Promise<Uint8Array> | undefined,
): Promise<{ url: string; asked: string[] }> {
	const asked: string[] = [];
	const server = createServer(async (request, response) => {
		const name = request.url!.slice(1);
		asked.push(name);
		const bytes = await answer(name);
		const headers = { "content-length": bytes?.length ?? 0 };
		response.writeHead(bytes ? 200 : 404, headers).end(bytes);
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	context.after(() => server.close());
	const { port } = server.address() as AddressInfo;
	return { url: `http://127.0.0.1:${port}`, asked };
}

test("pictures are fetched from the first mirror that has them whole", {
	skip,
}, async (context) => {
	const folder = await temporaryFolder(context);
	const bad = await serve(context, (name) =>
		name.endsWith(".png") ? Promise.resolve(Buffer.from("x")) : undefined,
	);
	const good = await serve(context, (name) => readFile(join(originals, name)));
	await cp(join(originals, "frost2.png"), join(folder, "frost2.png"));
	await writeFile(join(folder, "frost5.jpg"), "cut off");
	const mirrors = [bad.url, good.url];
	let drawn = "";
	const write = (text: string): void => {
		drawn += text;
	};
	await fetchFrost(folder, { mirrors, attempts: 1, output: { write } });
	assert.deepEqual((await readdir(folder)).sort(), [...frostFiles]);
	const fetched = frostFiles.filter((name) => name !== "frost2.png");
	assert.deepEqual(good.asked, fetched);
	assert.match(drawn, /frost1\.png +100 %/);
	for (const name of frostFiles) {
		const bytes = await readFile(join(folder, name));
		assert.ok(bytes.equals(await readFile(join(originals, name))));
	}
});

test("where no mirror has a picture, the reasons are given and nothing is left", async (context) => {
	const folder = await temporaryFolder(context);
	const wrong = await serve(context, async () => Buffer.from("x"));
	const none = await serve(context, () => undefined);
	const gone = "http://127.0.0.1:1";
	const mirrors = [wrong.url, none.url, gone];
	await assert.rejects(
		fetchFrost(folder, { mirrors, ...quick }),
		({ message }: Error) => {
			assert.match(message, /frost1\.png could not be fetched/);
			assert.match(message, /SHA-256 2d711642.*, but ff9f9078/);
			assert.match(message, /answers 404/);
			assert.match(message, /127\.0\.0\.1:1/);
			return true;
		},
	);
	assert.deepEqual(await readdir(folder), []);
});
