import type { Bundle } from "./bundle.js";
import { type TableLike, tableHtml, tableText } from "./table.js";

type Scalar = string | number | bigint | boolean | null | undefined;

/** A row by the names of its columns. */
export type Fields = Readonly<Record<string, Scalar>>;

const isScalar = (value: unknown): value is Scalar =>
	value === null || !["object", "function", "symbol"].includes(typeof value);

function isFields(value: unknown): value is Fields {
	if (typeof value !== "object" || value === null) return false;
	return (
		Object.getPrototypeOf(value) === Object.prototype &&
		Object.values(value).every(isScalar)
	);
}

const mostLookedAt = 1000;

/** Some of the rows where there are very many: the first, the last, and such between as are left. */
function someOf(rows: readonly unknown[]): readonly unknown[] {
	if (rows.length <= mostLookedAt) return rows;
	const apart = (rows.length - 1) / (mostLookedAt - 1);
	const indices = Array.from({ length: mostLookedAt }, (_, i) =>
		Math.round(i * apart),
	);
	return indices.map((i) => rows[i]);
}

const namesOf = (rows: readonly Fields[]) => [
	...new Set((someOf(rows) as readonly Fields[]).flatMap(Object.keys)),
];

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
	const some = someOf(value);
	if (!some.every(isFields)) return undefined;
	const shared = Object.keys(some[0]!).filter((name) =>
		some.every((row) => name in row),
	);
	const isAlike =
		shared.length > 1 && shared.length >= namesOf(some).length - 1;
	return isAlike ? recordsBundleOf(value) : undefined;
}
