import { randomBytes, randomInt } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The five sockets of a kernel. */
export const channels = ["shell", "iopub", "stdin", "control", "hb"] as const;
export type Channel = (typeof channels)[number];

/** What a Jupyter connection file holds. */
export type Connection = {
	readonly transport: "tcp" | "ipc";
	readonly ip: string;
	readonly key: string;
	readonly signature_scheme: "hmac-sha256";
} & { readonly [channel in Channel as `${channel}_port`]: number };

const loopback = /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/;

/**
 * Reads a connection file.
 *
 * Throws when messages would not be signed or the sockets would be open to other machines.
 */
export function readConnection(path: string): Connection {
	const connection = JSON.parse(readFileSync(path, "utf8")) as Connection;
	const refuse = (reason: string) => {
		throw new Error(`connection file ${path}: ${reason}`);
	};
	const { transport, ip, key, signature_scheme } = connection;
	if (transport !== "tcp" && transport !== "ipc") {
		refuse(`transport is "${transport}", must be "tcp" or "ipc"`);
	}
	if (transport === "tcp" && !loopback.test(ip)) {
		refuse(`ip is "${ip}"; this kernel listens on 127.0.0.1 only`);
	}
	if (signature_scheme !== "hmac-sha256") {
		refuse(`signature_scheme is "${signature_scheme}", must be "hmac-sha256"`);
	}
	if (!key) refuse("key is empty; this kernel answers signed messages only");
	for (const channel of channels) {
		const port = connection[`${channel}_port`];
		if (!Number.isInteger(port)) refuse(`${channel}_port is ${port}`);
	}
	return connection;
}

/** The ZeroMQ address of one channel. */
export function address(connection: Connection, channel: Channel): string {
	const port = connection[`${channel}_port`];
	return connection.transport === "ipc"
		? `ipc://${connection.ip}-${port}`
		: `tcp://${connection.ip}:${port}`;
}

/** Below the range from which systems take the ports of outgoing connections. */
const portRange = [20_000, 32_000] as const;

function isFree(port: number): Promise<boolean> {
	return new Promise((resolve) => {
		const server = createServer();
		server.once("error", () => resolve(false));
		server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
	});
}

async function freePorts(count: number): Promise<number[]> {
	const ports = new Set<number>();
	while (ports.size < count) {
		const port = randomInt(...portRange);
		if (await isFree(port)) ports.add(port);
	}
	return [...ports];
}

/** Writes a connection file with free ports and a fresh key, readable by its owner only. */
export async function createConnection(): Promise<{
	readonly path: string;
	readonly connection: Connection;
	remove(): void;
}> {
	const ports = await freePorts(channels.length);
	const port = (channel: Channel) => ports[channels.indexOf(channel)] as number;
	const connection: Connection = {
		transport: "tcp",
		ip: "127.0.0.1",
		key: randomBytes(32).toString("hex"),
		signature_scheme: "hmac-sha256",
		shell_port: port("shell"),
		iopub_port: port("iopub"),
		stdin_port: port("stdin"),
		control_port: port("control"),
		hb_port: port("hb"),
	};
	const folder = mkdtempSync(join(tmpdir(), "robust-transfer-kernel-"));
	const path = join(folder, "connection.json");
	writeFileSync(path, JSON.stringify(connection), { mode: 0o600 });
	const remove = () => rmSync(folder, { recursive: true, force: true });
	return { path, connection, remove };
}
