import { dirname } from "node:path";
import { describe } from "./language/assist.js";
import { splitCell } from "./language/magics.js";
import type { MagicHost } from "./magics/actions.js";
import { describeMagic, isMagic } from "./magics/table.js";
import type { Content } from "./protocol/message.js";
import { type Cell, createCell } from "./runtime/cell.js";
import type { Executor, Outcome } from "./runtime/executor.js";

/** What a cell came to: how it ended, what is to be done once its value is shown, and pages for the client. */
export type CellOutcome = Outcome & {
	readonly end: () => void;
	readonly payload: Content[];
};

/** What running a cell asks of the kernel. */
type CellHost = Omit<MagicHost, "run">;

/** What a name, or a magic, is, as a page. */
function help(name: string, executor: Executor): Content[] {
	const page = (data: object) => [{ source: "page", data, start: 0 }];
	if (isMagic(name)) return page(describeMagic(name));
	const info = executor.protect(() =>
		executor.compiler.inspect(name, name.length - 1),
	);
	return page(
		info ? describe(info) : { "text/plain": `there is no ${name} in scope` },
	);
}

/** Runs a cell: its magics and the code below each, one after another, until one fails. */
export async function runCell(
	cell: Cell,
	host: CellHost,
): Promise<CellOutcome> {
	const { executor } = host;
	const isDeclared = (name: string) => executor.compiler.isDeclared(name);
	const split = splitCell(cell.source, isDeclared);
	const nothing = { payload: [], end: () => {} };
	if (split.help) {
		const payload = help(split.help.name, executor);
		return { ...nothing, payload, value: undefined };
	}
	executor.begin(cell);
	const started = performance.now();
	const has = (wanted: string) =>
		split.parts.some(({ magics }) =>
			magics.some(({ name }) => name === wanted),
		);
	const hasMagics = split.parts.some(({ magics }) => magics.length > 0);
	// most cells have none, and a kernel starts faster without them
	const actions = hasMagics ? await import("./magics/actions.js") : undefined;
	const check = !has("%%nocheck");
	// each piece that is compiled has positions of its own to be traced back
	let isFirst = true;
	const run: MagicHost["run"] = (source, file) => {
		if (file) {
			const { label, text, path } = file;
			const own = createCell(label, text, cell.header, path);
			return executor.run(own, source, { check, folder: dirname(path) });
		}
		const own = isFirst
			? cell
			: createCell(cell.label, cell.source, cell.header);
		isFirst = false;
		return executor.run(own, source, { check });
	};
	let value: unknown;
	for (const { magics, source } of split.parts) {
		for (const magic of magics) {
			const outcome = await executor.attempt(() =>
				actions!.runMagic(magic, { ...host, run }),
			);
			if ("failure" in outcome) return { ...nothing, ...outcome };
			if (outcome.text) process.stdout.write(outcome.text);
			value = outcome.value;
		}
		if (magics.length > 0 && source.trim() === "") continue;
		const outcome = await run(source);
		if ("failure" in outcome) return { ...nothing, ...outcome };
		value = outcome.value;
	}
	const end = () => {
		if (!actions || !has("%%time")) return;
		process.stdout.write(actions.wallTime(performance.now() - started));
	};
	return { ...nothing, end, value };
}
