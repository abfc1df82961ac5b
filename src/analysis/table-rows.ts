import { type ColumnTable, table } from "arquero";
import { shown } from "../check/shown.js";
import type { ResultRow } from "../evaluate/result-row.js";

/** Result rows as an arquero table, as `loadResults` gives them, or as plain objects. */
export type Results = ColumnTable | readonly ResultRow[];

/** One row of a table. */
export type Row = Readonly<Record<string, unknown>>;

/** A table of the columns that any row has, in the order of their first appearance; gaps are null. */
export function tableOf(rows: readonly object[]): ColumnTable {
	const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
	return table(
		Object.fromEntries(
			names.map((name) => [
				name,
				rows.map((row) => (row as Row)[name] ?? null),
			]),
		),
		names,
	);
}

/** The columns of single values: text, numbers and the like; throws where this is no table. */
export function plainColumns(table: ColumnTable): string[] {
	if (typeof table?.columnNames !== "function")
		throw new TypeError(
			`a table is one of arquero, as \`studyTable\` and \`loadResults(rows)\` make it, not ${shown(table)}`,
		);
	return table
		.columnNames()
		.filter((name) =>
			(table.array(name) as unknown[]).every(
				(value) => typeof value !== "object" || value === null,
			),
		);
}

/** The rows of a table as plain objects, filters and order applied. */
export function rowsOf(results: Results): readonly ResultRow[] {
	if (Array.isArray(results)) return results;
	if (typeof results === "object" && results !== null && "objects" in results)
		return results.objects() as unknown as ResultRow[];
	throw new TypeError(
		`results must be a table, as \`loadResults\` gives it, or a list of rows, not ${shown(results)}`,
	);
}

/** Items of one key together, in the order of their first appearance. */
export function groupBy<Item>(
	items: readonly Item[],
	keyOf: (item: Item) => unknown,
): Item[][] {
	const groups = new Map<unknown, Item[]>();
	for (const item of items) {
		const key = keyOf(item);
		const group = groups.get(key);
		if (group) group.push(item);
		else groups.set(key, [item]);
	}
	return [...groups.values()];
}
