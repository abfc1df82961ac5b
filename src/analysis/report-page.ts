import { escapeHtml } from "./escape-html.js";
import type { Figure } from "./figure.js";
import { darkColors, ink } from "./figure-style.js";
import { figureElement, figureStyle, liveFigures } from "./figure-to-html.js";
import type { Fact } from "./provenance.js";

/** A part of a report: a heading, and HTML elements under it. */
export interface ReportPart {
	readonly heading: string;
	readonly elements: readonly string[];
}

/** What a report page is made of. */
export interface ReportPage {
	readonly title: string;
	/** Sentences that must not be overlooked. */
	readonly notices: readonly string[];
	readonly parts: readonly ReportPart[];
	/** The last line. */
	readonly foot: string;
}

const style = `:root{color-scheme:light dark;--page:white;--text:${ink.text};--soft:${ink.soft};--rule:${ink.rule};--notice:#fff7e6}
@media screen and (prefers-color-scheme:dark){:root{--page:#14171c;--text:${darkColors[ink.text]};--soft:${darkColors[ink.soft]};--rule:${darkColors[ink.rule]};--notice:#33270f}}
body{font:15px/1.5 Helvetica,Arial,"DejaVu Sans",sans-serif;color:var(--text);background:var(--page);max-width:1160px;margin:32px auto 64px;padding:0 24px}
h1{font-size:26px;line-height:1.25;margin:0 0 12px}
h2{font-size:19px;margin:40px 0 12px;padding-top:16px;border-top:1px solid var(--rule)}
p{max-width:75ch;margin:8px 0}
p.notice{background:var(--notice);border-left:4px solid #e69f00;padding:8px 14px;max-width:none}
p.lesser,footer{color:var(--soft);font-size:13px}
.table{overflow-x:auto;margin:12px 0 20px}
table{border-collapse:collapse;font-size:13.5px;font-variant-numeric:tabular-nums}
th{font-weight:600;text-align:left;border-bottom:1.5px solid var(--text);vertical-align:bottom}
th,td{padding:4px 14px 4px 0;white-space:nowrap}
td{border-bottom:1px solid var(--rule)}
.number{text-align:right}
dl{display:grid;grid-template-columns:max-content 1fr;gap:4px 20px;font-size:13.5px}
dt{color:var(--soft)}
dd{margin:0;overflow-wrap:anywhere}
details{margin:12px 0}
summary{cursor:pointer;font-weight:600}
${figureStyle}
figure.plot{margin:20px 0 28px}
@page{size:A4 landscape;margin:14mm}
@media print{body{margin:0;padding:0;max-width:none;font-size:11pt}h2{break-after:avoid}.table{overflow:visible}table{font-size:8.5pt}th,td{padding:2px 8px 2px 0}tr{break-inside:avoid}p.notice{print-color-adjust:exact;-webkit-print-color-adjust:exact}details>*{font-size:9pt}}`;

/** A paragraph; `kind` is a class. */
export const paragraph = (text: string, kind = ""): string =>
	`<p${kind && ` class="${kind}"`}>${escapeHtml(text)}</p>`;

/** A table that scrolls where the page is narrow. */
export const tableElement = (html: string): string =>
	`<div class="table">${html}</div>`;

/** Facts as a list of names and values. */
export const factList = (facts: readonly Fact[]): string =>
	`<dl>${facts.map(([name, values]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(values)}</dd>`).join("\n")}</dl>`;

/** What is folded away until asked for; printed it is open. */
export const folded = (summary: string, html: string): string =>
	`<details><summary>${escapeHtml(summary)}</summary>${html}</details>`;

/** Figures as elements. */
export const figureElements = (figures: readonly Figure[]): string[] =>
	figures.map((figure) => figureElement(figure));

/** A whole HTML page that needs nothing else. */
export const reportPage = ({
	title,
	notices,
	parts,
	foot,
}: ReportPage): string => {
	const body = parts
		.map(
			({ heading, elements }) =>
				`<section><h2>${escapeHtml(heading)}</h2>\n${elements.join("\n")}</section>`,
		)
		.join("\n");
	// Plotly is 1.5 MB.
	const scripts = body.includes("<figure") ? liveFigures() : "";
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<h1>${escapeHtml(title)}</h1>
${notices.map((notice) => paragraph(notice, "notice")).join("\n")}
${body}
<footer>${escapeHtml(foot)}</footer>
<script>addEventListener("beforeprint",()=>{for(const one of document.querySelectorAll("details"))one.open=true})</script>
${scripts}
</body>
</html>
`;
};
