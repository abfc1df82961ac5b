import type { ColumnTable } from "arquero";
import { checkOptions } from "../check/check-options.js";
import {
	type FormatOptions,
	formatChecks,
	formatTable,
} from "./format-table.js";

/** A table in Markdown (GitHub's), padded so that it reads well in a terminal too. */
export function tableToMarkdown(
	table: ColumnTable,
	options: FormatOptions = {},
): string {
	checkOptions("tableToMarkdown", options, formatChecks);
	const { heads, isNumber, rows } = formatTable(table, options);
	const safe = [heads, ...rows].map((cells) =>
		cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")),
	);
	const widths = heads.map((_, column) =>
		Math.max(3, ...safe.map((cells) => (cells[column] as string).length)),
	);
	const line = (cells: readonly string[]) =>
		`| ${cells
			.map((cell, i) => {
				const width = widths[i] as number;
				return isNumber[i] ? cell.padStart(width) : cell.padEnd(width);
			})
			.join(" | ")} |`;
	const [head = [], ...body] = safe;
	const rule = widths.map((width, i) =>
		isNumber[i] ? `${"-".repeat(width - 1)}:` : "-".repeat(width),
	);
	return [line(head), line(rule), ...body.map(line)].join("\n");
}
