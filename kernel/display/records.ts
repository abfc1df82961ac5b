import type { Bundle } from "./bundle.js";
import { type TableLike, tableHtml, tableText } from "./table.js";

type Scalar = string | number | bigint | boolean | null | undefined;

/** A row by the names of its columns. */
export type Fields = Readonly<Record<string, Scalar>>;

// Of result rows: one bit for each image, to compute with and not to look at.
const unread = new Set(["correct"]);

const isScalar = (value: unknown): value is Scalar =>
	value === null || !["object", "function", "symbol"].includes(typeof value);

function isFields(value: unknown): value is Fields {
	if (typeof value !== "object" || value === null) return false;
	return (
		Object.getPrototypeOf(value) === Object.prototype &&
		Object.values(value).every(isScalar)
	);
}

const namesOf = (rows: readonly Fields[]) =>
	[...new Set(rows.flatMap(Object.keys))].filter((name) => !unread.has(name));

function tableOf(rows: readonly Fields[]): TableLike {
	const names = namesOf(rows);
	return {
		numRows: () => rows.length,
		numCols: () => names.length,
		columnNames: () => names,
		get: (name, row) => rows[row]?.[name],
	};
}

/** Rows as a table. */
export function recordsBundleOf(rows: readonly Fields[]): Bundle {
	const table = tableOf(rows);
	return {
		data: { "text/html": tableHtml(table), "text/plain": tableText(table) },
		metadata: {},
	};
}

/** A list of objects that are alike, with plain values only, such as result rows or a log, as a table. */
export function recordsBundle(value: object): Bundle | undefined {
	if (!Array.isArray(value) || value.length < 2) return undefined;
	if (!value.every(isFields)) return undefined;
	const shared = Object.keys(value[0]).filter((name) =>
		value.every((row) => name in row),
	);
	const isAlike =
		shared.length > 1 && shared.length >= namesOf(value).length - 1;
	return isAlike ? recordsBundleOf(value) : undefined;
}
