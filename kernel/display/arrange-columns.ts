import { isHash, isRunId } from "../../src/analysis/short-id.js";
import type { TableLike } from "./table.js";

const mostLookedAt = 1000;

// Of result rows: one bit for each image, to compute with and not to look at.
const unread = new Set(["correct"]);

const isDeep = (value: unknown) => typeof value === "object" && value !== null;

/** Some rows of a table: all of a short one, of a long one such as lie evenly apart. */
function someRows(table: TableLike): number[] {
	const count = table.numRows();
	const some = Math.min(count, mostLookedAt);
	return Array.from({ length: some }, (_, i) =>
		Math.round((i * (count - 1)) / Math.max(1, some - 1)),
	);
}

/**
 * The columns of a table in the order in which they are read.
 *
 * In a table of runs, what varies stands first, what is the same in all rows behind it, then what are several
 * figures in one, and ids last; any other table is left as it is.
 */
export function arrangeColumns(table: TableLike): string[] {
	const all = table.columnNames();
	const names = all.includes("run")
		? all.filter((name) => !unread.has(name))
		: all;
	const rows = someRows(table);
	const columns = names.map((name) => {
		const values = rows.map((row) => table.get(name, row));
		const every = (is: (value: unknown) => boolean) =>
			values.length > 0 && values.every(is);
		const varies = values.some((value) => value !== values[0]);
		return {
			name,
			varies,
			isRun: every(isRunId),
			isId: every(isHash),
			isDeep: values.some(isDeep),
		};
	});
	const isOfRuns =
		columns.some(({ isRun }) => isRun) ||
		["task", "backbone"].every((name) => names.includes(name));
	if (!isOfRuns) return names;
	const place = ({ isRun, isId, isDeep, varies }: (typeof columns)[number]) =>
		isRun ? 4 : isId ? 3 : isDeep ? 2 : varies || rows.length === 1 ? 0 : 1;
	return columns.sort((a, b) => place(a) - place(b)).map(({ name }) => name);
}
