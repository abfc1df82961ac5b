import type ts from "typescript";
import { blankMagics, splitCell } from "./magics.js";
import { typescript } from "./typescript.js";

/** Whether a client that sees Enter should run the cell or go on reading. */
export type Completeness =
	| { readonly status: "complete" | "invalid" }
	| { readonly status: "incomplete"; readonly indent: string };

/** Errors that more lines can mend wherever they are reported: open comments and templates. */
const unterminated = new Set([1010, 1160]);
const width = "  ";

function indentAfter(source: string): string {
	const line = source.slice(source.lastIndexOf("\n") + 1);
	const indent = /^\s*/.exec(line)?.[0] ?? "";
	return /[{([]\s*$/.test(line) ? indent + width : indent;
}

function depth(source: string): number {
	const scanner = typescript.createScanner(
		typescript.ScriptTarget.Latest,
		true,
		typescript.LanguageVariant.Standard,
		source,
	);
	const { SyntaxKind: Kind } = typescript;
	const opening = [
		Kind.OpenBraceToken,
		Kind.OpenParenToken,
		Kind.OpenBracketToken,
	];
	const closing = [
		Kind.CloseBraceToken,
		Kind.CloseParenToken,
		Kind.CloseBracketToken,
	];
	let open = 0;
	for (
		let token = scanner.scan();
		token !== Kind.EndOfFileToken;
		token = scanner.scan()
	) {
		if (opening.includes(token as never)) open++;
		if (closing.includes(token as never)) open--;
	}
	return open;
}

/** Tells complete cells from unfinished and wrong ones, with the indent of the next line. */
export function completeness(cell: string): Completeness {
	const source = splitCell(cell).help ? "" : blankMagics(cell);
	const file = typescript.createSourceFile(
		"cell.ts",
		source,
		typescript.ScriptTarget.Latest,
	) as ts.SourceFile & { parseDiagnostics: ts.Diagnostic[] };
	const errors = file.parseDiagnostics;
	if (errors.length === 0) return { status: "complete" };
	const end = source.trimEnd().length;
	const atEnd = errors.every(
		({ start = 0, code }) => start >= end || unterminated.has(code),
	);
	const isOpen =
		depth(source) > 0 && errors.some(({ start = 0 }) => start >= end);
	if (!atEnd && !isOpen) return { status: "invalid" };
	// two empty lines end the reading, as in a shell
	if (/\n\s*\n\s*$/.test(cell)) return { status: "complete" };
	return { status: "incomplete", indent: indentAfter(source) };
}
