/** The kernel process: `node --no-force-async-hooks-checks main.js <connection file>`. */
import { randomUUID } from "node:crypto";
import { getHeapStatistics } from "node:v8";
import { Kernel } from "./kernel.js";
import { kernelInfo } from "./kernel-info.js";
import { Compiler } from "./language/compiler.js";
import { readConnection } from "./protocol/connection.js";
import { watchAsyncHooks } from "./runtime/async-hooks.js";
import { createCell } from "./runtime/cell.js";
import { Executor } from "./runtime/executor.js";
import { refuseExits } from "./runtime/exits.js";
import { shared } from "./runtime/interrupts.js";
import { mapStacks } from "./runtime/map-stacks.js";
import { followTimers } from "./runtime/timers.js";
import { Link } from "./sockets/link.js";
import * as tslab from "./tslab.js";

/** Bytes of the heap that only new objects use, three half-spaces of it: the others have that much less. */
const youngSpace =
	3 * (Number(process.versions.node.split(".")[0]) < 24 ? 16 : 64) * 2 ** 20;

async function start(connectionFile: string): Promise<void> {
	const connection = readConnection(connectionFile);
	const memory = new Int32Array(new SharedArrayBuffer(4 * shared.words));
	Atomics.store(memory, shared.critical, 1);
	watchAsyncHooks(memory);
	const info = kernelInfo();
	const session = randomUUID();
	const link = new Link({
		connection,
		session,
		kernelInfo: info,
		memory,
		heapLimit: getHeapStatistics().heap_size_limit - youngSpace,
	});
	const ready = link.ready();
	process.on("exit", () => link.close());
	const folder = process.cwd();
	const compiler = new Compiler(folder);
	// the checker reads its libraries at the first cell: better now than then
	compiler.compile("1", { check: true });
	await ready;
	const overrides = new Map([["tslab", () => tslab]]);
	const idle = createCell("In[0]", "", undefined);
	const executor = new Executor(compiler, { memory, idle, overrides });
	followTimers(executor.interrupts);
	mapStacks((path) => executor.modules.mapsOf(path));
	new Kernel(link, executor, info, refuseExits()).start();
	Atomics.store(memory, shared.critical, 0);
}

const [connectionFile] = process.argv.slice(2);
if (connectionFile === undefined) {
	process.stderr.write("usage: node main.js <connection file>\n");
	process.exitCode = 2;
} else {
	start(connectionFile).catch((error: unknown) => {
		process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
		process.exit(1);
	});
}
