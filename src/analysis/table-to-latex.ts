import type { ColumnTable } from "arquero";
import { type Checks, checkOptions } from "../check/check-options.js";
import { text } from "../check/checks.js";
import {
	type FormatOptions,
	formatChecks,
	formatTable,
} from "./format-table.js";

/** What stands around a LaTeX table. */
export interface LatexOptions extends FormatOptions {
	readonly caption?: string;
	/** What `\ref` names it by. */
	readonly label?: string;
}

const checks: Checks<LatexOptions> = {
	...formatChecks,
	caption: text,
	label: text,
};

const escapes: Readonly<Record<string, string>> = {
	"\\": "\\textbackslash{}",
	"~": "\\textasciitilde{}",
	"^": "\\textasciicircum{}",
	"–": "--",
	"−": "$-$",
	"·": "$\\cdot$",
	"×": "$\\times$",
	"±": "$\\pm$",
};

/** Text that LaTeX sets as it is. */
const escapeLatex = (text: string): string =>
	text.replace(
		/[\\~^–−·×±&%$#_{}]/g,
		(character) => escapes[character] ?? `\\${character}`,
	);

/** A table in LaTeX, in the manner of the `booktabs` package: inside a `table` where it has a caption or label. */
export function tableToLatex(
	table: ColumnTable,
	given: LatexOptions = {},
): string {
	checkOptions("tableToLatex", given, checks);
	const { caption, label, ...options } = given;
	const { heads, isNumber, rows } = formatTable(table, options);
	const line = (cells: readonly string[]) =>
		`${cells.map(escapeLatex).join(" & ")} \\\\`;
	const tabular = [
		`\\begin{tabular}{${isNumber.map((is) => (is ? "r" : "l")).join("")}}`,
		"\\toprule",
		line(heads),
		"\\midrule",
		...rows.map(line),
		"\\bottomrule",
		"\\end{tabular}",
	];
	if (caption === undefined && label === undefined) return tabular.join("\n");
	return [
		"\\begin{table}",
		"\\centering",
		...(caption === undefined ? [] : [`\\caption{${escapeLatex(caption)}}`]),
		...(label === undefined ? [] : [`\\label{${label}}`]),
		...tabular,
		"\\end{table}",
	].join("\n");
}
