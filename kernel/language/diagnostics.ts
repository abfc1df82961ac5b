import { relative } from "node:path";
import type ts from "typescript";
import { headLength } from "./cell-files.js";
import { typescript } from "./typescript.js";

/** What the checker says about a place in a cell or in a local module. */
export interface Diagnostic {
	/** Line and character count from 0. */
	readonly start: { readonly line: number; readonly character: number };
	readonly messageText: string;
	readonly code: number;
	/** The local module, relative to the notebook; undefined in a cell. */
	readonly fileName: string | undefined;
}

/** Errors as places in the sources that the reader knows. */
export function readable(
	found: readonly ts.Diagnostic[],
	folder: string,
	isCell: (path: string) => boolean,
): Diagnostic[] {
	return found
		.filter(({ category }) => category === typescript.DiagnosticCategory.Error)
		.map(({ file, start = 0, messageText, code }) => {
			const inCell = !file || isCell(file.fileName);
			const { line, character } = file
				? file.getLineAndCharacterOfPosition(
						Math.max(start, inCell ? headLength : 0),
					)
				: { line: 1, character: 0 };
			return {
				start: { line: inCell ? line - 1 : line, character },
				messageText: typescript.flattenDiagnosticMessageText(messageText, "\n"),
				code,
				fileName: inCell ? undefined : relative(folder, file.fileName),
			};
		});
}
