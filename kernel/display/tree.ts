import { Getter, parts, sizeOf } from "../debug/children.js";
import { kindOf, lineOf } from "../magics/variables.js";
import { escapeHtml } from "./html.js";

const mostLines = 400;
const deepest = 6;
const widest = 40;

const isObject = (value: unknown): value is object =>
	typeof value === "object" && value !== null;

/**
 * An object as HTML that can be unfolded part by part: the first 40 parts of each, six levels, 400 lines together.
 *
 * No getter is called.
 */
export function treeHtml(root: object): string {
	let left = mostLines;
	const above = new Set<object>();
	const line = (name: string, text: string) =>
		`<div style="margin-left:1.2em">${name}${escapeHtml(text)}</div>`;
	const show = (key: string, value: unknown, depth: number): string => {
		left--;
		const name =
			key === "" ? "" : `<span style="opacity:.65">${escapeHtml(key)}:</span> `;
		if (value instanceof Getter) return line(name, "(getter)");
		if (!isObject(value) || value instanceof Date || value instanceof RegExp) {
			return line(name, lineOf(value, 200));
		}
		if (above.has(value)) return line(name, `${kindOf(value)} (circular)`);
		const size = sizeOf(value);
		const isFolded = size === 0 || depth >= deepest || left <= 0;
		if (isFolded) return line(name, lineOf(value));
		above.add(value);
		const shown = parts(value, 0, Math.min(widest, left));
		const inner: string[] = [];
		for (const [part, child] of shown) {
			if (left <= 0) break;
			inner.push(show(part, child, depth + 1));
		}
		above.delete(value);
		const more = size - inner.length;
		if (more > 0) inner.push(line("", `${more} more`));
		const summary = `${name}<span style="opacity:.65">${escapeHtml(kindOf(value))}</span> ${escapeHtml(lineOf(value))}`;
		return `<details${depth === 0 ? " open" : ""} style="margin-left:${depth === 0 ? 0 : 1.2}em"><summary>${summary}</summary>${inner.join("")}</details>`;
	};
	return `<div style="font-family:monospace;white-space:pre-wrap">${show("", root, 0)}</div>`;
}
