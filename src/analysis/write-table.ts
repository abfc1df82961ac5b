import { dirname, extname } from "node:path";
import { type ColumnTable, toArrowIPC, toCSV } from "arquero";
import { didYouMean } from "../check/did-you-mean.js";
import { makeFolder, writeWhole } from "../runs/whole-file.js";
import { plainColumns } from "./table-rows.js";
import { tableToLatex } from "./table-to-latex.js";
import { tableToMarkdown } from "./table-to-markdown.js";

/**
 * A table as CSV: column names first, numbers in full precision, gaps empty.
 *
 * Columns of several figures each, as `details` of results, are left out: `selectMetric` chooses one.
 */
export const tableToCsv = (table: ColumnTable): string =>
	toCSV(table, { columns: plainColumns(table) });

/**
 * A table in the Arrow IPC file format, which pandas, Polars, R and DuckDB read.
 *
 * Columns are left out as in CSV.
 */
export const tableToArrow = (table: ColumnTable): Uint8Array =>
	toArrowIPC(table, { format: "file", columns: plainColumns(table) });

const encoders: Readonly<
	Record<string, (table: ColumnTable) => string | Uint8Array>
> = {
	".csv": tableToCsv,
	".md": (table) => `${tableToMarkdown(table)}\n`,
	".tex": (table) => `${tableToLatex(table)}\n`,
	".arrow": tableToArrow,
	".json": (table) => `${JSON.stringify(table.objects())}\n`,
};

/**
 * Writes a table as the end of the path says: `.csv`, `.arrow` and `.json` in full precision, `.md` and
 * `.tex` to be read.
 *
 * The file appears once it is whole. Throws for any other ending, and where the path cannot be written.
 */
export function writeTable(path: string, table: ColumnTable): void {
	const encode = encoders[extname(path).toLowerCase()];
	if (!encode)
		throw new RangeError(
			`a table is written as ${Object.keys(encoders).join(", ")}, not as ${path}${didYouMean(extname(path), Object.keys(encoders))}`,
		);
	makeFolder(dirname(path));
	writeWhole(path, encode(table));
}
