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

/** How long an interrupted cell may take to save what it did. */
const graceSeconds = 60;

/** The time of a cell: once it is up, the cell is interrupted, and given up where that does not help. */
function cellClock(client: KernelClient, seconds: number) {
	const timers: NodeJS.Timeout[] = [];
	const after = (delay: number, action: () => void) => {
		if (Number.isFinite(delay)) timers.push(setTimeout(action, delay * 1000));
	};
	let start = () => {};
	let isUp = false;
	const tooLate = new Promise<never>((_, reject) => {
		start = () => {
			start = () => {};
			after(seconds, () => {
				isUp = true;
				client.interrupt().catch(() => {});
			});
			after(seconds + graceSeconds, () =>
				reject(
					new Error(
						`the cell did not stop: --timeout ${seconds} was over, and ${graceSeconds} s more`,
					),
				),
			);
		};
	});
	return {
		tooLate,
		/** To be called when the cell has begun: an interrupt before that would be lost. */
		begin: () => start(),
		/** Why the cell was interrupted, if its time was up. */
		reason: () =>
			isUp
				? [
						`it was interrupted because it took more than ${seconds} s (--timeout)`,
					]
				: [],
		stop: () => timers.forEach(clearTimeout),
	};
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

interface ExecuteOptions {
	readonly watcher?: ExecuteWatcher;
	/** Seconds a cell may take. */
	readonly timeout?: number;
	/** Goes on after a cell that fails. */
	readonly allowErrors?: boolean;
	/** Whether the kernel is being ended, so that no cell begins any more. */
	readonly isOver?: () => boolean;
}

/** Runs one cell; returns it with its outputs, and its traceback if it failed. */
async function executeCell(
	cell: NotebookCell,
	client: KernelClient,
	{
		collector,
		watcher,
		timeout = Infinity,
	}: ExecuteOptions & { readonly collector: OutputCollector },
): Promise<{ cell: NotebookCell; traceback?: readonly string[] }> {
	const outputs = collector.begin();
	const clock = cellClock(client, timeout);
	const onPublish = (message: Message) => {
		clock.begin();
		collector.add(message);
		watcher?.publish(message);
	};
	const work = client.execute(joinText(cell.source), { onPublish });
	try {
		const { reply } = await Promise.race([work, clock.tooLate]);
		const count = (reply.execution_count ?? null) as number | null;
		const done = { ...cell, outputs, execution_count: count };
		if (reply.status === "ok") return { cell: done };
		const traceback = (reply.traceback as string[] | undefined) ?? [];
		return { cell: done, traceback: [...traceback, ...clock.reason()] };
	} catch (error) {
		const done = { ...cell, outputs, execution_count: null };
		return { cell: done, traceback: [(error as Error).message] };
	} finally {
		clock.stop();
	}
}

/** Runs every code cell in order; stops at the first that fails unless told otherwise, and at any whose kernel is being ended. */
export async function executeNotebook(
	notebook: Notebook,
	client: KernelClient,
	options: ExecuteOptions = {},
): Promise<Executed> {
	const { reply } = await client.request("kernel_info_request", {});
	const collector = new OutputCollector();
	const cells = notebook.cells.map((cell) =>
		cell.cell_type === "code"
			? { ...cell, outputs: [], execution_count: null }
			: cell,
	);
	let failure: Executed["failure"];
	let number = 0;
	for (const [i, cell] of cells.entries()) {
		if (cell.cell_type !== "code") continue;
		number++;
		const source = joinText(cell.source);
		if (source.trim() === "") continue;
		options.watcher?.begin(number, source);
		const started = performance.now();
		const done = await executeCell(cell, client, { ...options, collector });
		cells[i] = done.cell;
		options.watcher?.end(number, (performance.now() - started) / 1000);
		const isOver = options.isOver?.() ?? false;
		if (!isOver && (!done.traceback || options.allowErrors)) continue;
		const traceback = done.traceback ?? [
			"the kernel was ended after this cell",
		];
		failure = { cell: number, traceback };
		break;
	}
	const described = describeKernel({ ...notebook, cells }, reply.content);
	return { notebook: described, ...(failure ? { failure } : {}) };
}
