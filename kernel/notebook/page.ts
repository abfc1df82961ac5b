import {
	figureElement,
	figureStyle,
	liveFigures,
} from "../../src/analysis/figure-to-html.js";
import { isFigure } from "../display/figure.js";
import { escapeHtml } from "../display/html.js";
import { ansiToHtml } from "./ansi.js";
import {
	joinText,
	type MultilineText,
	type Notebook,
	type NotebookCell,
	type Output,
} from "./format.js";
import { highlight } from "./highlight.js";
import { markdownToHtml } from "./markdown.js";

const style = `
:root{color-scheme:light dark;--page:white;--text:#1f2328;--soft:#57606a;--rule:#d0d7de;--code:#f6f8fa;--edge:#3178c6;--warn:#fff4e5;--bad:#fdf0ef;--keyword:#8250df;--string:#0a5c2f;--number:#0550ae;--comment:#6e7781;--red:#c0392b;--green:#15803d;--yellow:#a16207;--blue:#1d4ed8;--magenta:#9333ea;--cyan:#0e7490;--black:#3e424d;--gray:#6b7280}
@media screen and (prefers-color-scheme:dark){:root{--page:#14171c;--text:#e6e8ec;--soft:#a7aebb;--rule:#3b414d;--code:#1d2129;--edge:#62abdf;--warn:#33270f;--bad:#3a1d1c;--keyword:#c9a4ff;--string:#7fd6a0;--number:#7cc0ff;--comment:#98a1af;--red:#ff8f80;--green:#5fd38a;--yellow:#e3b341;--blue:#86b1ff;--magenta:#d2a2ff;--cyan:#5cc8de;--black:#c3c8d2;--gray:#9aa2af}}
body{font:16px/1.55 system-ui,sans-serif;color:var(--text);background:var(--page);max-width:74rem;margin:2rem auto;padding:0 1rem;overflow-wrap:break-word}
a{color:var(--edge)}
pre,code{font:14px/1.45 ui-monospace,"DejaVu Sans Mono",monospace}
.cell{margin:1rem 0}
.text{overflow-x:auto}
p,li,.source,pre{max-width:60rem}
.source{background:var(--code);border-left:3px solid var(--edge);padding:.6rem .8rem;white-space:pre-wrap;overflow-wrap:anywhere;margin:0}
.text pre{white-space:pre-wrap}
.count{color:var(--soft);font-size:12px;margin-bottom:2px}
.output{margin:.5rem 0 .5rem .2rem;overflow-x:auto}
.output pre{margin:0;white-space:pre-wrap}
.stderr{background:var(--warn);padding:.4rem}
.error{background:var(--bad);padding:.6rem .8rem}
.keyword{color:var(--keyword)}.string{color:var(--string)}.number{color:var(--number)}.comment{color:var(--comment)}
img{max-width:100%}
table{border-collapse:collapse}td,th{padding:2px 7px;border-bottom:1px solid var(--rule)}
.output table{font-size:14px}
blockquote{border-left:3px solid var(--rule);margin-left:0;padding-left:1rem;color:var(--soft)}
@media print{body{margin:0;padding:0;max-width:none;font-size:10.5pt}pre,code{font-size:8.5pt}h1,h2,h3,.count,.source{break-after:avoid}p{orphans:3;widows:3}tr,img,figure{break-inside:avoid}.text,.output,.output div{overflow:visible!important}.output table{font-size:7.5pt}.output td,.output th{white-space:normal!important;padding:2px 4px!important;overflow-wrap:normal}}
${figureStyle}
`;

const text = (value: unknown) => joinText(value as MultilineText);

function dataUrl(data: Record<string, unknown>): string | undefined {
	for (const type of ["image/png", "image/jpeg", "image/gif"]) {
		if (data[type] !== undefined) {
			return `data:${type};base64,${text(data[type]).replace(/\s/g, "")}`;
		}
	}
	if (data["image/svg+xml"] === undefined) return undefined;
	const svg = Buffer.from(text(data["image/svg+xml"])).toString("base64");
	return `data:image/svg+xml;base64,${svg}`;
}

/** The picture that an output has of a figure: one that stays sharp where there is one. */
function pictureIn(data: Record<string, unknown>): string | undefined {
	const drawn = /<img [^>]*src="data:image\/svg\+xml;base64,[^"]*">/.exec(
		text(data["text/html"] ?? ""),
	)?.[0];
	const url = dataUrl(data);
	return drawn ?? (url && `<img alt="figure" src="${url}">`);
}

function bundleHtml(data: Record<string, unknown>): string {
	const figure = data["application/vnd.plotly.v1+json"];
	const picture = dataUrl(data);
	if (typeof figure === "object" && figure && isFigure(figure)) {
		return figureElement(figure, pictureIn(data));
	}
	if (data["text/html"] !== undefined) return text(data["text/html"]);
	if (data["text/markdown"] !== undefined) {
		return markdownToHtml(text(data["text/markdown"]));
	}
	if (picture) return `<img alt="" src="${picture}">`;
	if (data["text/latex"] !== undefined) {
		return markdownToHtml(text(data["text/latex"]));
	}
	const plain = data["text/plain"] ?? "";
	return `<pre>${ansiToHtml(text(plain))}</pre>`;
}

function outputHtml(output: Output): string {
	if (output.output_type === "stream") {
		const content = ansiToHtml(joinText(output.text));
		return `<div class="output"><pre class="${output.name}">${content}</pre></div>`;
	}
	if (output.output_type === "error") {
		const content = ansiToHtml(output.traceback.join("\n"));
		return `<div class="output"><pre class="error">${content}</pre></div>`;
	}
	return `<div class="output">${bundleHtml(output.data)}</div>`;
}

function cellHtml(cell: NotebookCell, folder: string): string {
	const source = joinText(cell.source);
	if (cell.cell_type === "markdown") {
		return `<section class="cell text">${markdownToHtml(source, folder)}</section>`;
	}
	if (cell.cell_type === "raw") {
		return `<section class="cell"><pre>${escapeHtml(source)}</pre></section>`;
	}
	const count = cell.execution_count ?? " ";
	const outputs = (cell.outputs ?? []).map(outputHtml).join("\n");
	return `<section class="cell"><div class="count">In[${count}]</div><pre class="source">${highlight(source)}</pre>${outputs}</section>`;
}

/**
 * The notebook as one HTML page that needs nothing else, with live figures.
 *
 * `folder` is that of the notebook as seen from the page's: its links lead on from there.
 */
export function notebookPage(
	notebook: Notebook,
	title: string,
	folder = "",
): string {
	const body = notebook.cells.map((cell) => cellHtml(cell, folder)).join("\n");
	const plotly = body.includes('<figure class="plot') ? liveFigures() : "";
	return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title><style>${style}</style></head>
<body>
${body}
${plotly}
</body></html>
`;
}
