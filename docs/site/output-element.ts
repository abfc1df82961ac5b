/** An output of a cell as HTML that a page can hold. */

import { ansiToHtml } from "../../kernel/notebook/ansi.js";
import {
	joinText,
	type MultilineText,
	type Output,
} from "../../kernel/notebook/format.js";
import { markdownToHtml } from "../../kernel/notebook/markdown.js";
import { inDarkColors } from "./dark-picture.js";

/** Keeps bytes as a file of the site; gives its address. */
export type Keep = (bytes: Uint8Array, ending: string) => string;

const endings: Readonly<Record<string, string>> = {
	"image/png": "png",
	"image/jpeg": "jpg",
	"image/gif": "gif",
	"image/svg+xml": "svg",
};

const text = (value: unknown): string => joinText(value as MultilineText);

/** What a picture shows, where nothing else says it. */
const someFigure = "Output of the cell above";

/** A figure in the colors of light pages and in those of dark ones; the theme shows one of them. */
function figure(svg: string, attributes: string, keep: Keep): string {
	const light = keep(Buffer.from(svg), "svg");
	const dark = keep(Buffer.from(inDarkColors(svg)), "svg");
	return `<img class="light-only" ${attributes} src="${light}"><img class="dark-only" ${attributes} src="${dark}">`;
}

/** An image element with its data in a file, and words for those who do not see it. */
function outOfLine(element: string, keep: Keep): string {
	const match = /src="data:(image\/[a-z+]+);base64,([^"]*)"/.exec(element);
	if (!match) return element;
	const [whole, type = "", data = ""] = match;
	const ending = endings[type];
	if (ending === undefined)
		throw new Error(
			`an output holds a picture of type ${type}, which is not known`,
		);
	const bytes = Buffer.from(data, "base64");
	const spoken = element.replace(' alt=""', ` alt="${someFigure}"`);
	if (ending !== "svg")
		return spoken.replace(whole, `src="${keep(bytes, ending)}"`);
	const attributes = spoken.replace(whole, "").replace(/^<img\s*|>$/g, "");
	return figure(bytes.toString("utf8"), attributes, keep);
}

/** HTML of the kernel without scripts; tables scroll in a box that the keyboard reaches. */
const cleaned = (html: string, keep: Keep): string =>
	html
		.replaceAll(/<script[\s\S]*?<\/script>/g, "")
		.replaceAll(/<style[\s\S]*?<\/style>/g, "")
		.replaceAll(/<img [^>]*>/g, (element) => outOfLine(element, keep));

function bundleHtml(
	data: Readonly<Record<string, unknown>>,
	keep: Keep,
): string {
	if (data["text/html"] !== undefined)
		return cleaned(text(data["text/html"]), keep);
	for (const [type, ending] of Object.entries(endings)) {
		if (data[type] === undefined) continue;
		if (ending === "svg")
			return figure(text(data[type]), `alt="${someFigure}"`, keep);
		const bytes = Buffer.from(text(data[type]), "base64");
		return `<img alt="${someFigure}" src="${keep(bytes, ending)}">`;
	}
	if (data["text/markdown"] !== undefined)
		return markdownToHtml(text(data["text/markdown"]));
	return `<pre>${ansiToHtml(text(data["text/plain"] ?? ""))}</pre>`;
}

function htmlOf(output: Output, keep: Keep): string {
	if (output.output_type === "stream")
		return `<pre class="${output.name}">${ansiToHtml(joinText(output.text))}</pre>`;
	if (output.output_type === "error")
		return `<pre class="error">${ansiToHtml(output.traceback.join("\n"))}</pre>`;
	return bundleHtml(output.data, keep);
}

/** An output as one element of Markdown, which has no empty lines; pictures become files. */
export function outputElement(output: Output, keep: Keep): string {
	const html = htmlOf(output, keep)
		.replaceAll(
			/\n{2,}/g,
			(lines) => `${"\n&#8203;".repeat(lines.length - 1)}\n`,
		)
		.trim();
	return `<div class="output" v-pre role="group" aria-label="Output" tabindex="0">\n${html}\n</div>`;
}
