import type ts from "typescript";
import { didYouMean } from "../../src/check/did-you-mean.js";
import { typescript } from "../language/typescript.js";
import {
	codeCell,
	joinText,
	type Notebook,
	type NotebookCell,
} from "./format.js";

const injectedTag = "injected-parameters";

const has =
	(tag: string) =>
	({ metadata }: NotebookCell): boolean =>
		metadata.tags?.includes(tag) ?? false;

/** The names that a cell declares at its top level, destructured ones too. */
function declaredNames(source: string): string[] {
	const file = typescript.createSourceFile(
		"cell.ts",
		source,
		typescript.ScriptTarget.Latest,
	);
	const namesOf = (name: ts.BindingName): string[] =>
		typescript.isIdentifier(name)
			? [name.text]
			: name.elements.flatMap((element) =>
					typescript.isOmittedExpression(element) ? [] : namesOf(element.name),
				);
	return file.statements.flatMap((statement) =>
		typescript.isVariableStatement(statement)
			? statement.declarationList.declarations.flatMap(({ name }) =>
					namesOf(name),
				)
			: [],
	);
}

/** What is odd about parameters for a notebook: those that its cell tagged `parameters` does not declare. */
export function parameterWarnings(
	{ cells }: Notebook,
	parameters: Readonly<Record<string, string>>,
): string[] {
	const given = Object.keys(parameters);
	if (given.length === 0) return [];
	const cell = cells.find(has("parameters"));
	if (!cell)
		return [
			`the notebook has no cell tagged "parameters": ${given.join(", ")} ${given.length > 1 ? "are" : "is"} set before its first cell, and what a cell declares later holds from there`,
		];
	const known = declaredNames(joinText(cell.source));
	return given
		.filter((name) => !known.includes(name))
		.map(
			(name) =>
				`the cell tagged "parameters" declares no ${name}: it has ${known.join(", ") || "none"}${didYouMean(name, known)}`,
		);
}

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
	const cells = notebook.cells.filter((cell) => !has(injectedTag)(cell));
	const at = cells.findIndex(has("parameters"));
	const injected = codeCell(injectedTag, lines.join("\n"), [injectedTag]);
	return {
		...notebook,
		cells: [...cells.slice(0, at + 1), injected, ...cells.slice(at + 1)],
	};
}
