import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before } from "node:test";
import {
	type ClientOptions,
	type Execution,
	KernelClient,
} from "../../kernel/client.js";
import type { Content, Message } from "../../kernel/protocol/message.js";

// biome-ignore lint/suspicious/noControlCharactersInRegex: terminal colors are control characters
const colors = /\x1b\[[\d;]*m/g;

/** Text without terminal colors. */
export const plain = (text: string) => text.replace(colors, "");

/** The types of what was published for a cell, `status` and `execute_input` left out. */
export function outputs({ published }: Execution): Message[] {
	return published.filter(
		({ header }) =>
			header.msg_type !== "status" && header.msg_type !== "execute_input",
	);
}

/** Everything a cell wrote to one stream. */
export function streamed(
	execution: Execution,
	name: "stdout" | "stderr" = "stdout",
): string {
	return outputs(execution)
		.filter(({ content }) => content.name === name)
		.map(({ content }) => String(content.text))
		.join("");
}

/** The MIME data of a cell's result. */
export function result(execution: Execution): Record<string, string> {
	const found = outputs(execution).find(
		({ header }) => header.msg_type === "execute_result",
	);
	return (found?.content.data ?? {}) as Record<string, string>;
}

/** The plain text of a cell's result; the traceback where it failed. */
export function shown(execution: Execution): string {
	const { status, traceback } = execution.reply;
	return status === "error"
		? plain((traceback as string[]).join("\n"))
		: (result(execution)["text/plain"] ?? "");
}

/** A folder with the given files, for the time of a test file. */
export function scratchFolder(files: Readonly<Record<string, string>> = {}) {
	const folder = mkdtempSync(join(tmpdir(), "robust-transfer-test-"));
	for (const [name, text] of Object.entries(files)) {
		const path = join(folder, name);
		mkdirSync(dirname(path), { recursive: true });
		writeFileSync(path, text);
	}
	after(() => rmSync(folder, { recursive: true, force: true }));
	return folder;
}

/** One kernel for all tests of a file. */
export function useKernel(options: ClientOptions = {}) {
	const recorded: Message[] = [];
	const kernel = { recorded } as {
		client: KernelClient;
		recorded: Message[];
		/** Runs a cell. */
		run(code: string, content?: Content): Promise<Execution>;
		/** Runs a cell and gives what it shows. */
		show(code: string): Promise<string>;
	};
	before(async () => {
		kernel.client = await KernelClient.start(options);
		kernel.client.onPublish = (message) => recorded.push(message);
	});
	kernel.run = (code, content = {}) => kernel.client.execute(code, { content });
	kernel.show = async (code) => shown(await kernel.run(code));
	after(() => kernel.client?.shutdown());
	return kernel;
}
