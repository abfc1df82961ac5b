import { ChildProcess, type StdioOptions } from "node:child_process";
import { syncBuiltinESMExports } from "node:module";
import type { Readable } from "node:stream";
import type { Context, Interrupts } from "./interrupts.js";

/** Shows output of a child process in the cell that started it. */
export type ShowOutput = (
	name: "stdout" | "stderr",
	chunk: Uint8Array,
	context: Context,
) => void;

const names = { 1: "stdout", 2: "stderr" } as const;

/** Which of the kernel's own streams an entry of `stdio` stands for. */
export function ownStream(
	entry: unknown,
	index: number,
): "stdout" | "stderr" | undefined {
	if (entry === "inherit") return names[index as 1 | 2];
	if (entry === 1 || entry === process.stdout) return "stdout";
	if (entry === 2 || entry === process.stderr) return "stderr";
	return undefined;
}

/** The entries of `stdio`, one for each stream. */
export const stdioList = (stdio: StdioOptions | undefined): unknown[] =>
	Array.isArray(stdio) ? stdio : Array(3).fill(stdio ?? "pipe");

interface Spawning {
	readonly stdio?: StdioOptions;
	readonly detached?: boolean;
}

type Child = ChildProcess & {
	stdio: unknown[];
	stdout: unknown;
	stderr: unknown;
};

/**
 * Makes output that child processes inherit appear in their cell, and interrupts of a cell reach its children.
 *
 * Every asynchronous way to start one passes through one method, which sees what streams it wants.
 */
export function followChildren(interrupts: Interrupts, show: ShowOutput): void {
	const prototype = ChildProcess.prototype as unknown as {
		spawn(options: Spawning): number;
	};
	const { spawn } = prototype;
	prototype.spawn = function (this: Child, options) {
		const context = interrupts.now;
		const wanted = stdioList(options.stdio);
		const shown = wanted.map((entry, i) => ownStream(entry, i));
		const stdio = wanted.map((entry, i) => (shown[i] ? "pipe" : entry));
		const result = spawn.call(this, {
			...options,
			stdio: stdio as StdioOptions,
		});
		for (const [i, name] of shown.entries()) {
			const stream = this.stdio?.[i] as Readable | undefined;
			if (!name || !stream) continue;
			stream.on("data", (chunk: Uint8Array) => show(name, chunk, context));
			// whoever inherits a stream gets none to read
			this.stdio[i] = null;
			if (i === 1) this.stdout = null;
			if (i === 2) this.stderr = null;
		}
		if (!options.detached) stopWith(this, context.abort.signal);
		return result;
	};
	syncBuiltinESMExports();
}

/** Interrupts a child process, as Ctrl-C in a terminal does, when its cell is. */
function stopWith(child: ChildProcess, signal: AbortSignal): void {
	const stop = () => child.kill("SIGINT");
	signal.addEventListener("abort", stop, { once: true });
	child.once("exit", () => signal.removeEventListener("abort", stop));
}
