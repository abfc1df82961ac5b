import { escapeHtml } from "../analysis/escape-html.js";
import type { SweepStatus } from "./cell-status.js";
import { type ShownCell, statusTable } from "./status-table.js";

const mostCells = 100;

const columns = [
	...["state", "cell", "step", "loss", "left", "node", "reason"],
] as const satisfies (keyof ShownCell)[];

const left = "text-align:left;vertical-align:top";

function rowOf(cell: ShownCell, used: readonly (keyof ShownCell)[]): string {
	const fields = used.map(
		(name) => `<td style="${left}">${escapeHtml(cell[name] ?? "")}</td>`,
	);
	const row = `<tr>${fields.join("")}</tr>`;
	if (!cell.log) return row;
	return `${row}<tr><td></td><td colspan="${used.length - 1}" style="${left}"><pre>${escapeHtml(cell.log)}</pre></td></tr>`;
}

/** A status as HTML: counts, what is not known, and a table of the cells. */
export function statusHtml(status: SweepStatus): string {
	const { counts, notes, cells, rest } = statusTable(status, mostCells);
	const used = columns.filter((name) => cells.some((cell) => cell[name]));
	const head = used.map((name) => `<th style="${left}">${name}</th>`).join("");
	const rows = cells.map((cell) => rowOf(cell, used)).join("");
	const said = [counts, ...notes].map(
		(text) => `<div>${escapeHtml(text)}</div>`,
	);
	const table =
		cells.length === 0
			? ""
			: `<table><thead><tr>${head}</tr></thead><tbody>${rows}</tbody></table>`;
	const end = rest ? `<div>${escapeHtml(rest)}</div>` : "";
	return `<div style="font-variant-numeric:tabular-nums">${said.join("")}${table}${end}</div>`;
}
