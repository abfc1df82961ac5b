/** An index of an annotation file says what the file says, or nothing. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import {
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	statSync,
	utimesSync,
	writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { cacheFolder } from "../../../src/tasks/cache-folder.js";
import { readAnnotationFile } from "../../../src/tasks/coco/data/annotation-file.js";
import { scratch } from "../../checkpoint/fixtures.js";

const polygon = [1, 1, 1, 5, 5, 5, 5, 1];
const content = (labels: readonly number[], id: (i: number) => unknown) => ({
	images: [{ id: id(7), file_name: "a.jpg", height: 6, width: 8 }],
	annotations: labels.map((category_id, i) => ({
		id: id(i),
		image_id: id(7),
		category_id,
		bbox: [1, 1, 4, 4],
		area: 16,
		iscrowd: 0,
		segmentation: [polygon],
	})),
	categories: [
		{ id: 3, name: "cat" },
		{ id: 9, name: "dog" },
	],
});

/** Long before now, so that another change in the same moment need not be feared. */
const past = (path: string): void => utimesSync(path, 1e9, 1e9);

function files(context: TestContext) {
	const folder = scratch(context);
	const path = join(folder, "instances.json");
	const index = `${path}.index`;
	const elsewhere = join(folder, "cache");
	const write = (labels: readonly number[], id = (i: number): unknown => i) => {
		writeFileSync(path, JSON.stringify(content(labels, id)));
		past(path);
	};
	const read = (given: { boxesOnly?: boolean; folders?: string[] } = {}) => {
		const { boxesOnly = false, folders = [folder, elsewhere] } = given;
		const file = readAnnotationFile(path, undefined, {
			boxesOnly,
			index: { leastBytes: 0, folders },
		});
		return [...file.labels(0)];
	};
	write([3, 9, 3]);
	return { folder, path, index, elsewhere, write, read };
}

/** Changes what an index says of its file, its checksum being made anew: whoever reads it reads this. */
function mark(index: string, changes = "index.isSettled = true"): void {
	const script = `
		const { createHash } = require("node:crypto");
		const { readFileSync, writeFileSync } = require("node:fs");
		const { deserialize, serialize } = require("node:v8");
		const index = deserialize(readFileSync(process.argv[1]).subarray(32));
		index.elements.columns.category.fill(9);
		index.state.changed = BigInt(process.argv[2]);
		${changes};
		const body = serialize(index);
		writeFileSync(process.argv[1], Buffer.concat([createHash("sha256").update(body).digest(), body]));`;
	const { ctimeNs } = statSync(index.replace(/\.index$/, ""), { bigint: true });
	const made = spawnSync(process.execPath, ["-e", script, index, `${ctimeNs}`]);
	assert.equal(made.status, 0, made.stderr.toString());
}

test("the second reader reads the index, and both read the same", (context) => {
	const { path, index, read, write } = files(context);
	assert.deepEqual(read(), [0, 1, 0]);
	assert.ok(existsSync(index));
	assert.deepEqual(read(), [0, 1, 0]);
	mark(index);
	assert.deepEqual(read(), [1, 1, 1]);
	write([9, 3], (i) => `text ${i}`);
	const anew = readAnnotationFile(path).instances(0);
	for (const _ of [1, 2]) {
		const indexed = readAnnotationFile(path, undefined, {
			index: { leastBytes: 0, folders: [dirname(path)] },
		});
		assert.deepEqual(indexed.instances(0), anew);
	}
});

test("an index of other bytes is not believed, whatever their size and time", (context) => {
	const { path, index, read, write } = files(context);
	read();
	const { size, mtimeNs } = statSync(path, { bigint: true });
	write([9, 3, 3]);
	const now = statSync(path, { bigint: true });
	assert.deepEqual([now.size, now.mtimeNs], [size, mtimeNs]);
	assert.deepEqual(read(), [1, 0, 0]);
	write([9]);
	assert.deepEqual(read(), [1]);
	const before = readFileSync(index);
	write([3, 3, 3]);
	writeFileSync(index, before);
	assert.deepEqual(read(), [0, 0, 0]);
});

test("a file that was changed just now is told by its hash, not by its times", (context) => {
	const { path, index, read } = files(context);
	read();
	mark(index);
	const text = readFileSync(path, "utf8");
	// Of the same size.
	writeFileSync(path, text.replace('"category_id":9', '"category_id":3'));
	assert.deepEqual(read(), [0, 0, 0]);
	assert.deepEqual(read(), [0, 0, 0]);
});

test("times that another change may have had as well are not believed", (context) => {
	const { index, read } = files(context);
	for (const [isSettled, expected] of [
		[false, [0, 1, 0]],
		[true, [1, 1, 1]],
	] as const) {
		read();
		mark(index, `index.isSettled = ${isSettled}; index.sha256 = "another"`);
		assert.deepEqual(read(), expected);
	}
});

test("an index of the same bytes is good for a copy of the file", (context) => {
	const { path, index, read, folder } = files(context);
	read();
	mark(index);
	const copy = join(folder, "copy");
	mkdirSync(copy);
	const moved = join(copy, basename(path));
	writeFileSync(moved, readFileSync(path));
	writeFileSync(`${moved}.index`, readFileSync(index));
	const file = readAnnotationFile(moved, undefined, {
		index: { leastBytes: 0, folders: [copy] },
	});
	assert.deepEqual([...file.labels(0)], [1, 1, 1]);
});

test("a damaged index is made anew", (context) => {
	const { index, read } = files(context);
	read();
	const whole = readFileSync(index);
	const flipped = Buffer.from(whole);
	flipped[whole.length - 3]! ^= 1;
	for (const damaged of [
		flipped,
		whole.subarray(0, 100),
		Buffer.alloc(0),
		Buffer.from("x".repeat(500)),
	]) {
		writeFileSync(index, damaged);
		assert.deepEqual(read(), [0, 1, 0]);
		assert.ok(readFileSync(index).length >= whole.length - 8);
		mark(index);
		assert.deepEqual(read(), [1, 1, 1]);
	}
});

test("where the folder takes no index it stands elsewhere, and where nothing does there is none", (context) => {
	const { path, index, elsewhere, read, folder } = files(context);
	// Nothing can be read from there, and nothing take its place.
	mkdirSync(join(index, "full"), { recursive: true });
	assert.deepEqual(read(), [0, 1, 0]);
	const [other] = readdirSync(elsewhere);
	assert.match(other as string, /^[0-9a-f]{16}-instances\.json\.index$/);
	assert.deepEqual(read(), [0, 1, 0]);
	assert.deepEqual(read({ folders: [folder] }), [0, 1, 0]);
	for (const none of [join(path, "none"), "/proc/none"])
		assert.deepEqual(read({ folders: [none] }), [0, 1, 0]);
	assert.deepEqual(
		readdirSync(folder).filter((name) => name.includes("partial")),
		[],
	);
});

test("beside a file on a disk that is read-only there is none", (context) => {
	const { folder, elsewhere } = files(context);
	const disk = join(folder, "disk");
	mkdirSync(disk);
	const mount = (...options: string[]) =>
		execFileSync("mount", [...options, disk], { stdio: "ignore" });
	try {
		mount("-t", "tmpfs", "-o", "size=1m", "tmpfs");
	} catch {
		return context.skip("mounting a small disk takes root");
	}
	try {
		const path = join(disk, "instances.json");
		writeFileSync(path, JSON.stringify(content([9, 3], (i) => i)));
		mount("-o", "remount,ro");
		const index = { leastBytes: 0, folders: [disk, elsewhere] };
		for (const _ of [1, 2]) {
			const file = readAnnotationFile(path, undefined, { index });
			assert.deepEqual([...file.labels(0)], [1, 0]);
		}
		assert.equal(readdirSync(elsewhere).length, 1);
		assert.deepEqual(readdirSync(disk), ["instances.json"]);
	} finally {
		execFileSync("umount", [disk]);
	}
});

test("boxes alone have an index of their own", (context) => {
	const { folder, path, read } = files(context);
	read();
	read({ boxesOnly: true });
	assert.deepEqual(readdirSync(folder).sort(), [
		"instances.json",
		"instances.json.boxes-index",
		"instances.json.index",
	]);
	const index = { leastBytes: 0, folders: [folder] };
	const boxes = readAnnotationFile(path, undefined, { boxesOnly: true, index });
	assert.equal(boxes.hasMasks, false);
	assert.equal(readAnnotationFile(path, undefined, { index }).hasMasks, true);
});

test("a file with problems has no index, and one that is small neither", (context) => {
	const { path, index, folder } = files(context);
	const broken = JSON.parse(readFileSync(path, "utf8"));
	broken.annotations[1].bbox = [1, 2];
	writeFileSync(path, JSON.stringify(broken));
	for (const _ of [1, 2])
		assert.throws(
			() =>
				readAnnotationFile(path, undefined, {
					index: { leastBytes: 0, folders: [folder] },
				}),
			/annotation 1, at byte \d+/,
		);
	assert.ok(!existsSync(index));
	writeFileSync(path, JSON.stringify(content([3], (i) => i)));
	readAnnotationFile(path);
	assert.ok(!existsSync(index));
});

test("threads that read at once agree, and leave one whole index", async (context) => {
	const { path, folder, index, read } = files(context);
	const module = new URL(
		"../../../src/tasks/coco/data/annotation-file.js",
		import.meta.url,
	);
	const code = `
		const { parentPort, workerData } = require("node:worker_threads");
		import(workerData.module).then(({ readAnnotationFile }) => {
			const index = { leastBytes: 0, folders: [workerData.folder] };
			const file = readAnnotationFile(workerData.path, undefined, { index });
			parentPort.postMessage([...file.labels(0)]);
		});`;
	const workerData = { module: module.href, path, folder };
	const found = await Promise.all(
		Array.from(
			{ length: 3 },
			() =>
				new Promise((resolve, reject) => {
					const worker = new Worker(code, { eval: true, workerData });
					worker.once("message", resolve);
					worker.once("error", reject);
				}),
		),
	);
	assert.deepEqual(found, Array(3).fill([0, 1, 0]));
	assert.deepEqual(readdirSync(folder).sort(), [
		"instances.json",
		"instances.json.index",
	]);
	mark(index);
	assert.deepEqual(read(), [1, 1, 1]);
});

test("the cache folder is the one that the system has", () => {
	const module = fileURLToPath(
		new URL("../../../src/tasks/cache-folder.js", import.meta.url),
	);
	assert.match(cacheFolder(), /robust-transfer$/);
	if (process.platform !== "linux") return;
	const script = `import(${JSON.stringify(module)}).then(({ cacheFolder }) => console.log(cacheFolder()))`;
	const say = (XDG_CACHE_HOME: string): string =>
		spawnSync(process.execPath, ["-e", script], {
			env: { ...process.env, HOME: "/home/me", XDG_CACHE_HOME },
		})
			.stdout.toString()
			.trim();
	assert.equal(say("/somewhere"), "/somewhere/robust-transfer");
	assert.equal(say("relative"), "/home/me/.cache/robust-transfer");
});
