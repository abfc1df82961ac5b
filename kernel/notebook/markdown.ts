import { posix } from "node:path";
import { Marked, type Token, type TokenizerAndRendererExtension } from "marked";
import temml from "temml";
import { escapeHtml } from "../display/html.js";

/** TeX as MathML; what it cannot read stays as it is. */
function mathml(tex: string, displayMode: boolean): string {
	try {
		return temml.renderToString(tex, { displayMode, throwOnError: true });
	} catch {
		const mark = displayMode ? "$$" : "$";
		return `<code>${escapeHtml(`${mark}${tex}${mark}`)}</code>`;
	}
}

/** `$$ ... $$` on lines of their own, or in the midst of a text. */
const displayed: TokenizerAndRendererExtension = {
	name: "displayedMath",
	level: "block",
	start: (text) => text.match(/(?:^|\n)\$\$/)?.index,
	tokenizer(text) {
		const match = /^\$\$([\s\S]+?)\$\$(?:\n|$)/.exec(text);
		return match
			? { type: "displayedMath", raw: match[0], text: match[1] }
			: undefined;
	},
	renderer: ({ text }) => `<p>${mathml(String(text).trim(), true)}</p>\n`,
};

/** `$ ... $` within a line: as in Pandoc, no space inside the marks, no digit after the last. */
const inline: TokenizerAndRendererExtension = {
	name: "inlineMath",
	level: "inline",
	start: (text) => text.indexOf("$"),
	tokenizer(text) {
		const match = /^\$(?!\s)((?:\\.|[^$\\\n])+?)(?<!\s)\$(?!\d)/.exec(text);
		return match
			? { type: "inlineMath", raw: match[0], text: match[1] }
			: undefined;
	},
	renderer: ({ text }) => mathml(String(text), false),
};

const marked = new Marked({ extensions: [displayed, inline] });

const isAbsolute = (address: string): boolean =>
	/^([a-z][a-z\d+.-]*:|[/#])/i.test(address);

/**
 * Markdown as HTML, with formulas as MathML, which browsers draw without a script.
 *
 * `folder` is where the text lies as seen from the page: relative addresses of links and pictures begin there.
 */
export const markdownToHtml = (text: string, folder = ""): string =>
	marked.parse(text, {
		async: false,
		walkTokens: (token: Token) => {
			if (token.type !== "link" && token.type !== "image") return;
			if (!isAbsolute(token.href)) token.href = posix.join(folder, token.href);
		},
	});
