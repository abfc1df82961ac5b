import { blankMagics } from "../language/magics.js";
import { joinText, type Notebook } from "./format.js";

const comment = (text: string) =>
	text
		.split("\n")
		.map((line) => (line === "" ? "//" : `// ${line}`))
		.join("\n");

/** Code with its magics as comments. */
function code(source: string): string {
	const kept = blankMagics(source).split("\n");
	return source
		.split("\n")
		.map((line, i) =>
			line.trim() !== "" && kept[i]?.trim() === "" ? `// ${line}` : line,
		)
		.join("\n");
}

/**
 * A notebook as a TypeScript file: its Markdown as comments, each cell below a line `// %%`, magics as comments.
 *
 * The percent format, which Jupytext, VS Code and others read as cells.
 */
export function toTypeScript({ cells }: Notebook): string {
	const parts = cells.map(({ cell_type, source }) => {
		const text = joinText(source).trimEnd();
		if (cell_type === "code") return `// %%\n${code(text)}`.trimEnd();
		return `// %% [${cell_type}]\n${comment(text)}`;
	});
	return `${parts.join("\n\n")}\n`;
}
