import { escapeHtml } from "../display/html.js";

const styles: Record<string, string> = {
	"1": "font-weight:bold",
	"2": "opacity:.6",
	"3": "font-style:italic",
	"4": "text-decoration:underline",
	"30": "color:var(--black)",
	"31": "color:var(--red)",
	"32": "color:var(--green)",
	"33": "color:var(--yellow)",
	"34": "color:var(--blue)",
	"35": "color:var(--magenta)",
	"36": "color:var(--cyan)",
	"90": "color:var(--gray)",
};

const resets: Record<string, readonly string[]> = {
	"22": ["1", "2"],
	"23": ["3"],
	"24": ["4"],
	"39": ["30", "31", "32", "33", "34", "35", "36", "90"],
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: terminal colors are control characters
const escapes = /\x1b\[([\d;]*)([A-Za-z])/g;

/** Terminal text as HTML: colors become spans, other control sequences go. */
export function ansiToHtml(text: string): string {
	const active = new Set<string>();
	let html = "";
	let at = 0;
	const put = (piece: string) => {
		if (piece === "") return;
		const style = [...active].map((code) => styles[code]).join(";");
		const safe = escapeHtml(piece);
		html += style === "" ? safe : `<span style="${style}">${safe}</span>`;
	};
	for (const match of text.matchAll(escapes)) {
		put(text.slice(at, match.index));
		at = match.index + match[0].length;
		if (match[2] !== "m") continue;
		for (const code of (match[1] || "0").split(";")) {
			if (code === "0") active.clear();
			else if (styles[code]) active.add(code);
			for (const ended of resets[code] ?? []) active.delete(ended);
		}
	}
	put(text.slice(at));
	return html;
}
