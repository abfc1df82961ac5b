import type { Bundle } from "./bundle.js";
import { escapeHtml } from "./html.js";

/** What is known of something, by name; what is not known is undefined. */
type Facts = Readonly<Record<string, string | undefined>>;

const style = {
	table: "border-collapse:collapse",
	cell: "text-align:left;padding:1px 16px 1px 0;border:0;vertical-align:top;font-weight:normal",
} as const;

const known = (facts: Facts) =>
	Object.entries(facts).filter(
		(fact): fact is [string, string] => fact[1] !== undefined,
	);

/** A bold title over a table of facts. */
export function factsHtml(title: string, facts: Facts): string {
	const rows = known(facts).map(
		([name, value]) =>
			`<tr><th style="${style.cell};opacity:.6;white-space:nowrap">${escapeHtml(name)}</th><td style="${style.cell}">${escapeHtml(value)}</td></tr>`,
	);
	return `<div><b>${escapeHtml(title)}</b></div><table style="${style.table}">${rows.join("\n")}</table>`;
}

/** A title, and below it the facts with their values aligned. */
export function factsText(title: string, facts: Facts): string {
	const all = known(facts);
	const width = Math.max(0, ...all.map(([name]) => name.length));
	const lines = all.map(([name, value]) =>
		`  ${name.padEnd(width)}  ${value}`.trimEnd(),
	);
	return [title, ...lines].join("\n");
}

/** A title and facts, as HTML with something more below, and as text. */
export const factsBundle = (
	title: string,
	facts: Facts,
	more = "",
): Bundle => ({
	data: {
		"text/html": factsHtml(title, facts) + more,
		"text/plain": factsText(title, facts),
	},
	metadata: {},
});

/** A number with commas between thousands. */
export const count = (number: number) => number.toLocaleString("en-US");
