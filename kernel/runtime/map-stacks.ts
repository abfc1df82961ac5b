import { cellOf } from "./cell.js";
import { keepStack } from "./stack.js";
import { readFrames } from "./traceback.js";

function headOf(error: Error): string {
	try {
		return Error.prototype.toString.call(error);
	} catch {
		return "Error";
	}
}

/**
 * Makes `error.stack`, `console.trace` and what shows errors tell places in cells and local modules as they were written.
 *
 * A stack is only written when it is read, so that errors that are caught cost nothing. Stacks that lead through no
 * cell stay as they are.
 */
export function mapStacks(
	mapsOf: (path: string) => readonly string[] | undefined,
): void {
	const isOwn = (file: string) =>
		cellOf(file) !== undefined || mapsOf(file) !== undefined;
	Error.prepareStackTrace = (error, sites) => {
		const head = headOf(error);
		const raw = [head, ...sites.map((site) => `    at ${site}`)].join("\n");
		if (!sites.some((site) => isOwn(site.getFileName() ?? ""))) return raw;
		const frames = readFrames(raw.slice(head.length), mapsOf).map(
			({ name, place }) =>
				name === "" ? `    at ${place}` : `    at ${name} (${place})`,
		);
		const shown = [head, ...frames].join("\n");
		keepStack(error, { raw, shown });
		return shown;
	};
}
