import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import {
	expandName,
	type FetchOptions,
	fetchCheckpoints,
} from "../../data-scripts/checkpoints.js";
import type { ZooEntry } from "../../src/backbones/zoo-entry.js";
import { zoo } from "../../src/index.js";
import { fixtures, scratch } from "../checkpoint/fixtures.js";
import { answer, type Behavior, serve, startServer } from "./server.js";

const weights = readFileSync(join(fixtures, "tensor-zip.pth"));

interface Fetching {
	readonly folder: string;
	readonly requests: readonly unknown[];
	/** Fetches everything there is; says how many failed, and what was written. */
	fetch(): Promise<{ failed: number; log: string }>;
}

async function prepare(
	context: TestContext,
	behaviors: readonly Behavior[],
	entry: Partial<ZooEntry> = {},
): Promise<Fetching> {
	const folder = scratch(context);
	const { url, ranges } = await startServer(context, weights, behaviors);
	const entries: FetchOptions["entries"] = {
		"a/b": {
			...zoo["resnet50/prime"],
			file: "b.pth",
			sources: [url],
			...entry,
		},
	};
	return {
		folder,
		requests: ranges,
		async fetch() {
			let log = "";
			const output = { write: (text: string) => (log += text) };
			const options = { folder, output, entries, backoffMs: 1, attempts: 2 };
			return { failed: await fetchCheckpoints(["a"], options), log };
		},
	};
}

test("a checkpoint is fetched once, its hash recorded, and checked ever after", async (context) => {
	const { folder, requests, fetch } = await prepare(context, [serve]);
	const first = await fetch();
	assert.equal(first.failed, 0, first.log);
	assert.match(
		first.log,
		/a\/b: .*b\.pth fetched, 0\.0 MB, SHA-256 [0-9a-f]{64}\n$/,
	);
	const sums = readFileSync(join(folder, "SHA256SUMS"), "utf8");
	assert.match(sums, /^[0-9a-f]{64} {2}b\.pth\n$/);
	assert.match((await fetch()).log, /is there already/);
	assert.equal(requests.length, 1);
	writeFileSync(join(folder, "b.pth"), "changed");
	const changed = await fetch();
	assert.equal(changed.failed, 1);
	assert.match(changed.log, /was recorded: delete it to fetch it again/);
});

test("a file that no longer has its recorded hash at the source is refused", async (context) => {
	const { folder, fetch } = await prepare(context, [serve]);
	writeFileSync(join(folder, "SHA256SUMS"), `${"0".repeat(64)}  b.pth\n`);
	const { failed, log } = await fetch();
	assert.equal(failed, 1);
	assert.match(log, /SHA-256 .*is known/);
	assert.ok(!existsSync(join(folder, "b.pth")));
});

test("what is not a whole checkpoint is neither kept nor recorded", async (context) => {
	const half: Behavior = (response) => {
		response.end(weights.subarray(0, weights.length / 2));
	};
	const { folder, fetch } = await prepare(context, [half]);
	const { failed, log } = await fetch();
	assert.equal(failed, 1);
	assert.match(log, /truncated/);
	assert.ok(!existsSync(join(folder, "b.pth")));
	assert.ok(!existsSync(join(folder, "SHA256SUMS")));
});

test("the next source is asked where one fails", async (context) => {
	const { url } = await startServer(context, weights, [serve]);
	const gone = await startServer(context, weights, [answer(410)]);
	const sources = [gone.url, url];
	const { fetch } = await prepare(context, [serve], { sources });
	assert.equal((await fetch()).failed, 0);
});

test("a name, the beginning of names, and all are understood", () => {
	assert.deepEqual(expandName("resnet50/prime"), ["resnet50/prime"]);
	assert.deepEqual(expandName("swin-t"), ["swin-t/regular"]);
	assert.equal(expandName("coco/prime-finetune").length, 4);
	assert.equal(expandName("all").length, Object.keys(zoo).length);
	assert.throws(
		() => expandName("resnet"),
		/no checkpoint "resnet"; there are/,
	);
});
