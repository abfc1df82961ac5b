import type { Figure } from "../../src/analysis/figure.js";
import { isFigure, plotlyScript } from "../display/figure.js";
import { escapeHtml, escapeScript } from "../display/html.js";
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
body{font:16px/1.55 system-ui,sans-serif;color:#1f2328;max-width:74rem;margin:2rem auto;padding:0 1rem}
pre,code{font:14px/1.45 ui-monospace,"DejaVu Sans Mono",monospace}
.cell{margin:1rem 0}
p,li,.source,pre{max-width:60rem}
.source{background:#f6f8fa;border-left:3px solid #3178c6;padding:.6rem .8rem;overflow-x:auto;margin:0}
.count{color:#8b949e;font-size:12px;margin-bottom:2px}
.output{margin:.5rem 0 .5rem .2rem;overflow-x:auto}
.output pre{margin:0;white-space:pre-wrap}
.stderr{background:#fff4e5;padding:.4rem}
.error{background:#fdf0ef;padding:.6rem .8rem}
.keyword{color:#8250df}.string{color:#0a5c2f}.number{color:#0550ae}.comment{color:#6e7781}
img{max-width:100%}
table{border-collapse:collapse}td,th{padding:2px 10px;border-bottom:1px solid #e5e7eb}
blockquote{border-left:3px solid #d0d7de;margin-left:0;padding-left:1rem;color:#57606a}
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

/** A figure that is a picture until the page's own Plotly has drawn it. */
function liveFigure(figure: Figure, picture: string | undefined): string {
	const json = escapeScript(JSON.stringify(figure));
	const width = Number(figure.layout.width) || 700;
	const image = picture
		? `<img alt="figure" width="${width}" src="${picture}">`
		: "";
	return `<div class="figure">${image}<script type="application/json">${json}</script></div>`;
}

function bundleHtml(data: Record<string, unknown>): string {
	const figure = data["application/vnd.plotly.v1+json"];
	const picture = dataUrl(data);
	if (typeof figure === "object" && figure && isFigure(figure)) {
		return liveFigure(figure, picture);
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

function cellHtml(cell: NotebookCell): string {
	const source = joinText(cell.source);
	if (cell.cell_type === "markdown") {
		return `<section class="cell">${markdownToHtml(source)}</section>`;
	}
	if (cell.cell_type === "raw") {
		return `<section class="cell"><pre>${escapeHtml(source)}</pre></section>`;
	}
	const count = cell.execution_count ?? " ";
	const outputs = (cell.outputs ?? []).map(outputHtml).join("\n");
	return `<section class="cell"><div class="count">In[${count}]</div><pre class="source">${highlight(source)}</pre>${outputs}</section>`;
}

const drawFigures = `
for (const holder of document.querySelectorAll(".figure")) {
	const figure = JSON.parse(holder.querySelector("script").textContent);
	const drawn = document.createElement("div");
	holder.append(drawn);
	Plotly.newPlot(drawn, figure.data, figure.layout, { responsive: true, ...figure.config })
		.then(() => holder.querySelector("img")?.remove());
}`;

/** The notebook as one HTML page that needs nothing else, with live figures. */
export function notebookPage(notebook: Notebook, title: string): string {
	const body = notebook.cells.map(cellHtml).join("\n");
	const plotly = body.includes('<div class="figure">')
		? `<script>${plotlyScript()}</script><script>${drawFigures}</script>`
		: "";
	return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title><style>${style}</style></head>
<body>
${body}
${plotly}
</body></html>
`;
}
