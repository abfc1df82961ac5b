import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { after, test } from "node:test";
import { KernelClient } from "../../kernel/client.js";
import { kernelCommand } from "../../kernel/kernelspec.js";
import { createConnection } from "../../kernel/protocol/connection.js";

const clients: KernelClient[] = [];
after(() => {
	for (const client of clients) client.kill();
});

/** A kernel whose main thread is in a loop. */
async function startBusy(env: NodeJS.ProcessEnv = {}): Promise<KernelClient> {
	const client = await KernelClient.start({ env });
	clients.push(client);
	await new Promise<void>((resolve) => {
		client
			.execute("console.log('busy'); while (true) {}", {
				onPublish: ({ header }) => header.msg_type === "stream" && resolve(),
			})
			.catch(() => {});
	});
	return client;
}

test("a busy kernel shuts down when asked", async () => {
	const client = await startBusy();
	const exited = once(client.process, "exit");
	await client.request(
		"shutdown_request",
		{ restart: true },
		{ channel: "control" },
	);
	await exited;
});

test("a kernel ends when its parent does", async () => {
	const parent = spawn(process.execPath, ["-e", "setTimeout(() => {}, 1e6)"]);
	const client = await startBusy({ JPY_PARENT_PID: String(parent.pid) });
	parent.kill("SIGKILL");
	await once(client.process, "exit");
});

test("a kernel whose port is taken says so and ends", async () => {
	const { path, connection, remove } = await createConnection();
	const server = createServer().listen(connection.iopub_port, "127.0.0.1");
	const [program = "", ...args] = kernelCommand(path);
	const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"] });
	let text = "";
	child.stderr?.on("data", (chunk) => {
		text += chunk;
	});
	const [code] = await once(child, "exit");
	server.close();
	remove();
	assert.equal(code, 1);
	assert.match(text, /cannot open the sockets: Address already in use/);
});
