import { shortId } from "../../src/analysis/short-id.js";
import { arrangeColumns } from "./arrange-columns.js";
import { escapeHtml } from "./html.js";
import { numberTexts } from "./number-text.js";
import { plainText } from "./plain.js";

/** What a table must offer to be shown as one; arquero's tables do. */
export interface TableLike {
	numRows(): number;
	numCols(): number;
	columnNames(): string[];
	get(name: string, row: number): unknown;
}

const shownAtOnce = 24;
const headRows = 10;
const tailRows = 5;
const shownColumns = 40;
const cellLength = 120;
const objectLength = 60;
const longestLine = 20;
const longestSentence = 80;
// in characters: what a page of 700 pixels has room for
const pageWidth = 84;
const gapWidth = 3;
const alike = "the same in all rows: ";

const style = {
	table: "border-collapse:collapse;font-variant-numeric:tabular-nums",
	numberHead: "text-align:right;padding:2px 7px;vertical-align:bottom",
	textHead: "text-align:left;padding:2px 7px;vertical-align:bottom",
	number: "text-align:right;padding:2px 7px;white-space:nowrap",
	text: "text-align:left;padding:2px 7px;white-space:nowrap",
	lines: "text-align:left;padding:2px 7px;min-width:9em",
	long: "text-align:left;padding:2px 7px;min-width:20em",
	type: "font-weight:normal;opacity:.6;font-size:85%",
	foot: "opacity:.6;font-size:85%;padding:4px 7px",
} as const;

/** Tells a table by its methods. */
export function isTable(value: object): value is TableLike {
	const table = value as Partial<TableLike>;
	return (
		typeof table.numRows === "function" &&
		typeof table.numCols === "function" &&
		typeof table.columnNames === "function" &&
		typeof table.get === "function"
	);
}

function typeOf(values: readonly unknown[]): string {
	const present = values.filter(
		(value) => value !== null && value !== undefined,
	);
	const types = new Set(
		present.map((value) =>
			value instanceof Date
				? "date"
				: Array.isArray(value)
					? "array"
					: typeof value,
		),
	);
	return types.size === 0 ? "empty" : [...types].sort().join(" | ");
}

function cellText(value: unknown): string {
	if (value === null || value === undefined) return "";
	if (typeof value === "string") return shortId(value);
	if (value instanceof Date) return value.toISOString();
	const text = plainText(value, { depth: 1, breakLength: Infinity });
	return text.length > objectLength ? `${text.slice(0, objectLength)}…` : text;
}

/** What a cell shows, and all of it where that is less. */
interface CellText {
	readonly text: string;
	readonly full?: string;
}

function cellsOf(column: string, values: readonly unknown[]): CellText[] {
	const isNumber = (value: unknown) => typeof value === "number";
	const numbers = numberTexts(column, values.filter(isNumber) as number[]);
	return values.map((value) => {
		const text = isNumber(value) ? (numbers.shift() ?? "") : cellText(value);
		if (text.length > cellLength)
			return { text: `${text.slice(0, cellLength)}…` };
		const isShort = typeof value === "string" && text !== value;
		return isShort ? { text, full: value } : { text };
	});
}

interface Column {
	readonly name: string;
	readonly type: string;
	readonly isNumber: boolean;
	readonly cells: readonly CellText[];
}

interface Shown {
	readonly columns: readonly Column[];
	readonly rows: readonly number[];
	/** Position in `rows` after which rows are left out; -1 when none are. */
	readonly gap: number;
	/** How large the table is. */
	readonly size: string;
	/** What is the same in all rows, where the table would be too wide with it: names and values. */
	readonly same: readonly (readonly [string, string])[];
}

const widthOf = ({ name, cells }: Column) =>
	Math.max(name.length, ...cells.map(({ text }) => text.length));

/** Whether a column has one value in all rows, not only in those that are shown. */
function isSame(table: TableLike, name: string): boolean {
	const first = table.get(name, 0);
	if (typeof first === "object" && first !== null) return false;
	for (let row = 1; row < table.numRows(); row++)
		if (!Object.is(table.get(name, row), first)) return false;
	return true;
}

/** Columns of which some go below, those that are the same in all rows, where all are wider than a page. */
function fitColumns(
	table: TableLike,
	columns: readonly Column[],
): { columns: readonly Column[]; below: readonly Column[] } {
	const width = columns.reduce((sum, one) => sum + widthOf(one) + gapWidth, 0);
	if (width <= pageWidth || table.numRows() < 2) return { columns, below: [] };
	const below = columns.filter(({ name }) => isSame(table, name));
	if (below.length === columns.length) return { columns, below: [] };
	return { columns: columns.filter((one) => !below.includes(one)), below };
}

const plural = (n: number, word: string) => `${n} ${word}${n === 1 ? "" : "s"}`;

function select(table: TableLike): Shown {
	const count = table.numRows();
	const isLong = count > shownAtOnce;
	const rows = isLong
		? [
				...Array.from({ length: headRows }, (_, i) => i),
				...Array.from({ length: tailRows }, (_, i) => count - tailRows + i),
			]
		: Array.from({ length: count }, (_, i) => i);
	const all = arrangeColumns(table)
		.slice(0, shownColumns)
		.map((name) => {
			const values = rows.map((row) => table.get(name, row));
			const type = typeOf(values);
			const isNumber = type === "number" || type === "bigint";
			return { name, type, isNumber, cells: cellsOf(name, values) };
		});
	const { columns, below } = fitColumns(table, all);
	const hidden = table.numCols() - all.length;
	const size =
		`${plural(count, "row")} × ${plural(table.numCols(), "column")}` +
		(hidden > 0 ? `, ${hidden} not shown` : "");
	const same = below.map(
		({ name, cells }) => [name, cells[0]?.text || "–"] as const,
	);
	return { columns, rows, gap: isLong ? headRows - 1 : -1, size, same };
}

/** The name of a column, which may be broken before a capital. */
const breakable = (name: string) =>
	escapeHtml(name).replace(/(?<=[a-z]{3})(?=[A-Z][a-z]{2})/g, "<wbr>");

/**
 * A table as HTML with column types and row count; long ones show head and tail, and below wide ones stands
 * what is the same in all rows.
 */
export function tableHtml(table: TableLike): string {
	const { columns, rows, gap, size, same } = select(table);
	const cell = (tag: string, look: string, content: string, full?: string) =>
		`<${tag} style="${look}"${full ? ` title="${escapeHtml(full)}"` : ""}>${content}</${tag}>`;
	const lookOf = (isNumber: boolean, text = "") => {
		if (isNumber) return style.number;
		if (text.length > longestSentence) return style.long;
		return text.length > longestLine && text.includes(" ")
			? style.lines
			: style.text;
	};
	const heads = columns.map(({ name, type, isNumber }) =>
		cell(
			"th",
			isNumber ? style.numberHead : style.textHead,
			`${breakable(name)}<br><span style="${style.type}">${type}</span>`,
		),
	);
	const dots = `<tr>${columns.map(({ isNumber }) => cell("td", lookOf(isNumber), "⋮")).join("")}</tr>`;
	const body = rows.map((_, i) => {
		const cells = columns.map(({ isNumber, cells }) => {
			const { text = "", full } = cells[i] ?? {};
			return cell("td", lookOf(isNumber, text), escapeHtml(text), full);
		});
		return `<tr>${cells.join("")}</tr>${i === gap ? dots : ""}`;
	});
	const values = same.map(
		([name, value]) => `${escapeHtml(name)} <b>${escapeHtml(value)}</b>`,
	);
	const below = same.length > 0 ? [`${alike}${values.join(" · ")}`] : [];
	return [
		`<div style="overflow-x:auto"><table style="${style.table}"><thead><tr>${heads.join("")}</tr></thead>`,
		`<tbody>${body.join("\n")}</tbody></table></div>`,
		...[size, ...below].map(
			(note) => `<div style="${style.foot}">${note}</div>`,
		),
	].join("\n");
}

/** A table as aligned text, for terminals. */
export function tableText(table: TableLike): string {
	const { columns, rows, gap, size, same } = select(table);
	const widths = columns.map(widthOf);
	const line = (texts: readonly string[]) =>
		texts
			.map((text, i) =>
				columns[i]?.isNumber
					? text.padStart(widths[i] ?? 0)
					: text.padEnd(widths[i] ?? 0),
			)
			.join("  ")
			.trimEnd();
	const body = rows.flatMap((_, i) => {
		const shown = line(columns.map(({ cells }) => cells[i]?.text ?? ""));
		return i === gap ? [shown, line(columns.map(() => "⋮"))] : [shown];
	});
	const values = same.map(([name, value]) => `${name} ${value}`);
	const below = same.length > 0 ? [`${alike}${values.join(" · ")}`] : [];
	const head = line(columns.map(({ name }) => name));
	return [head, ...body, size, ...below].join("\n");
}
