import type { ColumnTable } from "arquero";
import { checkOptions } from "../check/check-options.js";
import { escapeHtml } from "./escape-html.js";
import {
	type FormatOptions,
	formatChecks,
	formatTable,
} from "./format-table.js";
import { shortId } from "./short-id.js";

/** A table as an HTML element: cells of numbers have the class `number`; ids of runs are shortened, their titles are not. */
export function tableToHtml(
	table: ColumnTable,
	options: FormatOptions = {},
): string {
	checkOptions("tableToHtml", options, formatChecks);
	const { heads, isNumber, rows } = formatTable(table, options);
	const line = (tag: "th" | "td", cells: readonly string[]) =>
		`<tr>${cells
			.map((cell, i) => {
				const kind = isNumber[i] ? ' class="number"' : "";
				const short = shortId(cell);
				const full = short === cell ? "" : ` title="${escapeHtml(cell)}"`;
				return `<${tag}${kind}${full}>${escapeHtml(short)}</${tag}>`;
			})
			.join("")}</tr>`;
	return `<table><thead>${line("th", heads)}</thead>
<tbody>${rows.map((cells) => line("td", cells)).join("\n")}</tbody></table>`;
}
