/** An executed notebook as a page: text, code, and outputs with their pictures as files beside it. */
import {
	joinText,
	type Notebook,
	type Output,
} from "../../kernel/notebook/format.js";
import { withFormulas } from "./formulas.js";
import { outputElement } from "./output-element.js";
import type { Page } from "./page.js";

interface About {
	/** The name of its file, without `.ipynb`. */
	readonly name: string;
	/** What it is called in lists. */
	readonly title: string;
	/** Its Markdown with the links of the site. */
	readonly link: (text: string) => string;
}

/** How code is marked that is no TypeScript, by the magic at its head. */
const languageOf = (source: string): string =>
	/^\s*%%bash/.test(source) ? "sh" : "ts";

const fence = (text: string, language: string): string =>
	`\`\`\`\`${language}\n${text.trimEnd()}\n\`\`\`\`\n`;

/** What clears itself when a cell is done, such as bars, leaves nothing worth a place on a page. */
const isWorthShowing = (output: Output): boolean =>
	output.output_type !== "stream" || joinText(output.text).trim() !== "";

/** The page of a notebook; pictures of outputs become files below `notebooks/<name>`. */
export function notebookPage(
	notebook: Notebook,
	{ name, title, link }: About,
): Page {
	const files = new Map<string, Uint8Array>();
	const keep = (bytes: Uint8Array, ending: string): string => {
		const path = `notebooks/${name}/${files.size + 1}.${ending}`;
		files.set(path, bytes);
		return `/${path}`;
	};
	const pieces = notebook.cells.flatMap((cell) => {
		const source = joinText(cell.source);
		if (cell.cell_type === "markdown") return [withFormulas(link(source))];
		if (cell.cell_type === "raw") return [fence(source, "text")];
		const shown = (cell.outputs ?? []).filter(isWorthShowing);
		return [
			fence(source, languageOf(source)),
			...shown.map((output) => outputElement(output, keep)),
		];
	});
	const [first = "", ...rest] = pieces;
	const how = `_An executed notebook: \`npx robust-transfer-notebook new ${name}\` copies it into your project, \`npx robust-transfer-notebook run ${name}.ipynb\` runs it without Jupyter._\n`;
	return {
		path: `notebooks/${name}.md`,
		title,
		text: [...withIntroduction(first, how), ...rest].join("\n\n"),
		files,
	};
}

/** The heading, how to run the notebook, and the rest of the first cell. */
function withIntroduction(first: string, how: string): string[] {
	const [heading = "", ...rest] = first.split("\n");
	if (!heading.startsWith("# "))
		throw new Error(
			`a notebook begins with a heading, not with ${JSON.stringify(heading)}`,
		);
	return [heading, how, rest.join("\n")];
}
