import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { type DownloadOptions, download } from "../../data-scripts/download.js";
import { HttpError } from "../../data-scripts/http.js";
import { scratch } from "../checkpoint/fixtures.js";
import {
	answer,
	type Behavior,
	breakAfter as breaking,
	serve,
	soon,
	startServer,
} from "./server.js";

const file = Buffer.from(
	Uint32Array.from({ length: 50_000 }, (_, i) => Math.imul(i, 0x9e3779b1))
		.buffer,
);
const sha256 = createHash("sha256").update(file).digest("hex");
const quick: DownloadOptions = { backoffMs: 1, attempts: 3 };

/** Does not wait long for a server that says nothing; a busy machine may be silent as long, and is asked more often. */
const impatient: DownloadOptions = { silenceMs: 150, attempts: 100 };

/** How much of the file the client of this test has written. */
let written = 0;

/** Breaks a connection when what was sent is written: what is on its way then may be lost. */
const breakAfter = (bytes: number, { stall = false } = {}): Behavior =>
	breaking(bytes, {
		stall,
		arrival: async (size) => {
			while (written < size) await delay(3);
		},
	});

interface Outcome {
	readonly path: string;
	readonly ranges: readonly (string | undefined)[];
}

async function fetchFrom(
	context: TestContext,
	behaviors: readonly Behavior[],
	options: DownloadOptions = {},
): Promise<Outcome> {
	const { url, ranges } = await startServer(context, file, behaviors);
	const path = join(scratch(context), "folder", "file.bin");
	written = 0;
	const onProgress = (size: number) => {
		written = size;
	};
	const result = await download(url, path, {
		...{ ...quick, onProgress },
		...options,
	});
	assert.deepEqual(result, { bytes: file.length, sha256 });
	assert.ok(readFileSync(path).equals(file));
	assert.deepEqual(readdirSync(join(path, "..")), ["file.bin"]);
	return { path, ranges };
}

async function fails(
	context: TestContext,
	behaviors: readonly Behavior[],
	problem: RegExp,
	options: DownloadOptions = {},
): Promise<Outcome> {
	const { url, ranges } = await startServer(context, file, behaviors);
	const path = join(scratch(context), "file.bin");
	await assert.rejects(
		download(url, path, { ...quick, ...options }),
		(error) => {
			assert.ok(error instanceof HttpError, String(error));
			assert.match(error.message, problem);
			assert.ok(!error.message.includes("\n"), "one line");
			return true;
		},
	);
	assert.ok(!existsSync(path), "nothing under the name of the file");
	return { path, ranges };
}

test("a file is fetched, and its progress told", async (context) => {
	const told: [number, number | undefined][] = [];
	const onProgress: DownloadOptions["onProgress"] = (...now) => told.push(now);
	await fetchFrom(context, [serve], { onProgress, sha256 });
	assert.deepEqual(told[0], [0, file.length]);
	assert.deepEqual(told.at(-1), [file.length, file.length]);
});

/** Each request but the first should ask for the rest; how much had arrived is up to the network. */
function assertResumed(
	ranges: readonly (string | undefined)[],
	requests: number,
): void {
	assert.equal(ranges.length, requests);
	assert.equal(ranges[0], undefined);
	for (const range of ranges.slice(1))
		assert.match(range ?? "", /^bytes=[1-9]/);
}

test("a broken connection is resumed where it broke", async (context) => {
	const behaviors = [breakAfter(70_000), breakAfter(50_000), serve];
	const { ranges } = await fetchFrom(context, behaviors);
	assertResumed(ranges, 3);
});

test("a server that goes silent is asked again", async (context) => {
	const behaviors = [breakAfter(70_000, { stall: true }), serve];
	const { ranges } = await fetchFrom(context, behaviors, impatient);
	assert.ok(ranges.length >= 2);
});

test("as long as more arrives a download goes on, however often it breaks", async (context) => {
	const { ranges } = await fetchFrom(context, [breakAfter(20_000)], {
		attempts: 2,
	});
	assert.ok(ranges.length >= 10);
});

test("a server without ranges is asked for the whole file again", async (context) => {
	const whole: Behavior = (response) => {
		response.writeHead(200, { "content-length": file.length });
		response.end(file);
	};
	const broken: Behavior = (response) => {
		response.writeHead(200, { "content-length": file.length });
		response.write(file.subarray(0, 70_000), () => response.destroy());
	};
	const { ranges } = await fetchFrom(context, [broken, broken, whole]);
	assert.deepEqual(ranges, [undefined, undefined, undefined]);
});

test("a file that changed on the server is fetched anew", async (context) => {
	const old: Behavior = (response) => {
		response.writeHead(200, { "content-length": 99, etag: '"old"' });
		response.write(
			"something",
			() => void soon().then(() => response.destroy()),
		);
	};
	await fetchFrom(context, [old, serve]);
	// This one sends a part of the new file although the old one was asked for.
	await fetchFrom(context, [old, breakAfter(file.length)]);
});

test("a part left by an earlier run is gone on from", async (context) => {
	const { url, ranges } = await startServer(context, file, [serve]);
	const path = join(scratch(context), "file.bin");
	writeFileSync(`${path}.part`, file.subarray(0, 1000));
	writeFileSync(`${path}.part.version`, '"one"');
	await download(url, path, quick);
	assert.deepEqual(ranges, ["bytes=1000-"]);
	assert.ok(readFileSync(path).equals(file));
	writeFileSync(`${path}.part`, file);
	writeFileSync(`${path}.part.version`, '"one"');
	await download(url, path, quick);
	assert.ok(readFileSync(path).equals(file), "already whole");
});

test("a part other than the one asked for is not used", async (context) => {
	const wrong: Behavior = (response) => {
		const headers = { "content-range": `bytes 5-9/${file.length}` };
		response.writeHead(206, { ...headers, etag: '"one"' });
		response.end(file.subarray(5, 10));
	};
	await fetchFrom(context, [breakAfter(70_000), wrong, serve]);
	await fails(context, [wrong], /another part/);
});

test("a length that is never reached ends in an error", async (context) => {
	const lying: Behavior = (response) => {
		response.writeHead(200, { "content-length": file.length + 10 });
		response.write(file, () => response.destroy());
	};
	const { ranges } = await fails(context, [lying], /broke/);
	assert.ok(ranges.length >= 3);
});

test("a file longer than announced is cut by its length and refused by its hash", async (context) => {
	const lying: Behavior = (response) => {
		response.socket?.end(
			Buffer.concat([
				Buffer.from("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n"),
				file,
			]),
		);
	};
	const { path } = await fails(context, [lying], /SHA-256.*is known/, {
		sha256,
	});
	assert.ok(!existsSync(`${path}.part`));
});

test("what is not wanted is not kept", async (context) => {
	const { url } = await startServer(context, file, [serve]);
	const path = join(scratch(context), "file.bin");
	const validate = async () => {
		throw new Error("no checkpoint");
	};
	await assert.rejects(
		download(url, path, { ...quick, validate }),
		/no checkpoint/,
	);
	assert.deepEqual(readdirSync(join(path, "..")), []);
});

test("a busy server is asked again, one that has not got the file is not", async (context) => {
	const busy = answer(503, { "retry-after": "0" });
	const { ranges } = await fetchFrom(context, [busy, busy, serve]);
	assert.equal(ranges.length, 3);
	const gone = await fails(context, [answer(404)], /answers 404/);
	assert.equal(gone.ranges.length, 1);
});

test("a redirection is followed, with its range", async (context) => {
	const target = await startServer(context, file, [breakAfter(70_000), serve]);
	await fetchFrom(context, [answer(302, { location: target.url })]);
	assertResumed(target.ranges, 2);
});

test("a file that does not fit on the disk is not begun", async (context) => {
	const huge: Behavior = (response) => {
		response.writeHead(200, { "content-length": 1e15 });
		response.write("x");
	};
	const { ranges } = await fails(context, [huge], /has room for .* MB, but/);
	assert.equal(ranges.length, 1);
});

test("what the file system refuses is said as it is, at once", async (context) => {
	const { url, ranges } = await startServer(context, file, [serve]);
	const path = join(scratch(context), "file.bin");
	mkdirSync(`${path}.part`);
	await assert.rejects(download(url, path, quick), { code: "EISDIR" });
	assert.equal(ranges.length, 1);
});

test("without a network there is one clear line", async (context) => {
	const path = join(scratch(context), "file.bin");
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address() as AddressInfo;
	await new Promise((resolve) => server.close(resolve));
	await assert.rejects(
		download(`http://127.0.0.1:${port}/file.bin`, path, quick),
		/^HttpError: cannot reach 127\.0\.0\.1:\d+: it refuses the connection \(ECONNREFUSED\)/,
	);
	await assert.rejects(
		download("http://nowhere.invalid/file.bin", path, quick),
		/^HttpError: cannot reach nowhere\.invalid: .*; is there a network\?/,
	);
});

test("the proxy variables are honored", async (context) => {
	const { url } = await startServer(context, file, [serve]);
	const { host, port: target } = new URL(url);
	const asked: (string | undefined)[] = [];
	const proxy = createServer();
	proxy.on("connect", ({ url: wanted }, client: Socket) => {
		asked.push(wanted);
		const upstream = connect(Number(target), "127.0.0.1", () => {
			client.write("HTTP/1.1 200 Connection established\r\n\r\n");
			upstream.pipe(client).pipe(upstream);
		});
	});
	await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
	context.after(() => {
		proxy.closeAllConnections();
		proxy.close();
	});
	const { port } = proxy.address() as AddressInfo;
	const path = join(scratch(context), "file.bin");
	const module = new URL("../../data-scripts/download.js", import.meta.url);
	const code = `import { download } from "${module}"; await download("${url}", "${path}");`;
	const child = spawn(process.execPath, ["--input-type=module", "-e", code], {
		env: { http_proxy: `http://127.0.0.1:${port}`, no_proxy: "" },
		stdio: "inherit",
	});
	const status = await new Promise((resolve) => child.once("exit", resolve));
	assert.equal(status, 0);
	assert.deepEqual(asked, [host]);
	assert.ok(readFileSync(path).equals(file));
});
