import type { KernelClient } from "../client.js";
import { displayName, kernelName } from "../kernelspec.js";
import type { Content, Message } from "../protocol/message.js";
import { joinText, type Notebook, type NotebookCell } from "./format.js";
import { OutputCollector } from "./outputs.js";

/** Tells whoever watches how far the notebook is. */
export interface ExecuteWatcher {
	begin(cell: number, source: string): void;
	publish(message: Message): void;
	end(cell: number, seconds: number): void;
}

/** A notebook with its outputs, and the traceback of the cell that failed, if one did. */
export interface Executed {
	readonly notebook: Notebook;
	readonly failure?: {
		/** Position among the code cells, from 1. */
		readonly cell: number;
		readonly traceback: readonly string[];
	};
}

const graceSeconds = 5;

class CellTimeout extends Error {}

/** Interrupts a cell that takes too long; gives up on the kernel when that does not help. */
async function withTimeout<T>(
	work: Promise<T>,
	client: KernelClient,
	seconds: number,
): Promise<T> {
	const timers: NodeJS.Timeout[] = [];
	const after = (delay: number, action: () => void) => {
		if (Number.isFinite(delay)) timers.push(setTimeout(action, delay * 1000));
	};
	const tooLate = new Promise<never>((_, reject) => {
		after(seconds, () => void client.interrupt().catch(() => {}));
		after(seconds + graceSeconds, () =>
			reject(new CellTimeout(`the cell did not stop after ${seconds} s`)),
		);
	});
	try {
		return await Promise.race([work, tooLate]);
	} finally {
		timers.forEach(clearTimeout);
	}
}

function describeKernel(notebook: Notebook, info: Content): Notebook {
	const metadata = {
		...notebook.metadata,
		kernelspec: {
			display_name: displayName,
			language: "typescript",
			name: kernelName,
		},
		language_info: info.language_info,
	};
	return { ...notebook, metadata };
}

/** Runs every code cell in order; stops at the first that fails unless told otherwise. */
export async function executeNotebook(
	notebook: Notebook,
	client: KernelClient,
	options: {
		readonly watcher?: ExecuteWatcher;
		/** Seconds a cell may take. */
		readonly timeout?: number;
		readonly allowErrors?: boolean;
	} = {},
): Promise<Executed> {
	const { watcher, timeout = Infinity, allowErrors = false } = options;
	const { reply } = await client.request("kernel_info_request", {});
	const described = describeKernel(notebook, reply.content);
	const collector = new OutputCollector();
	const done = new Map<NotebookCell, NotebookCell>();
	const result = (failure?: Executed["failure"]): Executed => ({
		notebook: {
			...described,
			cells: notebook.cells.map((cell) => done.get(cell) ?? cell),
		},
		...(failure ? { failure } : {}),
	});
	const codeCells = notebook.cells.filter((cell) => cell.cell_type === "code");
	for (const cell of codeCells) {
		done.set(cell, { ...cell, outputs: [], execution_count: null });
	}
	for (const [i, cell] of codeCells.entries()) {
		const source = joinText(cell.source);
		if (source.trim() === "") continue;
		watcher?.begin(i + 1, source);
		const started = performance.now();
		const outputs = collector.begin();
		const onPublish = (message: Message) => {
			collector.add(message);
			watcher?.publish(message);
		};
		const work = client.execute(source, { onPublish });
		const failed = (traceback: readonly string[]) =>
			result({ cell: i + 1, traceback });
		let content: Content;
		try {
			content = (await withTimeout(work, client, timeout)).reply;
		} catch (error) {
			done.set(cell, { ...cell, outputs, execution_count: null });
			return failed([(error as Error).message]);
		}
		const count = Number(content.execution_count);
		done.set(cell, { ...cell, outputs, execution_count: count });
		watcher?.end(i + 1, (performance.now() - started) / 1000);
		if (content.status !== "ok" && !allowErrors) {
			return failed((content.traceback as string[] | undefined) ?? []);
		}
	}
	return result();
}
