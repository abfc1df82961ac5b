import { codeCell, type Notebook } from "./format.js";

/** The TypeScript literal of a value given on the command line: JSON where it is JSON, else text. */
export function literal(value: string): string {
	try {
		return JSON.stringify(JSON.parse(value));
	} catch {
		return JSON.stringify(value);
	}
}

/**
 * Puts a cell with the given parameters after the cell tagged `parameters`, or first.
 *
 * As papermill does, which calls it `injected-parameters`; one from an earlier run is replaced.
 */
export function withParameters(
	notebook: Notebook,
	parameters: Readonly<Record<string, string>>,
): Notebook {
	const lines = Object.entries(parameters).map(
		([name, value]) => `let ${name} = ${literal(value)};`,
	);
	if (lines.length === 0) return notebook;
	const has = (tag: string) => (cell: Notebook["cells"][number]) =>
		cell.metadata.tags?.includes(tag) ?? false;
	const cells = notebook.cells.filter(
		(cell) => !has("injected-parameters")(cell),
	);
	const at = cells.findIndex(has("parameters"));
	const injected = codeCell(lines.join("\n"), ["injected-parameters"]);
	return {
		...notebook,
		cells: [...cells.slice(0, at + 1), injected, ...cells.slice(at + 1)],
	};
}
