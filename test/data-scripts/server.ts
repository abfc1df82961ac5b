import {
	createServer,
	type IncomingMessage,
	type Server,
	type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { setTimeout as delay } from "node:timers/promises";

/** What a server does with one request for a file. */
export type Behavior = (
	response: ServerResponse,
	request: IncomingMessage,
	file: Buffer,
) => void;

export interface TestServer {
	readonly url: string;
	/** The `Range` header, or nothing, of each request so far. */
	readonly ranges: (string | undefined)[];
}

const tag = '"one"';

/** Sends the file, or the range that is asked for, as a good server does. */
export const serve: Behavior = (response, { headers }, file) => {
	const [, first] = /^bytes=(\d+)-$/.exec(headers.range ?? "") ?? [];
	const begin = headers["if-range"] === tag && first ? Number(first) : 0;
	if (begin >= file.length) {
		response.writeHead(416, { "content-range": `bytes */${file.length}` });
		response.end();
		return;
	}
	response.writeHead(begin > 0 ? 206 : 200, {
		"content-length": file.length - begin,
		etag: tag,
		...(begin > 0 && {
			"content-range": `bytes ${begin}-${file.length - 1}/${file.length}`,
		}),
	});
	response.end(file.subarray(begin));
};

/** Waits until the client, in this process, has had ten turns of the event loop to read what was sent. */
export async function soon(): Promise<void> {
	for (let turn = 0; turn < 10; turn++) await delay(3);
}

/** Sends some bytes and then breaks the connection, once so much of the file has arrived, or never goes on. */
export function breakAfter(
	bytes: number,
	{
		stall = false,
		arrival = soon,
	}: {
		readonly stall?: boolean;
		readonly arrival?: (size: number) => Promise<void>;
	} = {},
): Behavior {
	return (response, request, file) => {
		const [, first = "0"] =
			/^bytes=(\d+)-$/.exec(request.headers.range ?? "") ?? [];
		const begin = Number(first);
		response.writeHead(begin > 0 ? 206 : 200, {
			"content-length": file.length - begin,
			"content-range": `bytes ${begin}-${file.length - 1}/${file.length}`,
			etag: tag,
		});
		response.write(file.subarray(begin, begin + bytes), () => {
			if (stall) return;
			const size = Math.min(begin + bytes, file.length);
			void arrival(size).then(() => response.destroy());
		});
	};
}

/** Answers with the same status, headers and text whatever is asked. */
export function answer(
	status: number,
	headers: Record<string, string | number> = {},
	text = "",
): Behavior {
	return (response) => {
		response.writeHead(status, headers);
		response.end(text);
	};
}

/** Serves a file on this machine: the first request by the first behavior, and so on; the last stays. */
export async function startServer(
	context: TestContext,
	file: Buffer,
	behaviors: readonly Behavior[],
): Promise<TestServer> {
	const ranges: (string | undefined)[] = [];
	const server: Server = createServer((request, response) => {
		const at = Math.min(ranges.length, behaviors.length - 1);
		ranges.push(request.headers.range);
		behaviors[at]?.(response, request, file);
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	context.after(() => {
		server.closeAllConnections();
		server.close();
	});
	const { port } = server.address() as AddressInfo;
	return { url: `http://127.0.0.1:${port}/file.bin`, ranges };
}
