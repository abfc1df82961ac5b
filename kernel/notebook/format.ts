import { readFileSync, writeFileSync } from "node:fs";

export type MultilineText = string | readonly string[];

/** One output of a code cell, as nbformat 4 stores it. */
export type Output =
	| {
			readonly output_type: "stream";
			readonly name: "stdout" | "stderr";
			readonly text: MultilineText;
	  }
	| {
			readonly output_type: "display_data" | "execute_result";
			readonly data: Record<string, unknown>;
			readonly metadata: Record<string, unknown>;
			readonly execution_count?: number | null;
	  }
	| {
			readonly output_type: "error";
			readonly ename: string;
			readonly evalue: string;
			readonly traceback: readonly string[];
	  };

export interface NotebookCell {
	readonly id?: string;
	readonly cell_type: "code" | "markdown" | "raw";
	readonly metadata: { readonly tags?: readonly string[] };
	readonly source: MultilineText;
	readonly outputs?: readonly Output[];
	readonly execution_count?: number | null;
}

/** A notebook of nbformat 4. */
export interface Notebook {
	readonly nbformat: number;
	readonly nbformat_minor: number;
	readonly metadata: Record<string, unknown>;
	readonly cells: readonly NotebookCell[];
}

/** nbformat stores text as one string or as lines. */
export function joinText(text: MultilineText): string {
	return typeof text === "string" ? text : text.join("");
}

/** Text as lines that keep their line ends, which makes notebooks easy to compare. */
export function splitText(text: string): string[] {
	return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** A new code cell. */
export function codeCell(
	id: string,
	source: string,
	tags: readonly string[],
): NotebookCell {
	return {
		id,
		cell_type: "code",
		metadata: { tags },
		source: splitText(source),
		outputs: [],
		execution_count: null,
	};
}

/** Reads a notebook; throws when the file is not one of nbformat 4. */
export function readNotebook(path: string): Notebook {
	const notebook = JSON.parse(readFileSync(path, "utf8")) as Notebook;
	if (notebook.nbformat !== 4 || !Array.isArray(notebook.cells)) {
		throw new Error(
			`${path} is not a notebook of nbformat 4 (nbformat is ${notebook.nbformat})`,
		);
	}
	return notebook;
}

/** Writes a notebook as Jupyter does: one space of indent, a newline at the end. */
export function writeNotebook(path: string, notebook: Notebook): void {
	writeFileSync(path, `${JSON.stringify(notebook, undefined, 1)}\n`);
}
