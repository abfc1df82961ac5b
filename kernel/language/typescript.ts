import { createRequire } from "node:module";
import type ts from "typescript";

/** The newest TypeScript that can be used as a library; loaded as CommonJS, which is much faster. */
export const typescript = createRequire(import.meta.url)(
	"typescript",
) as typeof ts;

/** A source file with what the binder and the parser leave in it. */
export interface BoundFile extends ts.SourceFile {
	/** The names declared at the top level. */
	locals?: Map<string, ts.Symbol>;
	/** Where names are looked up that the file does not declare. */
	parent: BoundFile;
	/** The specifiers of all imports, `import()` and, in JavaScript, `require()`. */
	readonly imports?: readonly ts.StringLiteralLike[];
	parseDiagnostics: ts.DiagnosticWithLocation[];
}

/** Finds the names that a file declares. */
export const bindFile = (
	typescript as typeof ts & {
		bindSourceFile(file: ts.SourceFile, options: ts.CompilerOptions): void;
	}
).bindSourceFile;

/** Whether an alias leads nowhere: its module, or the export it names, is gone. */
export const isUnknown = (checker: ts.TypeChecker, symbol: ts.Symbol) =>
	(
		checker as ts.TypeChecker & { isUnknownSymbol(symbol: ts.Symbol): boolean }
	).isUnknownSymbol(symbol);

/** The name of files that are parsed on their own. */
export const parsedName = "cell.ts";

/** Parses a text on its own. */
export const parse = (text: string) =>
	typescript.createSourceFile(
		parsedName,
		text,
		typescript.ScriptTarget.Latest,
		true,
	) as BoundFile;
