import type { SweepStatus } from "./cell-status.js";
import { type ShownCell, statusTable } from "./status-table.js";

const columns = [
	...["state", "cell", "step", "loss", "left", "node", "reason"],
] as const satisfies (keyof ShownCell)[];

/** How much room a status has. */
export interface TextRoom {
	/** Characters of a line; longer ones are cut. */
	readonly width?: number;
	/** Cells, at most. */
	readonly cells?: number;
	/** Lines of the log of a cell that failed. */
	readonly logLines?: number;
}

const cut = (text: string, width: number): string =>
	text.length > width ? `${text.slice(0, width - 1)}…` : text;

/** The end of a log, moved in. */
const logLinesOf = ({ log = "" }: ShownCell, most: number): string[] =>
	log === "" || most === 0
		? []
		: log
				.trimEnd()
				.split("\n")
				.slice(-most)
				.map((line) => `  | ${line}`);

/** A status as lines of text: counts, what is not known, and a table of the cells. */
export function statusText(
	status: SweepStatus,
	{
		width = Number.POSITIVE_INFINITY,
		cells = 1000,
		logLines = 5,
	}: TextRoom = {},
): string {
	const table = statusTable(status, cells);
	const used = columns.filter((name) => table.cells.some((cell) => cell[name]));
	const widths = used.map((name) =>
		Math.max(name.length, ...table.cells.map((cell) => cell[name].length)),
	);
	const line = (texts: readonly string[]) =>
		texts
			.map((text, i) => text.padEnd(widths[i] as number))
			.join("  ")
			.trimEnd();
	const rows = table.cells.flatMap((cell) => [
		line(used.map((name) => cell[name])),
		...logLinesOf(cell, logLines),
	]);
	return [
		...[table.counts, ...table.notes],
		...(rows.length > 0 ? ["", line(used), ...rows] : []),
		...(table.rest && cells !== 0 ? [table.rest] : []),
	]
		.map((text) => cut(text, width))
		.join("\n");
}
