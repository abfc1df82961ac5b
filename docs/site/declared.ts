/** What the doors of the library export, as reference pages show it. */
import { dirname, relative, sep } from "node:path";
import ts from "typescript";
import { type Exported, exportsOf } from "../../test/api/exports.js";

/** A name of the library, with all that its declaration says. */
export interface Declared {
	readonly name: string;
	/** `robust-transfer` or `robust-transfer/parts`. */
	readonly module: string;
	/** The part of the library that declares it: a folder of `src`, or `own` for what stands beside them. */
	readonly part: string;
	/** Its doc comment, Markdown. */
	readonly text: string;
	/** Its declaration, with the comments of its members. */
	readonly code: string;
	/** Other exported names in its declaration. */
	readonly named: readonly string[];
}

/** The most lines of a declaration that are shown: types of large tables are cut. */
const mostLines = 80;

const partOf = (file: string, library: string): string => {
	const [folder = "", ...rest] = relative(library, file).split(sep);
	return rest.length > 0 ? folder : "own";
};

/** The text of a declaration as someone would write it, without what only files of declarations say. */
function codeOf(declaration: ts.Declaration): string {
	const isVariable = ts.isVariableDeclaration(declaration);
	const node = isVariable ? declaration.parent.parent : declaration;
	const lines = node
		.getText()
		.replace(/^export (declare )?/, "")
		.replaceAll("    ", "\t")
		.split("\n");
	if (lines.length <= mostLines) return lines.join("\n");
	const more = lines.length - mostLines;
	return [...lines.slice(0, mostLines), `// … and ${more} lines more`].join(
		"\n",
	);
}

function declare(
	{ name, symbol, text, named }: Exported,
	door: string,
): Declared {
	const declarations = symbol.declarations ?? [];
	const [first] = declarations;
	if (!first) throw new Error(`${name} has no declaration`);
	const file = first.getSourceFile().fileName;
	const at = file.lastIndexOf("/dist/src/");
	return {
		name,
		module: door === "index" ? "robust-transfer" : `robust-transfer/${door}`,
		part: partOf(file, dirname(`${file.slice(0, at)}/dist/src/index.d.ts`)),
		text,
		code: declarations.map(codeOf).join("\n"),
		named: named.filter((other) => other !== name),
	};
}

/** All names of both doors, in their order. */
export const declaredNames = (): Declared[] =>
	[...exportsOf("index", "parts")].flatMap(([door, names]) =>
		names.map((name) => declare(name, door)),
	);
