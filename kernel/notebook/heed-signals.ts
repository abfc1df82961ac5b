import { constants } from "node:os";
import type { KernelClient } from "../client.js";

/** What signals have said so far. */
export interface Heeded {
	/** Whether the cell was interrupted. */
	isInterrupted(): boolean;
	/** The exit code of a process that ends by the signal that came; undefined as long as none ends it. */
	code(): number | undefined;
}

/**
 * The first Ctrl-C interrupts the cell; a second one, SIGTERM and the end of the terminal end the kernel.
 *
 * Both save what is in training. One more Ctrl-C ends everything at once.
 */
export function heedSignals(client: KernelClient): Heeded {
	let isInterrupted = false;
	let code: number | undefined;
	const end = (signal: NodeJS.Signals) => {
		if (code !== undefined) return;
		code = 128 + constants.signals[signal];
		// a terminal that is gone takes no more text
		for (const stream of [process.stdout, process.stderr])
			stream.on("error", () => {});
		void client.shutdown();
	};
	const interrupt = () => {
		if (code !== undefined) {
			client.kill();
			process.exit(code);
		}
		if (isInterrupted) end("SIGINT");
		else client.interrupt().catch(() => {});
		isInterrupted = true;
	};
	process.on("SIGINT", interrupt).on("SIGTERM", end).on("SIGHUP", end);
	return { isInterrupted: () => isInterrupted, code: () => code };
}
