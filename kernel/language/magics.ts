/** A line for the kernel rather than for TypeScript, such as `%env HOME`. */
export interface Magic {
	readonly name: string;
	readonly argument: string;
}

/** A cell split into what the kernel and what TypeScript understands. */
export interface SplitCell {
	/** The TypeScript, with magic lines blanked so that line numbers stay. */
	readonly source: string;
	readonly magics: readonly Magic[];
	/** The name in `?name` or `name?`, and whether its source is wanted too (`??`). */
	readonly help: { readonly name: string; readonly detail: 0 | 1 } | undefined;
}

const magicLine = /^(%%?[A-Za-z]\w*)[ \t]*(.*?)\s*$/;
const helpCell = /^\s*(?:(\?\??)\s*([\w$.]+)|([\w$.]+)\s*(\?\??))\s*;?\s*$/;

/** Takes magic lines off the head of a cell and blanks `export` before declarations. */
export function splitCell(cell: string): SplitCell {
	const help = helpCell.exec(cell);
	if (help) {
		const name = help[2] ?? help[3] ?? "";
		const detail = (help[1] ?? help[4]) === "??" ? 1 : 0;
		return { source: "", magics: [], help: { name, detail } };
	}
	const magics: Magic[] = [];
	const lines = cell.split("\n");
	for (const [i, line] of lines.entries()) {
		const match = magicLine.exec(line);
		if (match) {
			magics.push({ name: match[1] ?? "", argument: match[2] ?? "" });
			lines[i] = "";
		} else if (line.trim() !== "" && !line.trimStart().startsWith("//")) break;
	}
	const source = lines
		.join("\n")
		.replace(
			/^export(?=[ \t]+(?:const|let|var|async|function|class|abstract|enum|type|interface|namespace)\b)/gm,
			"      ",
		);
	return { source, magics, help: undefined };
}
