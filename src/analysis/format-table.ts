import type { ColumnTable } from "arquero";
import { type Checks, isRecord } from "../check/check-options.js";
import { list, text, that, whole } from "../check/checks.js";
import { didYouMean } from "../check/did-you-mean.js";
import { valueName } from "./series.js";
import { plainColumns, type Row } from "./table-rows.js";

/** How the values of a table are written. */
export interface FormatOptions {
	/** Digits after the point where a column has numbers that are not whole; default 2. */
	readonly digits?: number;
	/** The columns in their order; default all of single values. */
	readonly columns?: readonly string[];
	/** Other names for columns. */
	readonly names?: Readonly<Record<string, string>>;
}

/** Checks of how a table is written. */
export const formatChecks: Checks<FormatOptions> = {
	digits: whole({ from: 0, to: 100 }),
	columns: list(text),
	names: that(
		"an object of heads by the names of columns",
		(value) =>
			isRecord(value) &&
			Object.values(value).every((head) => typeof head === "string"),
	),
};

/** A table as text: the same number of cells in each row. */
export interface FormattedTable {
	readonly heads: readonly string[];
	/** Whether a column is of numbers, which are set to the right. */
	readonly isNumber: readonly boolean[];
	readonly rows: readonly (readonly string[])[];
}

const headNames: Readonly<Record<string, string>> = {
	learningRate: "learning rate",
	clean: "clean (%)",
	corrupted: "corrupted (%)",
	score: "score (%)",
	drop: "drop (%)",
	retention: "retention (%)",
	mPC: "mPC (%)",
	rPC: "rPC (%)",
	CE: "CE (%)",
	mCE: "mCE (%)",
	relativeMCE: "relative mCE (%)",
	CD: "CD (%)",
	mCD: "mCD (%)",
	rCD: "rCD (%)",
	chanceCorrectedDrop: "chance-corrected drop (%)",
	effectiveRobustness: "effective robustness (%)",
	"clean, published": "clean, published (%)",
	"corrupted, published": "corrupted, published (%)",
	"drop, published": "drop, published (%)",
};

const plainHead = (column: string): string =>
	headOf(column).replace(/ \(%\)$/, "");

/** `cleanLow` is `clean low (%)`. */
function headOf(column: string): string {
	const [, score, part] =
		/^(clean|corrupted|drop)(Low|High|Deviation)$/.exec(column) ?? [];
	if (score && part) return `${score} ${part.toLowerCase()} (%)`;
	return headNames[column] ?? column;
}

/** Probabilities, which are told from each other further behind the point. */
const probabilities = ["p", "holm"];
const probabilityDigits = 4;

function cellText(
	value: unknown,
	{ column, digits }: { readonly column: string; readonly digits: number },
): string {
	if (value === null || value === undefined || Number.isNaN(value)) return "–";
	if (typeof value !== "number") return valueName(column, value);
	return digits < 0 ? String(value) : value.toFixed(digits);
}

/** Writes the values of a table: scores with equally many digits, learning rates as they are, gaps as a dash. */
export function formatTable(
	table: ColumnTable,
	{ digits = 2, columns = plainColumns(table), names }: FormatOptions = {},
): FormattedTable {
	const known = table.columnNames();
	const unknown = columns.filter((column) => !known.includes(column));
	if (unknown.length > 0)
		throw new RangeError(
			`the table has no column ${unknown.join(", ")}: it has ${known.join(", ")}${didYouMean(unknown[0], known)}`,
		);
	const rows = table.objects() as Row[];
	const written = columns.map((column) => {
		const values = rows.map((row) => row[column]);
		const numbers = values.filter((value) => typeof value === "number");
		const isWhole = numbers.every((value) => Number.isInteger(value));
		const isPlain = isWhole || column === "learningRate";
		const fine = probabilities.includes(column) ? probabilityDigits : digits;
		// What scores are called is no percentage.
		const isText = values.some((value) => typeof value === "string");
		return {
			head: names?.[column] ?? (isText ? plainHead(column) : headOf(column)),
			isNumber: numbers.length > 0,
			cells: values.map((value) =>
				cellText(value, { column, digits: isPlain ? -1 : fine }),
			),
		};
	});
	return {
		heads: written.map(({ head }) => head),
		isNumber: written.map(({ isNumber }) => isNumber),
		rows: rows.map((_, i) => written.map(({ cells }) => cells[i] as string)),
	};
}
